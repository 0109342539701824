extension SyntheticCapture {
    /// ARP, and IPv6 neighbour discovery with a hop limit of 255.
    mutating func playNeighbours() {
        let way = Way(from: .client(10), to: .client(1))
        for (number, operation) in [1, 2].enumerated() {
            let direction = operation == 1 ? way : way.back
            var message = Octets()
            message.add32(0x0001_0800)
            message.add32(0x0604_0000 | UInt32(operation))
            message.add(direction.from.mac + direction.from.address(4))
            message.add(operation == 1 ? [0, 0, 0, 0, 0, 0] : direction.to.mac)
            message.add(direction.to.address(4))
            add(at: Double(number), ethernet(direction, ProtocolNumber.arp, message.bytes))
        }
        let six = Way(from: .client(10), to: .client(1), version: 6)
        for (number, type) in [135, 136].enumerated() {
            let direction = type == 135 ? six : six.back
            let body = six.to.address(6) + [type == 135 ? 1 : 2, 1] + direction.from.mac
            let message = icmp(direction, type: type, rest: type == 135 ? 0 : 0x6000_0000, body)
            let packet = ipv6(direction, ProtocolNumber.icmpv6, hopLimit: 255, message)
            add(at: 2 + Double(number), ethernet(direction, ProtocolNumber.ipv6, packet))
        }
    }

    /// What decoders trip over: header options, extension headers, LLC, SNAP, cut packets, other protocols.
    mutating func playOddities() {
        let four = Way(from: .client(90), to: .server(90))
        let six = Way(from: .client(90), to: .server(90), version: 6)

        // IGMP with the router alert option.
        var report = Octets()
        report.add([0x16, 0, 0, 0, 233, 252, 0, 1])
        report.set16(internetChecksum(report.bytes), at: 2)
        let alert = ipv4(
            four, ProtocolNumber.igmp, identification: nextIdentification(), ttl: 1, options: [0x94, 4, 0, 0],
            report.bytes)
        add(at: 600, ethernet(four, ProtocolNumber.ipv4, alert))

        // UDP behind hop-by-hop and destination options (RFC 8200 sections 4.3 and 4.6), padded by PadN.
        let datagram = udp(six, from: 9001, to: 9002, Array("behind two extension headers".utf8))
        let extended =
            [UInt8(ProtocolNumber.destinationOptions), 0, 1, 4, 0, 0, 0, 0]
            + [UInt8(ProtocolNumber.udp), 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + datagram
        add(at: 605, ethernet(six, ProtocolNumber.ipv6, ipv6(six, ProtocolNumber.hopByHop, extended)))

        // IPv4 in LLC with SNAP (RFC 1042), and a spanning tree frame in plain LLC.
        let inner = ipv4(
            four, ProtocolNumber.udp, identification: nextIdentification(),
            udp(four, from: 9003, to: 9004, Array("in an 802.3 frame".utf8)))
        let snap: [UInt8] = [0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00] + inner
        add(at: 610, ethernet(four, snap.count, snap))
        let spanning: [UInt8] = [0x42, 0x42, 0x03] + [UInt8](repeating: 0, count: 35)
        add(at: 612, ethernet(four, spanning.count, spanning))

        // Cut by a snapshot length: in the payload, in the TCP header, in the IP header.
        let long = udp(four, from: 9005, to: 9006, [UInt8](repeating: 0x2e, count: 1000))
        addIP(at: 620, four, ProtocolNumber.udp, snapped: 96, long)
        let segment = tcp(four, from: 9007, to: 9008, flags: TCPFlags.syn, sequence: 1, acknowledgement: 0)
        addIP(at: 621, four, ProtocolNumber.tcp, snapped: 42, segment)
        addIP(at: 622, four, ProtocolNumber.udp, snapped: 30, long)
        addIP(at: 623, six, ProtocolNumber.udp, snapped: 80, udp(six, from: 9009, to: 9010, Array(long.prefix(500))))

        // A protocol without ports (OSPF's number), and one that nobody uses (253, RFC 3692).
        addIP(at: 630, four, 89, [2, 1, 0, 44] + [UInt8](repeating: 0, count: 40))
        addIP(at: 631, six, 253, Array("experiment".utf8))
        addIP(at: 632, six.back, 253, Array("experiment".utf8))
    }

    /// Flows that outlast the active timeout, and one whose pause outlasts the idle timeout.
    mutating func playLongFlows() {
        for version in [4, 6] {
            let way = Way(from: .client(95), to: .server(95), version: version)
            var steady = ConnectionScene(way, from: 55_000, to: 5222, at: 700)
            steady.handshake(&self)
            for _ in 0..<19 {
                steady.data(&self, 30, fromClient: true)
                steady.wait(9_500)
            }
            steady.close(&self)
            for begin in [800.0, 1_800, 40_000] {
                addIP(
                    at: begin, way, ProtocolNumber.udp,
                    udp(way, from: 56_000, to: 123, [UInt8](repeating: 0x1b, count: 48)))
                addIP(
                    at: begin + 8, way.back, ProtocolNumber.udp,
                    udp(way.back, from: 123, to: 56_000, [UInt8](repeating: 0x1c, count: 48)))
            }
        }
    }
}
