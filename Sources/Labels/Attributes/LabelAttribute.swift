/// What is read of a flow's payload beside its label, and of its first transport headers. The numbers are frozen: they go
/// into the export. Those that have a direction come in pairs, the initiator's at an even number and the responder's, called
/// `reverse…` as in RFC 5103, behind it.
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
    /// Kinds of the options of the initiator's SYN, a bit each (`TCPOptions.kinds`).
    case tcpSynOptions = 40
    /// Those of the responder's SYN-ACK.
    case reverseTcpSynOptions = 41
    /// The maximum segment size in the SYN: what the initiator takes.
    case tcpMaximumSegmentSize = 42
    /// That in the SYN-ACK.
    case reverseTcpMaximumSegmentSize = 43
    /// The window scale in the SYN, for the windows that the initiator tells afterwards.
    case tcpWindowScale = 44
    /// That in the SYN-ACK.
    case reverseTcpWindowScale = 45
    /// Fast open in the SYN: 1 a cookie is asked for, 2 there is one.
    case tcpFastOpen = 46
    /// That in the SYN-ACK, where 2 is a cookie given out.
    case reverseTcpFastOpen = 47
    /// The version in the SYN's MP_CAPABLE.
    case mptcpVersion = 48
    /// That in the SYN-ACK.
    case reverseMptcpVersion = 49
    /// SCTP: types of the chunks in the initiator's first packets, a bit each (`SCTPChunks.bit(ofType:)`).
    case sctpChunkTypes = 50
    /// Those of the responder's.
    case reverseSctpChunkTypes = 51
    /// SCTP: the tag that the initiator's packets have.
    case sctpVerificationTag = 52
    /// That of the responder's.
    case reverseSctpVerificationTag = 53

    /// What outputs call it: an information element, a member of JSON.
    package var name: String { "\(self)" }

    /// Whether the value is a number rather than a text.
    package var isNumber: Bool { octetCount != nil }

    /// Octets of a number; nil for a text.
    package var octetCount: Int? {
        switch self {
        case .dnsResponseCode, .tcpWindowScale, .reverseTcpWindowScale, .tcpFastOpen, .reverseTcpFastOpen,
            .mptcpVersion, .reverseMptcpVersion:
            1
        case .statusCode, .tlsVersion, .cipherSuite, .dnsType, .tcpMaximumSegmentSize, .reverseTcpMaximumSegmentSize: 2
        case .quicVersion, .sctpChunkTypes, .reverseSctpChunkTypes, .sctpVerificationTag, .reverseSctpVerificationTag: 4
        // Below 2^53, so that every reader of JSON has it exactly.
        case .tcpSynOptions, .reverseTcpSynOptions: 6
        default: nil
        }
    }

    /// The number that stands for "not seen" where there must be one; 0 is a response code and a version, and no value of the
    /// others. A window scale of 0 is that of a side that scales nothing, with the option or without.
    package var absent: UInt64 {
        switch self {
        case .dnsResponseCode, .mptcpVersion, .reverseMptcpVersion: 255
        default: 0
        }
    }

    /// Which packets the value is read from.
    package var origin: Origin {
        switch rawValue {
        case Self.tcpSynOptions.rawValue...Self.reverseMptcpVersion.rawValue: .tcp
        case Self.sctpChunkTypes.rawValue...Self.reverseSctpVerificationTag.rawValue: .sctp
        default: .payload
        }
    }

    /// Where values are read from.
    package enum Origin: Sendable {
        /// Payloads, by what told the label.
        case payload
        /// TCP's SYN and SYN-ACK.
        case tcp
        /// SCTP's first packets.
        case sctp
    }

    /// The other direction's, of those that have a direction.
    package var reversed: LabelAttribute? {
        origin == .payload ? nil : LabelAttribute(rawValue: rawValue ^ 1)
    }

    /// Whether this is the value of the responder's direction.
    package var isReverse: Bool { origin != .payload && rawValue & 1 != 0 }

    /// Whether the value may say who somebody is, what they asked for, or which device is theirs: personal data in the sense
    /// of the GDPR, by itself or together with an address. A fingerprint of a client tells devices apart; transport headers
    /// tell kinds of systems, as the TTL in every record does.
    package var isPersonal: Bool {
        switch self {
        case .serverName, .userAgent, .certificateSubject, .ja3, .ja4, .hassh, .clientSoftware, .dnsName, .dnsAnswer,
            .hostName:
            true
        case .applicationProtocol, .requestMethod, .statusCode, .tlsVersion, .cipherSuite, .ja3s, .hasshServer,
            .serverSoftware, .dnsType, .dnsResponseCode, .quicVersion, .tcpSynOptions, .reverseTcpSynOptions,
            .tcpMaximumSegmentSize, .reverseTcpMaximumSegmentSize, .tcpWindowScale, .reverseTcpWindowScale,
            .tcpFastOpen,
            .reverseTcpFastOpen, .mptcpVersion, .reverseMptcpVersion, .sctpChunkTypes, .reverseSctpChunkTypes,
            .sctpVerificationTag, .reverseSctpVerificationTag:
            false
        }
    }
}
