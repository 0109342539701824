import NetTypes
import PacketDecode
import Testing

/// What holds for every packet, whatever its bytes.
@Suite struct SweepTests {
    @Test(arguments: Fixture.all) func hasItsOutcome(fixture: Fixture) throws {
        let bench = Workbench()
        let result = bench.decode(fixture.bytes, linkType: fixture.linkType)
        #expect(result.outcome == fixture.outcome)
        #expect(result.tallies.balances)
        #expect((result.facts != nil) == (fixture.outcome == .flow))
        #expect(result.tallies.flowPackets == (fixture.outcome == .flow ? 1 : 0))
        if let facts = result.facts {
            #expect(facts.networkOctets == fixture.networkOctets)
            #expect(facts.wireOctets == UInt32(fixture.bytes.count))
            #expect(result.tallies.flowNetworkOctets == UInt64(fixture.networkOctets))
        }
    }

    /// The capture was cut: lengths on the wire stay, and so must whatever the captured octets tell.
    @Test(arguments: Fixture.all) func everyTruncationByTheCapture(fixture: Fixture) {
        let bench = Workbench()
        let whole = bench.decode(fixture.bytes, linkType: fixture.linkType)
        for length in 0..<fixture.bytes.count {
            let cut = bench.decode(fixture.bytes, linkType: fixture.linkType, captured: length)
            #expect(cut.tallies.balances)
            #expect(cut.anomalies.contains(.truncated))
            expectNoBetter(cut, than: whole, "\(length)")
            let other = bench.decode(fixture.bytes, linkType: fixture.linkType, captured: length, fill: 0x5A)
            #expect(other.outcome == cut.outcome)
            #expect(other.facts?.listed == cut.facts?.listed, "Octets behind the captured ones were read: \(length).")
            guard let facts = cut.facts, let full = whole.facts else { continue }
            let pair = Set([[facts.addressAHigh, facts.addressALow], [facts.addressBHigh, facts.addressBLow]])
            let fullPair = Set([[full.addressAHigh, full.addressALow], [full.addressBHigh, full.addressBLow]])
            #expect(pair == fullPair)
            #expect(facts.networkOctets == full.networkOctets, "\(length)")
            #expect(facts.wireOctets == full.wireOctets)
            #expect(facts.payloadOctets <= full.payloadOctets, "Cut headers must not become payload: \(length).")
            if facts.flags.contains(.ports) { #expect(facts.portA == full.portA && facts.portB == full.portB) }
        }
    }

    /// The packet itself was cut, on the wire too.
    @Test(arguments: Fixture.all) func everyTruncationOnTheWire(fixture: Fixture) {
        let bench = Workbench()
        let whole = bench.decode(fixture.bytes, linkType: fixture.linkType)
        for length in 0..<fixture.bytes.count {
            let cut = bench.decode(fixture.bytes, linkType: fixture.linkType, captured: length, wire: length)
            #expect(cut.tallies.balances)
            expectNoBetter(cut, than: whole, "\(length)")
            if let facts = cut.facts {
                #expect(Int(facts.networkOctets) <= length && Int(facts.wireOctets) == length)
                #expect(facts.payloadOctets <= facts.networkOctets)
            }
        }
    }

    private func expectNoBetter(_ cut: Workbench.Result, than whole: Workbench.Result, _ comment: Comment) {
        switch (cut.outcome, whole.outcome) {
        case (.undecodable, _), (.flow, .flow): break
        case (.nonFlow(let left), .nonFlow(let right)): #expect(left == right, comment)
        default: Issue.record("\(cut.outcome) is better than \(whole.outcome). \(comment)")
        }
    }

    static let linkTypes: [UInt16] = Array(Set(Fixture.all.map(\.linkType)).union([147, 65_535])).sorted()

    @Test func seededRandomOctets() {
        let seed: UInt64 = 0xDEC0_DE01
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        let bench = Workbench()
        var flows = 0
        for round in 0..<100_000 {
            var bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            let linkType = Self.linkTypes[round % Self.linkTypes.count]
            // Half of them begin as IP, so that deeper decoders see random octets too.
            if round & 1 == 0, !bytes.isEmpty {
                bytes[0] = round & 2 == 0 ? 0x45 : 0x60
                if bytes.count > 9 {
                    let next: [UInt8] = [6, 17, 1, 58, 132, 0, 43, 44, 60, 51]
                    bytes[round & 2 == 0 ? 9 : 6] = next[Int.random(in: 0..<next.count, using: &random)]
                }
            }
            let wire =
                Int.random(in: 0...2, using: &random) == 0 ? Int.random(in: 0...70_000, using: &random) : bytes.count
            let result = bench.decode(
                bytes, linkType: linkType, wire: wire, fcs: UInt8.random(in: 0...4, using: &random))
            expectSound(result, wire)
            flows += result.facts == nil ? 0 : 1
        }
        // Most link types need more than random octets.
        #expect(flows > 4_000)
    }

    @Test func seededMutationsOfTheFixtures() {
        let seed: UInt64 = 0xDEC0_DE02
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        let bench = Workbench()
        for round in 0..<60_000 {
            let fixture = Fixture.all[round % Fixture.all.count]
            var bytes = fixture.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][Int.random(in: 0..<5, using: &random)]
                case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                default: if bytes.count > 1 { bytes.remove(at: place) }
                }
            }
            let linkType =
                round & 7 == 0
                ? Self.linkTypes[Int.random(in: 0..<Self.linkTypes.count, using: &random)] : fixture.linkType
            expectSound(bench.decode(bytes, linkType: linkType), bytes.count)
        }
    }

    private func expectSound(_ result: Workbench.Result, _ wire: Int) {
        #expect(result.tallies.balances && result.tallies.packets == 1)
        #expect((result.facts != nil) == (result.outcome == .flow))
        guard let facts = result.facts else { return }
        #expect(Int(facts.wireOctets) <= wire && facts.networkOctets <= facts.wireOctets)
        #expect(facts.payloadOctets <= facts.networkOctets)
        #expect(facts.networkOctets >= (facts.ipVersion == 6 ? 40 : 20))
        let (a, b) = ((facts.addressAHigh, facts.addressALow), (facts.addressBHigh, facts.addressBLow))
        #expect(a.0 < b.0 || (a.0 == b.0 && a.1 <= b.1))
        if facts.flags.contains(.ports), a == b { #expect(facts.portA <= facts.portB) }
    }
}
