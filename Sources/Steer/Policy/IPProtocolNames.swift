/// The names a policy may use for IP protocols, as in /etc/protocols; every other one by its number.
enum IPProtocolNames {
    static let numbers: [String: UInt8] = [
        "icmp": 1, "igmp": 2, "ipip": 4, "tcp": 6, "udp": 17, "dccp": 33, "ipv6": 41, "rsvp": 46, "gre": 47, "esp": 50,
        "icmpv6": 58, "ospf": 89, "pim": 103, "vrrp": 112, "l2tp": 115, "sctp": 132, "udplite": 136,
    ]

    /// Those with ports in the first four octets of their header.
    static let withPorts: Set<UInt8> = [6, 17, 33, 132, 136]

    /// IPv6 extension headers, and the authentication header: not protocols of their own, and nft, iptables and BPF do not
    /// take them alike.
    static let extensionHeaders: Set<UInt8> = [0, 43, 44, 51, 59, 60, 135, 139, 140]

    /// The name of `number`, or its digits.
    static func name(_ number: UInt8) -> String {
        numbers.first { $0.value == number }?.key ?? String(number)
    }
}
