import Labels

extension LabelAttribute {
    /// The element that carries the attribute. A private one has 21 plus the attribute's number, frozen as that is; the
    /// responder's has the initiator's and bit 0x4000 (RFC 5103 section 6.1). Described by RFC 5610 like an element of options data,
    /// since no record has a fixed place for it.
    package var element: InformationElement.Option {
        let forward = isReverse ? reversed ?? self : self
        let isOwn = forward != .tcpWindowScale
        let id = isOwn ? UInt16(forward.rawValue) + 21 : 238
        return InformationElement.Option(
            isOwn && isReverse ? id | 0x4000 : id, name, elementType,
            length: octetCount.map { UInt16($0) }, registry: isOwn ? .project : .iana, semantics: elementSemantics,
            units: forward == .tcpMaximumSegmentSize ? .octets : .none,
            description: isReverse ? "The same for the reverse direction." : elementDescription)
    }

    /// The enterprise number in a template, as `ExportField.enterpriseNumber(project:)` has it.
    package func enterpriseNumber(project: UInt32) -> UInt32? {
        if element.registry == .project { return project }
        return isReverse ? reversePrivateEnterpriseNumber : nil
    }

    private var elementSemantics: InformationElement.Semantics {
        switch self {
        case .tcpSynOptions, .reverseTcpSynOptions, .sctpChunkTypes, .reverseSctpChunkTypes: .flags
        case .tcpMaximumSegmentSize, .reverseTcpMaximumSegmentSize: .quantity
        case .tcpWindowScale, .reverseTcpWindowScale: .default
        default: isNumber ? .identifier : .default
        }
    }

    private var elementType: InformationElement.DataType {
        // IANA's has two octets, of which one is written (RFC 7011 section 6.2): a scale has eight bits.
        if self == .tcpWindowScale || self == .reverseTcpWindowScale { return .unsigned16 }
        return switch octetCount {
        case 1: .unsigned8
        case 2: .unsigned16
        case 4: .unsigned32
        case 6: .unsigned64
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
        case .tcpSynOptions, .reverseTcpSynOptions:
            "Options of the direction's SYN, or SYN-ACK: bit n for kind n, bit 47 for all kinds from 47 on; 0 for none. 2 "
                + "MSS, 3 window scale, 4 SACK permitted, 8 time stamps, 30 MPTCP, 34 fast open."
        case .tcpMaximumSegmentSize, .reverseTcpMaximumSegmentSize:
            "Maximum segment size in the direction's SYN, or SYN-ACK: what its sender takes; 0 for none."
        case .tcpWindowScale, .reverseTcpWindowScale:
            "Window scale in the direction's SYN, or SYN-ACK; 0 for none."
        case .tcpFastOpen, .reverseTcpFastOpen:
            "Fast open in the direction's SYN, or SYN-ACK. 1: a cookie is asked for, 2: there is one, 0: neither."
        case .mptcpVersion, .reverseMptcpVersion:
            "MPTCP's version in MP_CAPABLE of the direction's SYN, or SYN-ACK; 255 for none."
        case .sctpChunkTypes, .reverseSctpChunkTypes:
            "SCTP: types of the chunks in the direction's first eight packets while there is no label. Bits 0 to 15: these types; "
                + "16: I-DATA, 17: ASCONF-ACK, 18: RE-CONFIG, 19: PAD, 20: FORWARD TSN, 21: ASCONF, 22: I-FORWARD-TSN, "
                + "31: any other; 0 for none."
        case .sctpVerificationTag, .reverseSctpVerificationTag:
            "SCTP: verification tag that the direction's packets have; 0 when none was seen."
        }
    }
}

extension InformationElement.Option {
    /// The elements of labels' attributes, in the order in which templates have them.
    package static let attributes: [Self] = LabelAttribute.allCases.map(\.element)
}
