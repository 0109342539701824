import Labels

extension LabelAttribute {
    /// The private element that carries the attribute: number 22 for the first, and so on, frozen as the attributes' own
    /// numbers are. Described by RFC 5610 like an element of options data, since no record has a fixed place for it.
    package var element: InformationElement.Option {
        InformationElement.Option(
            UInt16(rawValue) + 21, name, elementType, registry: .project,
            semantics: isNumber ? .identifier : .default, description: elementDescription)
    }

    private var elementType: InformationElement.DataType {
        switch octetCount {
        case 1: .unsigned8
        case 2: .unsigned16
        case 4: .unsigned32
        default: .string
        }
    }

    private var elementDescription: String {
        switch self {
        case .serverName: "Name of the server that the initiator asks for: SNI of TLS and QUIC, Host of HTTP."
        case .applicationProtocol: "First protocol offered by ALPN, or the one chosen."
        case .userAgent: "User-Agent of HTTP, SIP, RTSP or SSDP."
        case .requestMethod: "Method of the first request."
        case .statusCode: "Status code of the first response; 0 when none was seen."
        case .tlsVersion:
            "Version of TLS, DTLS or TLCP on the wire: the server's choice, else the highest offered; 0 when none was seen."
        case .cipherSuite: "Cipher suite that the server chose, by its number in the registry; 0 when none was seen."
        case .certificateSubject:
            "Common name, else organisation, of the server's certificate, where it is sent in clear."
        case .ja3: "JA3 of the ClientHello: MD5, 32 hexadecimal digits."
        case .ja3s: "JA3S of the ServerHello: MD5, 32 hexadecimal digits."
        case .ja4: "JA4 of the ClientHello."
        case .hassh: "HASSH of the SSH client's key exchange message: MD5, 32 hexadecimal digits."
        case .hasshServer: "HASSH of the SSH server's key exchange message: MD5, 32 hexadecimal digits."
        case .serverSoftware: "What the server says that it is: banners, database versions, STUN's SOFTWARE."
        case .clientSoftware: "What an SSH client says that it is."
        case .dnsName: "Name in the first question."
        case .dnsType: "Type in the first question; 0 when none was seen."
        case .dnsResponseCode: "Response code; 255 when no response was seen."
        case .dnsAnswer: "Up to four addresses and names of the answer, separated by commas."
        case .hostName: "Name by which a host calls itself (DHCP, NetBIOS)."
        case .quicVersion: "QUIC version on the wire; 0 when none was seen."
        }
    }
}

extension InformationElement.Option {
    /// The elements of labels' attributes, in the order in which templates have them.
    package static let attributes: [Self] = LabelAttribute.allCases.map(\.element)
}
