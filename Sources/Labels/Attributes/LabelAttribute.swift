/// What is read of a flow's payload beside its label. The numbers are frozen: they go into the export.
package enum LabelAttribute: UInt8, Sendable, CaseIterable {
    /// The name of the server that the initiator asks for: SNI, or HTTP's Host.
    case serverName = 1
    /// The first protocol offered by ALPN, or the one chosen.
    case applicationProtocol = 2
    /// User-Agent of HTTP, SIP, RTSP or SSDP.
    case userAgent = 3
    /// The request's method.
    case requestMethod = 4
    /// The response's status code.
    case statusCode = 5
    /// Protocol version of TLS, DTLS or TLCP, as on the wire: chosen by the server, else the highest that was offered.
    case tlsVersion = 6
    /// The cipher suite that the server chose.
    case cipherSuite = 7
    /// Common name, else organisation, of the server's certificate, where it is sent in clear.
    case certificateSubject = 8
    /// JA3 of the ClientHello: MD5, 32 hexadecimal digits.
    case ja3 = 9
    /// JA3S of the ServerHello: MD5, 32 hexadecimal digits.
    case ja3s = 10
    /// JA4 of the ClientHello.
    case ja4 = 11
    /// HASSH of the client's key exchange message: MD5, 32 hexadecimal digits.
    case hassh = 12
    /// HASSH of the server's.
    case hasshServer = 13
    /// What the server says that it is: SSH and mail banners, database versions, STUN's SOFTWARE.
    case serverSoftware = 14
    /// What an SSH client says that it is.
    case clientSoftware = 15
    /// The first question's name.
    case dnsName = 16
    /// The first question's type.
    case dnsType = 17
    /// The response code.
    case dnsResponseCode = 18
    /// Up to four addresses and names of the answer, separated by commas.
    case dnsAnswer = 19
    /// The name by which a host calls itself (DHCP, NetBIOS).
    case hostName = 20
    /// The QUIC version, as on the wire.
    case quicVersion = 21

    /// What outputs call it: an information element, a member of JSON.
    package var name: String { "\(self)" }

    /// Whether the value is a number rather than a text.
    package var isNumber: Bool { octetCount != nil }

    /// Octets of a number; nil for a text.
    package var octetCount: Int? {
        switch self {
        case .dnsResponseCode: 1
        case .statusCode, .tlsVersion, .cipherSuite, .dnsType: 2
        case .quicVersion: 4
        default: nil
        }
    }

    /// The number that stands for "not seen" where there must be one; 0 is a response code, and no value of the others.
    package var absent: UInt32 { self == .dnsResponseCode ? 255 : 0 }

    /// Whether the value may say who somebody is, what they asked for, or which device is theirs: personal data in the sense
    /// of the GDPR, by itself or together with an address. A fingerprint of a client tells devices apart.
    package var isPersonal: Bool {
        switch self {
        case .serverName, .userAgent, .certificateSubject, .ja3, .ja4, .hassh, .clientSoftware, .dnsName, .dnsAnswer,
            .hostName:
            true
        case .applicationProtocol, .requestMethod, .statusCode, .tlsVersion, .cipherSuite, .ja3s, .hasshServer,
            .serverSoftware, .dnsType, .dnsResponseCode, .quicVersion:
            false
        }
    }
}
