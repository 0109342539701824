import NetTypes
import PacketDecode
import Testing

/// What tells packets from one another.
@Suite struct IdentityTests {
    private func identity(_ packet: TestPacket) -> PacketIdentity? {
        let batch = PacketBatch(capacity: 1)
        let facts = FactsBatch(capacity: 1)
        batch.fill([packet])
        var inspection = PacketInspection()
        inspection.identityKeys = PacketIdentityKeys(secret: 0x1234_5678_9ABC_DEF1, place: 0x0FED_CBA9_8765_4321)
        var decoder = PacketDecoder(inspection: inspection)
        decoder.decode(batch, into: facts)
        let own = facts
        let identities = own.identities
        return identities.count == 1 ? identities[0] : nil
    }

    /// Nil when it is in no flow, and when it is not compared.
    private func fingerprint(_ packet: TestPacket) -> UInt64? {
        identity(packet).flatMap { $0.kind == .none ? nil : $0.fingerprint }
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
            let first = try #require(identity(packet))
            let original = first.fingerprint
            var copy = packet
            copy.timeToLive -= 1
            #expect(fingerprint(copy) == original, "TTL, seed \(seed)")
            // It is looked for where the original is, and has come another way.
            #expect(identity(copy)?.place == first.place && identity(copy)?.path != first.path, "seed \(seed)")
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

    @Test func pathsAreToldApart() throws {
        var packet = TestPacket()
        let path = try #require(identity(packet)).path
        packet.checksum = 0xABCD
        #expect(identity(packet)?.path == path)
        let changes: [(String, (inout TestPacket) -> Void)] = [
            ("TTL", { $0.timeToLive -= 1 }), ("MAC", { $0.macs[3] ^= 1 }), ("source MAC", { $0.macs[11] ^= 1 }),
            ("tag", { $0.tags = [5] }), ("removed tag", { $0.removedTag = 5 }),
        ]
        for (what, change) in changes {
            var other = packet
            change(&other)
            #expect(identity(other)?.path != path, "\(what)")
        }
    }

    /// What makes packets with the same octets one, or leaves it open.
    @Test func kinds() {
        func kind(_ change: (inout TestPacket) -> Void) -> PacketIdentity.Kind? {
            var packet = TestPacket()
            change(&packet)
            return identity(packet)?.kind
        }
        #expect(kind { _ in } == .identified)
        #expect(kind { $0.identification = 0 } == .unidentified)
        #expect(kind { $0.isIPv6 = true } == .unidentified)
        func segment(_ flags: UInt8, octets: Int = 0, options: [UInt8] = []) -> PacketIdentity.Kind? {
            kind {
                $0.isIPv6 = true
                $0.protocolNumber = 6
                $0.payload = TestPacket.tcp(1, 2, flags: flags)
                $0.payload[12] = UInt8(5 + options.count / 4) << 4
                $0.payload += options + [UInt8](repeating: 9, count: octets)
            }
        }
        let stamp: [UInt8] = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]
        #expect(segment(0x10) == .bare && segment(0x10, options: stamp) == .bare)
        for flags: UInt8 in [0x02, 0x12, 0x11, 0x04] {
            #expect(segment(flags) == .unidentified && segment(flags, options: stamp) == .identified)
        }
        #expect(segment(0x10, octets: 1) == .unidentified && segment(0x10, octets: 1, options: stamp) == .identified)
        // Options that end, are cut or lie before the time stamp comes.
        for options: [UInt8] in [
            [0, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2], [1, 1, 8, 9, 0, 0, 0, 1, 0, 0, 0, 2], [1, 1, 1, 1, 8, 10, 0, 0],
            [5, 0, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2], [1, 1, 1, 8], [254, 12, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2],
        ] {
            #expect(segment(0x18, octets: 4, options: options) == .unidentified, "\(options)")
        }
        #expect(segment(0x18, octets: 4, options: [254, 4, 0, 0, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1]) == .identified)
        // IPv4's identification is enough for anything.
        #expect(
            kind {
                $0.protocolNumber = 6
                $0.payload = TestPacket.tcp(1, 2, flags: 0x10)
            } == .identified)
    }

    /// Every truncation of every kind, and noise: an answer or none, never a trap.
    @Test func cutPacketsAndNoise() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<20 {
            var packet = anyPacket(&random)
            packet.tags = [1, 2]
            for kept in 0...packet.octets.count {
                packet.kept = kept
                _ = identity(packet)
            }
            packet.kept = nil
            packet.claimed = .random(in: -20...2000, using: &random)
            _ = identity(packet)
        }
        for _ in 0..<20_000 {
            var packet = anyPacket(&random)
            let octets = Int.random(in: 0...60, using: &random)
            packet.payload = (0..<octets).map { _ in .random(in: 0 ... .max, using: &random) }
            packet.protocolNumber = Bool.random(using: &random) ? 6 : 17
            packet.kept = Int.random(in: 0...80, using: &random)
            _ = identity(packet)
        }
    }

    @Test func notIP() {
        var packet = TestPacket()
        packet.tags = [1]
        packet.kept = 16
        #expect(fingerprint(packet) == nil)
    }
}
