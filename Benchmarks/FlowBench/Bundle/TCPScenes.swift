/// One TCP connection as a scene: keeps both sides' sequence numbers.
struct ConnectionScene {
    let client: Way
    let clientPort: Int
    let serverPort: Int
    var tags: [(type: Int, id: Int)] = []
    var interface = 0
    private var clientSequence: UInt32
    private var serverSequence: UInt32
    private var time: Double

    /// A connection begun at `time` milliseconds.
    init(_ client: Way, from clientPort: Int, to serverPort: Int, at time: Double) {
        self.client = client
        self.clientPort = clientPort
        self.serverPort = serverPort
        self.time = time
        // Near the end of the sequence space, so that numbers wrap within the connection.
        clientSequence = UInt32.max - 1000 + UInt32(clientPort % 1000)
        serverSequence = UInt32(serverPort) << 16
    }

    mutating func handshake(_ capture: inout SyntheticCapture) {
        send(&capture, TCPFlags.syn, fromClient: true)
        send(&capture, TCPFlags.syn | TCPFlags.ack, fromClient: false)
        send(&capture, TCPFlags.ack, fromClient: true)
    }

    /// `octets` of text in segments of at most 1400 octets, each acknowledged; the first one twice if `repeated`.
    mutating func data(_ capture: inout SyntheticCapture, _ octets: Int, fromClient: Bool, repeated: Bool = false) {
        var left = octets
        while left > 0 {
            let length = min(1400, left)
            let text = (0..<length).map { UInt8(97 + $0 % 26) }
            let before = (clientSequence, serverSequence)
            send(&capture, TCPFlags.psh | TCPFlags.ack, fromClient: fromClient, text)
            if repeated, left == octets {
                // The answer got lost behind the observation point: 200 ms later the same octets come again.
                (clientSequence, serverSequence) = before
                time += 200
                send(&capture, TCPFlags.psh | TCPFlags.ack, fromClient: fromClient, text)
            }
            send(&capture, TCPFlags.ack, fromClient: !fromClient)
            left -= length
        }
    }

    mutating func close(_ capture: inout SyntheticCapture) {
        send(&capture, TCPFlags.fin | TCPFlags.ack, fromClient: true)
        send(&capture, TCPFlags.fin | TCPFlags.ack, fromClient: false)
        send(&capture, TCPFlags.ack, fromClient: true)
    }

    mutating func reset(_ capture: inout SyntheticCapture, fromClient: Bool) {
        send(&capture, TCPFlags.rst | TCPFlags.ack, fromClient: fromClient)
    }

    mutating func wait(_ milliseconds: Double) { time += milliseconds }

    /// Sends one segment, and moves the sender's sequence number on.
    mutating func send(
        _ capture: inout SyntheticCapture, _ flags: UInt8, fromClient: Bool, _ payload: [UInt8] = []
    ) {
        let way = fromClient ? client : client.back
        let segment = tcp(
            way, from: fromClient ? clientPort : serverPort, to: fromClient ? serverPort : clientPort, flags: flags,
            sequence: fromClient ? clientSequence : serverSequence,
            acknowledgement: fromClient ? serverSequence : clientSequence, payload)
        capture.addIP(
            at: time, way, ProtocolNumber.tcp, tags: tags, trafficClass: fromClient ? 0 : 0x28, interface: interface,
            segment)
        let advance = UInt32(payload.count) + (flags & (TCPFlags.syn | TCPFlags.fin) != 0 ? 1 : 0)
        if fromClient { clientSequence &+= advance } else { serverSequence &+= advance }
        time += 2.5
    }
}

extension SyntheticCapture {
    /// Connections that open, talk and close: by FIN and by RST, with retransmissions, tagged and untagged.
    mutating func playConversations() {
        for version in [4, 6] {
            let way = Way(from: .client(10), to: .server(80), version: version)
            var plain = ConnectionScene(way, from: 40_000 + version, to: 80, at: 20)
            plain.handshake(&self)
            plain.data(&self, 300, fromClient: true)
            plain.data(&self, 9000, fromClient: false, repeated: true)
            plain.data(&self, 120, fromClient: true, repeated: true)
            plain.data(&self, 2000, fromClient: false)
            plain.close(&self)

            var aborted = ConnectionScene(way, from: 41_000 + version, to: 443, at: 45)
            aborted.interface = 1
            aborted.handshake(&self)
            aborted.data(&self, 517, fromClient: true)
            aborted.data(&self, 3100, fromClient: false)
            aborted.reset(&self, fromClient: true)

            var tagged = ConnectionScene(
                Way(from: .client(11), to: .server(22), version: version), from: 42_000 + version, to: 22, at: 60)
            tagged.tags = [(ProtocolNumber.vlan, 100)]
            tagged.handshake(&self)
            tagged.data(&self, 40, fromClient: false)
            tagged.data(&self, 40, fromClient: true)
            tagged.close(&self)

            var stacked = ConnectionScene(
                Way(from: .client(12), to: .server(25), version: version), from: 43_000 + version, to: 25, at: 75)
            stacked.tags = [(ProtocolNumber.serviceVLAN, 200), (ProtocolNumber.vlan, 0x6000 | 300)]
            stacked.handshake(&self)
            stacked.data(&self, 80, fromClient: false)
            stacked.close(&self)
        }
        // The same five-tuple again after its close: a new flow.
        var again = ConnectionScene(Way(from: .client(10), to: .server(80)), from: 40_004, to: 80, at: 5_000)
        again.handshake(&self)
        again.data(&self, 200, fromClient: true)
        again.data(&self, 700, fromClient: false)
        again.close(&self)
        // Seen from the middle only.
        var midstream = ConnectionScene(
            Way(from: .client(14), to: .server(93), version: 6), from: 50_123, to: 993, at: 88)
        midstream.data(&self, 64, fromClient: true)
        midstream.data(&self, 640, fromClient: false)
    }

    /// A port that refuses, a port that is silent, and a datagram that meets no listener.
    mutating func playRefusals() {
        for version in [4, 6] {
            let way = Way(from: .client(20), to: .server(81), version: version)
            for port in 8001...8005 {
                var refused = ConnectionScene(way, from: 51_000 + port, to: port, at: 100 + Double(port - 8000))
                refused.send(&self, TCPFlags.syn, fromClient: true)
                refused.reset(&self, fromClient: false)
            }
            for (attempt, delay) in [0.0, 1000, 3000].enumerated() {
                let syn = tcp(
                    way, from: 52_000, to: 8443, flags: TCPFlags.syn, sequence: 0x1234_5678, acknowledgement: 0)
                addIP(at: 120 + delay + Double(attempt) / 10, way, ProtocolNumber.tcp, syn)
            }
            let question = udp(way, from: 53_000, to: 33_434, Array("anyone there?".utf8))
            addIP(at: 130, way, ProtocolNumber.udp, question)
            let quoted =
                version == 6
                ? ipv6(way, ProtocolNumber.udp, question)
                : ipv4(way, ProtocolNumber.udp, identification: nextIdentification(), question)
            let unreachable =
                version == 6
                ? icmp(way.back, type: 1, code: 4, rest: 0, quoted) : icmp(way.back, type: 3, code: 3, rest: 0, quoted)
            addIP(at: 131, way.back, version == 6 ? ProtocolNumber.icmpv6 : ProtocolNumber.icmp, unreachable)
        }
    }
}
