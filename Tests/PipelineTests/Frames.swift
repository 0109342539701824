import NetTypes

/// A captured Ethernet frame as tests make them.
struct Frame {
    var time: Nanoseconds
    var octets: [UInt8]

    static let second = nanosecondsPerSecond
    /// When the tests' traffic begins.
    static let start: Nanoseconds = 1_800_000_000 * second

    private static func be16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
    private static func be32(_ value: Int) -> [UInt8] { be16(value >> 16) + be16(value) }

    /// An IPv4 packet between hosts 10.0.x.x, which are given by their last 16 bits.
    static func ipv4(
        _ time: Nanoseconds, _ number: UInt8, from source: Int, to destination: Int, _ payload: [UInt8],
        identification: Int = 0, fragment: Int = 0
    ) -> Frame {
        let ethernet: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]
        let header: [UInt8] =
            [0x45, 0] + be16(20 + payload.count) + be16(identification) + be16(fragment) + [64, number, 0, 0]
            + be32(0x0A00_0000 | source) + be32(0x0A00_0000 | destination)
        return Frame(time: time, octets: ethernet + header + payload)
    }

    /// A datagram of UDP.
    static func udp(
        _ time: Nanoseconds, from source: (host: Int, port: Int), to destination: (host: Int, port: Int),
        payload: Int = 8
    ) -> Frame {
        let header = be16(source.port) + be16(destination.port) + be16(8 + payload) + [0, 0]
        return ipv4(
            time, 17, from: source.host, to: destination.host, header + Array(repeating: 7, count: payload))
    }

    /// The two halves of a datagram of UDP that was fragmented.
    static func fragments(
        _ times: (Nanoseconds, Nanoseconds), from source: (host: Int, port: Int),
        to destination: (host: Int, port: Int),
        identification: Int
    ) -> [Frame] {
        let header = be16(source.port) + be16(destination.port) + be16(8 + 32) + [0, 0]
        return [
            ipv4(
                times.0, 17, from: source.host, to: destination.host, header + Array(repeating: 7, count: 16),
                identification: identification, fragment: 0x2000),
            ipv4(
                times.1, 17, from: source.host, to: destination.host, Array(repeating: 8, count: 16),
                identification: identification, fragment: 3),
        ]
    }

    /// A segment of TCP.
    static func tcp(
        _ time: Nanoseconds, from source: (host: Int, port: Int), to destination: (host: Int, port: Int), flags: UInt8,
        sequence: Int = 1000, payload: Int = 0
    ) -> Frame {
        let header = be16(source.port) + be16(destination.port) + be32(sequence) + be32(2000) + [0x50, flags]
        return ipv4(
            time, 6, from: source.host, to: destination.host,
            header + be16(512) + be32(0) + Array(repeating: 9, count: payload))
    }

    /// An ARP request, which belongs to no flow.
    static func arp(_ time: Nanoseconds) -> Frame {
        Frame(
            time: time, octets: [255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6] + Array(repeating: 0, count: 28))
    }

    /// Traffic of every kind that a pipeline treats in its own way: fragments whose halves are far apart, connections
    /// that close and open again, flows that pause beyond their timeout, packets out of order, non-flows, broken headers.
    static func mixed(_ count: Int, seed: UInt64, step: Nanoseconds = 30_000_000) -> [Frame] {
        var random = SplitMix64(seed: seed)
        var frames: [Frame] = []
        var late: [Frame] = []
        var time = start
        for index in 0..<count {
            time += Nanoseconds.random(in: 0...(2 * step), using: &random)
            // Now and then a packet is late by up to half a second.
            let own = index % 11 == 0 ? time - Nanoseconds.random(in: 0...(second / 2), using: &random) : time
            let client = (
                host: Int.random(in: 1...60, using: &random), port: Int.random(in: 40000...40040, using: &random)
            )
            let server = (host: 1000 + Int.random(in: 1...8, using: &random), port: [53, 80, 443][index % 3])
            switch Int.random(in: 0..<20, using: &random) {
            case 0: frames.append(arp(own))
            case 1: frames.append(ipv4(own, 1, from: client.host, to: server.host, [8, 0, 0, 0, 0, 5, 0, 1]))
            case 2: frames.append(Frame(time: own, octets: Array(arp(own).octets.prefix(12)) + [8, 0, 0x45, 0, 0]))
            case 3, 4:
                let halves = fragments((own, own), from: client, to: server, identification: index & 0xFFFF)
                frames.append(halves[0])
                late.append(halves[1])
            case 5...12:
                let flags: [UInt8] = [0x02, 0x10, 0x18, 0x11, 0x04]
                let fromClient = Bool.random(using: &random)
                frames.append(
                    tcp(
                        own, from: fromClient ? client : server, to: fromClient ? server : client,
                        flags: flags[Int.random(in: 0..<5, using: &random)],
                        sequence: Int.random(in: 0...100_000, using: &random),
                        payload: Int.random(in: 0...20, using: &random)))
            default: frames.append(udp(own, from: client, to: server))
            }
            if late.count > 40 {
                var half = late.removeFirst()
                half.time = own
                frames.append(half)
            }
        }
        return frames
    }
}
