/// A host of the bundled captures. Addresses come from the ranges for documentation (RFC 5737, RFC 3849).
struct Host {
    /// Last octet of the host's addresses, and of its MAC address.
    let number: Int
    /// The first three octets of the IPv4 address: a client's or a server's network.
    let network: [UInt8]

    static func client(_ number: Int) -> Host { Host(number: number, network: [192, 0, 2]) }
    static func server(_ number: Int) -> Host { Host(number: number, network: [198, 51, 100]) }

    var mac: [UInt8] { [0x02, 0x00, 0x5e, network[0], network[2], UInt8(number)] }

    func address(_ version: Int) -> [UInt8] {
        guard version == 6 else { return network + [UInt8(number)] }
        let subnet: UInt8 = network[0] == 192 ? 1 : 2
        return [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, subnet, 0, 0, 0, 0, 0, 0, 0, UInt8(number)]
    }
}

/// IP protocol numbers, and EtherTypes.
enum ProtocolNumber {
    static let hopByHop = 0
    static let icmp = 1
    static let igmp = 2
    static let tcp = 6
    static let udp = 17
    static let fragment = 44
    static let icmpv6 = 58
    static let destinationOptions = 60
    static let sctp = 132

    static let ipv4 = 0x0800
    static let arp = 0x0806
    static let vlan = 0x8100
    static let ipv6 = 0x86dd
    static let serviceVLAN = 0x88a8
}

/// A packet's way: who sends it to whom, in which version of IP.
struct Way {
    var from: Host
    var to: Host
    var version = 4

    var back: Way { Way(from: to, to: from, version: version) }

    /// The pseudo-header of transport checksums (RFC 9293 section 3.1, RFC 8200 section 8.1).
    func pseudoHeader(_ protocolNumber: Int, length: Int) -> [UInt8] {
        var header = Octets()
        header.add(from.address(version))
        header.add(to.address(version))
        header.add16(0)
        header.add16(length)
        header.add16(0)
        header.add16(protocolNumber)
        return header.bytes
    }
}
