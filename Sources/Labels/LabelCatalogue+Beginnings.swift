// With which octets payloads begin, so that a look asks only the inspectors whose protocol may be there.
extension LabelCatalogue {
    /// First octets of payloads over `transport` for which the inspector of the row of `label` may say anything but no, or note
    /// anything. Each repeats the first condition of that inspector; one that is not here is asked whatever the octet.
    /// The tests and FuzzLabels compare what comes out with asking all.
    static func beginnings(of label: ApplicationLabel, over transport: LabelTransport) -> [ClosedRange<UInt8>] {
        transport == .udp ? datagramBeginnings(of: label) : streamBeginnings(of: label)
    }

    private static let anything: [ClosedRange<UInt8>] = [0...255]
    private static let upperCase: [ClosedRange<UInt8>] = [0x41...0x5A]

    private static func streamBeginnings(of label: ApplicationLabel) -> [ClosedRange<UInt8>] {
        switch label {
        case .http, .rtsp, .sip, .opcUA: upperCase
        case .http2: [0x50...0x50]
        case .tls: [20...24]
        case .ssh: [0x53...0x53]
        case .vnc: [0x52...0x52]
        case .rdp, .s7: [3...3]
        case .telnet, .bgp: [0xFF...0xFF]
        // 220; commands in either case.
        case .smtp: [0x32...0x32, 0x45...0x4C, 0x65...0x6C]
        case .ftp: [0x32...0x32, 0x41...0x55, 0x61...0x75]
        case .pop3: [0x2B...0x2B, 0x41...0x55, 0x61...0x75]
        // An asterisk, or the letters, digits and dots of a tag.
        case .imap: [0x2A...0x2A, 0x2E...0x39, 0x41...0x5A, 0x61...0x7A]
        // Lengths of four octets, far below 2^24.
        case .smb, .kerberos, .kafka, .postgreSQL, .ldp, .ipfix: [0...0]
        case .nfs: [0...0, 0x80...0x80]
        case .netbiosSession: [0x81...0x81]
        case .dceRPC, .dnp3: [5...5]
        case .snmp, .ldap: [0x30...0x30]
        case .diameter: [1...1]
        case .syslog: [0x3C...0x3C]
        case .redis: [0x24...0x3A]
        case .memcached: [0x45...0x56, 0x61...0x73, 0x80...0x81]
        case .cassandra: [1...5, 0x81...0x85, 0xCA...0xCA]
        case .amqp: [0x41...0x41]
        case .mqtt: [0x10...0x10, 0xC0...0xD0]
        case .nats: [0x43...0x49]
        case .socks: [4...5]
        case .bitTorrent: [0x13...0x13]
        case .iec104: [0x68...0x68]
        case .etherNetIP: [0x04...0x04, 0x63...0x70]
        default: anything
        }
    }

    private static func datagramBeginnings(of label: ApplicationLabel) -> [ClosedRange<UInt8>] {
        switch label {
        case .ssdp, .sip: upperCase
        case .netbiosDatagram: [0x10...0x16]
        case .dtls: [20...25]
        // Google's public header, and long headers.
        case .quic: [0x09...0x3D, 0x80...0xFF]
        case .tftp, .netflow, .ipfix, .sflow, .ldp: [0...0]
        case .profinet: [4...4]
        case .kerberos: [0x6A...0x7E]
        case .snmp, .ldap: [0x30...0x30]
        case .radius: [1...45]
        case .dhcp: [1...2]
        case .dhcpv6: [1...13]
        case .syslog: [0x3C...0x3C]
        case .coap: [0x40...0x7F]
        case .stun: [0...0x3F]
        case .rtp, .rtcp: [0x80...0xBF]
        case .vxlan: [8...8, 0x88...0x88]
        case .wireGuard: [1...4]
        case .openVPN: [0x38...0x50]
        case .dnp3: [5...5]
        case .bacnet: [0x81...0x81]
        case .etherNetIP: [0x04...0x04, 0x63...0x70]
        default: anything
        }
    }
}
