/// Names of IP protocols and of services by their registered port, for the report. A name says which port it is, not
/// what was spoken there.
package enum ServiceNames {
    /// IANA's keyword in lower case where it is short (`tcp`, `icmp6`), else the number.
    package static func protocolName(_ identifier: UInt8) -> String {
        protocols[identifier] ?? String(identifier)
    }

    /// The number of a protocol by its name or decimal number; nil when it is neither.
    package static func protocolIdentifier(_ text: some StringProtocol) -> UInt8? {
        let name = text.lowercased()
        if name == "icmpv6" || name == "ipv6-icmp" { return 58 }
        if let match = protocols.first(where: { $0.value == name }) { return match.key }
        return name.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt8(name) : nil
    }

    /// The service registered for a port of a protocol; nil when the table has none.
    package static func service(port: UInt16, protocolIdentifier: UInt8) -> String? {
        switch protocolIdentifier {
        case 6: tcp[port] ?? both[port]
        case 17: udp[port] ?? both[port]
        case 132: sctp[port]
        default: nil
        }
    }

    private static let protocols: [UInt8: String] = [
        0: "hopopt", 1: "icmp", 2: "igmp", 4: "ipip", 6: "tcp", 8: "egp", 9: "igp", 17: "udp", 33: "dccp", 41: "ipv6",
        46: "rsvp", 47: "gre", 50: "esp", 51: "ah", 58: "icmp6", 88: "eigrp", 89: "ospf", 94: "ipip2", 103: "pim",
        108: "ipcomp", 112: "vrrp", 115: "l2tp", 124: "isis", 132: "sctp", 136: "udplite", 137: "mpls",
    ]

    private static let both: [UInt16: String] = [
        7: "echo", 9: "discard", 13: "daytime", 19: "chargen", 37: "time", 53: "dns", 88: "kerberos", 111: "rpcbind",
        123: "ntp", 135: "msrpc", 137: "netbios-ns", 138: "netbios-dgm", 139: "netbios-ssn", 161: "snmp",
        162: "snmptrap", 389: "ldap", 443: "https", 445: "smb", 464: "kpasswd", 500: "isakmp", 514: "syslog",
        636: "ldaps", 853: "dns-tls", 1194: "openvpn", 1812: "radius", 1813: "radius-acct", 2049: "nfs",
        3260: "iscsi", 3389: "rdp", 3478: "stun", 4500: "ipsec-nat", 4739: "ipfix", 5060: "sip", 5061: "sips",
        5353: "mdns", 5355: "llmnr", 6343: "sflow",
    ]

    private static let tcp: [UInt16: String] = [
        20: "ftp-data", 21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 43: "whois", 79: "finger", 80: "http",
        102: "s7/mms", 110: "pop3", 119: "nntp", 143: "imap", 179: "bgp", 194: "irc", 465: "smtps", 502: "modbus",
        513: "rlogin", 514: "rsh", 515: "lpd", 548: "afp", 554: "rtsp", 587: "submission", 631: "ipp", 646: "ldp",
        873: "rsync", 902: "vmware", 989: "ftps-data", 990: "ftps", 993: "imaps", 995: "pop3s", 1080: "socks",
        1433: "mssql", 1521: "oracle", 1723: "pptp", 1883: "mqtt", 2375: "docker", 2379: "etcd", 3128: "http-proxy",
        3268: "ldap-gc", 3306: "mysql", 4222: "nats", 5222: "xmpp", 5432: "postgresql", 5671: "amqps", 5672: "amqp",
        5900: "vnc", 5985: "winrm", 6379: "redis", 6443: "kubernetes", 6667: "irc", 8080: "http-alt",
        8443: "https-alt", 8883: "mqtts", 9092: "kafka", 9100: "printer", 9200: "elastic", 11211: "memcached",
        20000: "dnp3", 27017: "mongodb",
    ]

    private static let udp: [UInt16: String] = [
        67: "dhcp", 68: "dhcp-client", 69: "tftp", 80: "quic", 443: "quic", 520: "rip", 521: "ripng",
        546: "dhcp6-client", 547: "dhcp6", 646: "ldp", 1434: "mssql-browse", 1701: "l2tp", 1900: "ssdp",
        2055: "netflow", 2123: "gtp-c", 2152: "gtp-u", 3702: "ws-discovery", 3784: "bfd", 4789: "vxlan",
        5683: "coap", 6081: "geneve", 9995: "netflow", 11211: "memcached", 47808: "bacnet", 51820: "wireguard",
    ]

    private static let sctp: [UInt16: String] = [
        2905: "m3ua", 3868: "diameter", 9899: "sctp-tunnel", 36412: "s1ap", 36422: "x2ap", 38412: "ngap",
    ]
}
