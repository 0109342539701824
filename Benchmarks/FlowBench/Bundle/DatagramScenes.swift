extension SyntheticCapture {
    /// DNS questions and answers about example names, over both versions of IP.
    mutating func playNames() {
        for version in [4, 6] {
            for number in 0..<12 {
                let way = Way(from: .client(30 + number % 3), to: .server(53), version: version)
                let port = 54_000 + number * 7 + version
                let name = "host\(number).example.com"
                let begin = 200 + Double(number) * 13 + Double(version) / 10
                addIP(
                    at: begin, way, ProtocolNumber.udp, udp(way, from: port, to: 53, dns(name, id: port, answer: nil)))
                let answer = Host.server(100 + number).address(4)
                addIP(
                    at: begin + 4, way.back, ProtocolNumber.udp,
                    udp(way.back, from: 53, to: port, dns(name, id: port, answer: answer)))
            }
        }
        // An RTP-like stream, tagged on two levels; and a datagram without payload.
        let stream = Way(from: .client(40), to: .server(41))
        for number in 0..<50 {
            addIP(
                at: 250 + Double(number) * 20, stream, ProtocolNumber.udp,
                tags: [(ProtocolNumber.serviceVLAN, 201), (ProtocolNumber.vlan, 301)], trafficClass: 0xb8, interface: 1,
                udp(stream, from: 16_384, to: 16_386, [UInt8](repeating: UInt8(number), count: 172)))
        }
        addIP(at: 260, stream, ProtocolNumber.udp, udp(stream, from: 4000, to: 4001, []))
    }

    /// A DNS message with one question for an address, and its answer (RFC 1035 section 4).
    private func dns(_ name: String, id: Int, answer: [UInt8]?) -> [UInt8] {
        var message = Octets()
        message.add16(id)
        message.add16(answer == nil ? 0x0100 : 0x8180)
        message.add16(1)
        message.add16(answer == nil ? 0 : 1)
        message.add32(0)
        for label in name.split(separator: ".") {
            message.add8(label.utf8.count)
            message.add(Array(label.utf8))
        }
        message.add8(0)
        message.add32(0x0001_0001)
        if let answer {
            message.add16(0xc00c)
            message.add32(0x0001_0001)
            message.add32(300)
            message.add16(answer.count)
            message.add(answer)
        }
        return message.bytes
    }

    /// Echo requests and replies, two identifiers at once, over both versions.
    mutating func playEchoes() {
        for version in [4, 6] {
            let way = Way(from: .client(50), to: .server(50), version: version)
            let (number, request, reply) =
                version == 6 ? (ProtocolNumber.icmpv6, 128, 129) : (ProtocolNumber.icmp, 8, 0)
            for identifier in [0x0101, 0x0202] as [UInt32] {
                for sequence in 1...4 as ClosedRange<UInt32> {
                    let begin = 300 + Double(sequence) * 100 + Double(identifier & 0xf)
                    let body = (0..<56).map { UInt8($0) }
                    let rest = identifier << 16 | sequence
                    addIP(at: begin, way, number, icmp(way, type: request, rest: rest, body))
                    addIP(at: begin + 0.7, way.back, number, icmp(way.back, type: reply, rest: rest, body))
                }
            }
        }
    }

    /// Datagrams in fragments: in order, last one first, with other packets between, and one without its first part.
    mutating func playFragments() {
        let text = (0..<4000).map { UInt8(65 + $0 % 26) }
        for (version, begin) in [(4, 400.0), (6, 420.0)] {
            let way = Way(from: .client(60), to: .server(60), version: version)
            for (number, order) in [[0, 1, 2], [2, 0, 1], [1, 2]].enumerated() {
                let datagram = udp(way, from: 60_000 + number, to: 2049, text)
                let id = 0x7000 + number
                for (place, piece) in order.enumerated() {
                    let start = piece * 1480
                    let end = min(start + 1480, datagram.count)
                    let more = end < datagram.count
                    let bytes = Array(datagram[start..<end])
                    let time = begin + Double(number) * 5 + Double(place) / 2
                    if version == 4 {
                        let packet = ipv4(
                            way, ProtocolNumber.udp, identification: id,
                            fragment: (more ? 0x2000 : 0) | start / 8, bytes)
                        add(at: time, ethernet(way, ProtocolNumber.ipv4, packet))
                    } else {
                        var header = Octets()
                        header.add8(ProtocolNumber.udp)
                        header.add8(0)
                        header.add16(start | (more ? 1 : 0))
                        header.add32(UInt32(id))
                        let packet = ipv6(way, ProtocolNumber.fragment, header.bytes + bytes)
                        add(at: time, ethernet(way, ProtocolNumber.ipv6, packet))
                    }
                }
            }
        }
    }

    /// An SCTP association from INIT to SHUTDOWN COMPLETE (RFC 9260 sections 5 and 9).
    mutating func playAssociation() {
        let clientTag: UInt32 = 0x1122_3344
        let serverTag: UInt32 = 0x5566_7788
        func opening(_ tag: UInt32, _ more: [UInt8] = []) -> [UInt8] {
            var value = Octets()
            value.add32(tag)
            value.add32(65_536)
            value.add16(10)
            value.add16(10)
            value.add32(1)
            return value.bytes + more
        }
        let cookie = [UInt8](repeating: 0x5a, count: 32)
        let text: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0] + Array("hello over sctp".utf8)
        let acknowledged: [UInt8] = [0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]
        let steps: [(fromClient: Bool, tag: UInt32, type: Int, flags: Int, value: [UInt8])] = [
            (true, 0, 1, 0, opening(clientTag)), (false, clientTag, 2, 0, opening(serverTag, [0, 7, 0, 36] + cookie)),
            (true, serverTag, 10, 0, cookie), (false, clientTag, 11, 0, []), (true, serverTag, 0, 3, text),
            (false, clientTag, 3, 0, acknowledged), (false, clientTag, 0, 3, text),
            (true, serverTag, 3, 0, acknowledged),
            (true, serverTag, 7, 0, [0, 0, 0, 1]), (false, clientTag, 8, 0, []), (true, serverTag, 14, 0, []),
        ]
        for version in [4, 6] {
            let way = Way(from: .client(70), to: .server(70), version: version)
            for (number, step) in steps.enumerated() {
                let (from, to) = step.fromClient ? (30_001, 3868) : (3868, 30_001)
                addIP(
                    at: 500 + Double(number) * 3, step.fromClient ? way : way.back, ProtocolNumber.sctp,
                    sctp(from: from, to: to, tag: step.tag, chunk: step.type, flags: step.flags, step.value))
            }
        }
    }
}
