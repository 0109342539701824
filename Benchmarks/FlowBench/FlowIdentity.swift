/// Who talks with whom in a generated flow: everything follows from the flow's number, so that no flow needs memory.
struct FlowIdentity {
    /// IP protocol numbers.
    static let tcp: UInt8 = 6
    static let udp: UInt8 = 17

    var isIPv6: Bool
    var protocolIdentifier: UInt8
    /// IPv4: the address in the low 32 bits. IPv6: the low 64 bits under the population's own prefix.
    var client: UInt64
    var server: UInt64
    var clientPort: UInt16
    var serverPort: UInt16
}

/// The hosts and services that an input's flows are drawn from.
///
/// Clients live in 10.0.0.0/8 and 2001:2:0:1::/64, servers in 198.18.0.0/15 and 2001:2:0:2::/64 (the ranges set aside
/// for benchmarks, RFC 2544 and RFC 5180). Client and client port together are different for any two flows of an
/// input; servers and services are a few popular ones and a long tail.
struct Population {
    let seed: UInt64
    let clients: UInt64
    /// Of 100 IPv4 flows, and of 100 IPv6 flows, how many are TCP; the others are UDP.
    let tcpShareIPv4: UInt64
    let tcpShareIPv6: UInt64

    /// High 64 bits of client and server addresses in IPv6.
    static let clientPrefix: UInt64 = 0x2001_0002_0000_0001
    static let serverPrefix: UInt64 = 0x2001_0002_0000_0002

    private static let clientPorts: UInt64 = 64_512  // 1024...65535
    private static let servers: UInt64 = 1 << 17

    /// The flow with number `index`. One in five is IPv6.
    @inline(__always)
    func flow(_ index: Int) -> FlowIdentity {
        let number = UInt64(truncatingIfNeeded: index)
        let isIPv6 = number % 5 == 4
        let random = mixed(number ^ seed)
        let clientNumber = number % clients
        // 40507 shares no factor with 64,512: different turns of one client give different ports.
        let turn = number / clients
        let port = (turn &* 40_507 &+ mixed(clientNumber &+ 1) % Self.clientPorts) % Self.clientPorts
        // The cube of a uniform number: an eighth of the servers gets half of the flows.
        let uniform = random & 0xffff
        let cube = (((uniform &* uniform) &>> 16) &* uniform) &>> 16
        let serverNumber = (cube &<< 1) | ((random &>> 16) & 1)
        let isTCP = (random &>> 17) % 100 < (isIPv6 ? tcpShareIPv6 : tcpShareIPv4)
        // An odd factor permutes the addresses, so that neighbours in number are not neighbours in the network.
        let client =
            isIPv6 ? mixed(clientNumber) : 0x0a00_0000 | ((clientNumber &* 0x9e_3779 &+ 0x31_4159) & 0xff_ffff)
        let server =
            isIPv6 ? serverNumber &+ 0x100 : 0xc612_0000 | ((serverNumber &* 0x1_2345 &+ 1) & (Self.servers - 1))
        return FlowIdentity(
            isIPv6: isIPv6, protocolIdentifier: isTCP ? FlowIdentity.tcp : FlowIdentity.udp, client: client,
            server: server, clientPort: UInt16(truncatingIfNeeded: 1024 + port),
            serverPort: Self.service(random &>> 32, isTCP: isTCP))
    }

    /// The port of a service, the popular ones first.
    @inline(__always)
    private static func service(_ random: UInt64, isTCP: Bool) -> UInt16 {
        switch (random % 20, isTCP) {
        case (0..<10, true): 443
        case (10..<13, true): 80
        case (13..<15, true): 22
        case (15, true): 3306
        case (16, true): 25
        case (0..<10, false): 53
        case (10..<14, false): 443
        case (14..<16, false): 123
        default: UInt16(truncatingIfNeeded: 1 + (random &>> 8) % 9999)
        }
    }
}
