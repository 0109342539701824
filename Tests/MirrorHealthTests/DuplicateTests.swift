import MirrorHealth
import NetTypes
import PacketDecode
import Testing

@Suite struct FingerprintTests {
    private let key: UInt64 = 0x1234_5678_9ABC_DEF1

    private func fingerprint(_ packet: TestPacket) -> UInt64? {
        let batch = PacketBatch(capacity: 1)
        batch.fill([packet])
        return batch.fingerprint(0, key: key)
    }

    private func anyPacket(_ random: inout SplitMix64) -> TestPacket {
        var packet = TestPacket()
        packet.isIPv6 = Bool.random(using: &random)
        packet.identification = .random(in: 1 ... .max, using: &random)
        packet.timeToLive = .random(in: 2 ... .max, using: &random)
        packet.source = .random(in: 0 ... .max, using: &random)
        let octets = Int.random(in: 1...1400, using: &random)
        let (from, to) = (Int.random(in: 0...65535, using: &random), Int.random(in: 0...65535, using: &random))
        if Bool.random(using: &random) {
            packet.protocolNumber = 6
            packet.payload = TestPacket.tcp(from, to, flags: 0x18, octets: octets)
        } else {
            packet.payload = TestPacket.udp(from, to, octets)
        }
        for place in packet.payload.indices.dropFirst(20) {
            packet.payload[place] = .random(in: 0 ... .max, using: &random)
        }
        return packet
    }

    @Test func whatForwardingChangesDoesNotCount() throws {
        let seed: UInt64 = 20_261_124
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let packet = anyPacket(&random)
            let original = try #require(fingerprint(packet))
            var copy = packet
            copy.timeToLive -= 1
            #expect(fingerprint(copy) == original, "TTL, seed \(seed)")
            copy.checksum = .random(in: 0 ... .max, using: &random)
            #expect(fingerprint(copy) == original, "checksum, seed \(seed)")
            copy.macs = (0..<12).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
            #expect(fingerprint(copy) == original, "MAC, seed \(seed)")
            copy.tags = (0..<Int.random(in: 1...3, using: &random)).map { _ in .random(in: 0 ... .max, using: &random) }
            #expect(fingerprint(copy) == original, "VLAN, seed \(seed)")
            copy.removedTag = 5
            #expect(fingerprint(copy) == original, "removed VLAN, seed \(seed)")
            copy.padding = Int.random(in: 1...46, using: &random)
            #expect(fingerprint(copy) == original, "padding, seed \(seed)")
        }
    }

    @Test func whatMakesAnotherPacketCounts() throws {
        let seed: UInt64 = 20_261_125
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let packet = anyPacket(&random)
            let original = try #require(fingerprint(packet))
            var others: [TestPacket] = []
            var other = packet
            if !packet.isIPv6 {
                other.identification &+= .random(in: 1 ... .max, using: &random)
                others.append(other)
            }
            // Every octet of the transport header and some of what it carries: ports, sequence numbers, payload.
            for place in Array(0..<8) + (0..<8).map({ _ in Int.random(in: 0..<packet.payload.count, using: &random) }) {
                other = packet
                other.payload[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                others.append(other)
            }
            other = packet
            other.payload.append(0)
            others.append(other)
            other = packet
            other.destination ^= 1
            others.append(other)
            for other in others { #expect(fingerprint(other) != original, "\(other), seed \(seed)") }
        }
    }

    @Test func aRepeatedAcknowledgementCannotBeToldApart() {
        var packet = TestPacket()
        packet.protocolNumber = 6
        packet.payload = TestPacket.tcp(1, 2, flags: 0x10)
        #expect(fingerprint(packet) != nil)
        packet.identification = 0
        #expect(fingerprint(packet) == nil)
        packet.isIPv6 = true
        #expect(fingerprint(packet) == nil)
        for flags: UInt8 in [0x02, 0x12, 0x11, 0x04] {
            packet.payload = TestPacket.tcp(1, 2, flags: flags)
            #expect(fingerprint(packet) != nil)
        }
        packet.payload = TestPacket.tcp(1, 2, flags: 0x10, octets: 1)
        #expect(fingerprint(packet) != nil)
    }

    /// Every truncation of every kind, and noise: an answer or none, never a trap.
    @Test func cutPacketsAndNoise() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<20 {
            var packet = anyPacket(&random)
            packet.tags = [1, 2]
            for kept in 0...packet.octets.count {
                packet.kept = kept
                _ = fingerprint(packet)
            }
            packet.kept = nil
            packet.claimed = .random(in: -20...2000, using: &random)
            _ = fingerprint(packet)
        }
        for _ in 0..<20_000 {
            var packet = anyPacket(&random)
            let octets = Int.random(in: 0...60, using: &random)
            packet.payload = (0..<octets).map { _ in .random(in: 0 ... .max, using: &random) }
            packet.protocolNumber = Bool.random(using: &random) ? 6 : 17
            packet.kept = Int.random(in: 0...80, using: &random)
            _ = fingerprint(packet)
        }
    }

    @Test func notIP() {
        var packet = TestPacket()
        packet.tags = [1]
        packet.kept = 16
        #expect(fingerprint(packet) == nil)
    }
}

@Suite struct DuplicateWindowTests {
    private let start: Nanoseconds = 1_800_000_000 * nanosecondsPerSecond

    @Test func theSpanIsExact() {
        for (distance, isDuplicate) in [
            (0, true), (1, true), (DuplicateWindow.span - 1, true), (DuplicateWindow.span, true),
            (DuplicateWindow.span + 1, false), (nanosecondsPerSecond, false),
        ] as [(Nanoseconds, Bool)] {
            for sign: Nanoseconds in [1, -1] {
                var window = DuplicateWindow()
                let first = window.isDuplicate(7, at: start)
                let second = window.isDuplicate(7, at: start + sign * distance)
                #expect(!first && second == isDuplicate, "\(distance)")
            }
        }
    }

    /// Against a plain list of everything within the span, while the window is large enough: it must say the same.
    @Test func asAPlainListSays() {
        let seed: UInt64 = 11
        var random = SplitMix64(seed: seed)
        var window = DuplicateWindow()
        var seen: [UInt64: Nanoseconds] = [:]
        var names: [UInt64] = (0..<500).map { _ in random.next() }
        var time = start
        var found = 0
        for step in 0..<100_000 {
            time += .random(in: 0...100_000, using: &random)
            if step % 50 == 0 { names[Int.random(in: 0..<500, using: &random)] = random.next() }
            let name = names[Int.random(in: 0..<500, using: &random)]
            let expected = seen[name].map { time - $0 <= DuplicateWindow.span } ?? false
            if !expected { seen[name] = time }
            let said = window.isDuplicate(name, at: time)
            #expect(said == expected, "step \(step), seed \(seed)")
            if expected { found += 1 }
        }
        #expect(found > 1000)
    }

    /// Beyond its capacity it forgets, and never invents: distinct packets are never duplicates.
    @Test func neverOneTooMany() {
        var random = SplitMix64(seed: 5)
        var window = DuplicateWindow()
        var names = Set<UInt64>()
        for _ in 0..<DuplicateWindow.capacity * 20 {
            let name = random.next()
            guard names.insert(name).inserted else { continue }
            let said = window.isDuplicate(name, at: start)
            #expect(!said)
        }
        #expect(MemoryLayout<DuplicateWindow>.size <= 16)
        #expect(DuplicateWindow.capacity == 8192)
    }
}
