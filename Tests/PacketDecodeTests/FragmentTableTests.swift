import NetTypes
import PacketDecode
import Testing

/// Later fragments join the flow of their first one (design semantics 2 and 5).
@Suite struct FragmentTableTests {
    private let bench = Workbench()
    private static let second = nanosecondsPerSecond

    /// Decodes IP packets and resolves them one batch at a time.
    private func resolve(_ packets: [(time: Nanoseconds, bytes: [UInt8])], _ table: inout FragmentTable)
        -> [PacketFacts]
    {
        let batch = FactsBatch(capacity: 1)
        var found: [UInt64: PacketFacts] = [:]
        func collect() {
            for index in 0..<batch.count { found[batch.facts[index].ownFrameNumber] = batch.facts[index] }
            batch.removeAll()
        }
        for (index, packet) in packets.enumerated() {
            let decoded = bench.decode(
                packet.bytes, linkType: 101, timestamp: packet.time, frame: UInt64(index + 1))
            batch.append(decoded.facts ?? PacketFacts())
            #expect(batch.fragments == 1)
            table.resolve(batch)
            collect()
        }
        table.letGoOfAll(into: batch, at: UInt64(packets.count))
        collect()
        return packets.indices.map { found[UInt64($0 + 1)] ?? PacketFacts() }
    }

    private static func first(_ identification: Int, reversed: Bool = false, ports: (Int, Int) = (5000, 53)) -> [UInt8]
    {
        Build.ipv4(
            17, Build.udp(ports.0, ports.1, length: 3000), source: reversed ? Build.highHost : Build.lowHost,
            destination: reversed ? Build.lowHost : Build.highHost, identification: identification, moreFragments: true)
    }

    private static func later(_ identification: Int, reversed: Bool = false, number: Int = 17) -> [UInt8] {
        Build.ipv4(
            number, [1, 2, 3], source: reversed ? Build.highHost : Build.lowHost,
            destination: reversed ? Build.lowHost : Build.highHost, identification: identification, offset: 1480)
    }

    private static func later6(_ identification: Int, next: Int = 17) -> [UInt8] {
        Build.ipv6(44, Build.fragmentHeader(next, offset: 1480, more: false, identification: identification, [1]))
    }

    @Test func laterFragmentsTakeTheFirstOnesPorts() {
        var table = FragmentTable(hashKey: 1)
        let facts = resolve([(0, Self.first(7)), (1, Self.later(7)), (2, Self.later(7))], &table)
        for later in facts[1...] {
            #expect((later.portA, later.portB) == (5000, 53) && later.flags.contains(.ports) && later.sender == 0)
        }
        #expect(table.withoutFirst == 0)
    }

    @Test func ofAnotherDatagramTheyDoNot() {
        var table = FragmentTable(hashKey: 1)
        let facts = resolve(
            [
                (0, Self.first(7)), (1, Self.later(8)), (1, Self.later(7, reversed: true)),
                (1, Self.later(7, number: 6)), (1, Self.later6(7)),
            ], &table)
        for later in facts[1...] { #expect(!later.flags.contains(.ports) && later.portA == 0 && later.portB == 0) }
        #expect(table.withoutFirst == 4)
    }

    @Test func eachDirectionHasItsOwnIdentifications() {
        var table = FragmentTable(hashKey: 1)
        let facts = resolve(
            [
                (0, Self.first(7)), (1, Self.first(7, reversed: true, ports: (80, 9))),
                (2, Self.later(7)), (3, Self.later(7, reversed: true)),
            ], &table)
        #expect((facts[2].portA, facts[2].portB, facts[2].sender) == (5000, 53, 0))
        #expect((facts[3].portA, facts[3].portB, facts[3].sender) == (9, 80, 1))
    }

    @Test func oneHostWithItself() {
        let host = 0x7F00_0001
        for (source, destination) in [(9000, 53), (53, 9000)] {
            var table = FragmentTable(hashKey: 1)
            let facts = resolve(
                [
                    (
                        0,
                        Build.ipv4(
                            17, Build.udp(source, destination), source: host, destination: host, identification: 3,
                            moreFragments: true)
                    ),
                    (1, Build.ipv4(17, [1], source: host, destination: host, identification: 3, offset: 8)),
                ], &table)
            #expect((facts[1].portA, facts[1].portB) == (53, 9000))
            #expect(facts[1].sender == facts[0].sender && table.withoutFirst == 0)
        }
    }

    @Test func behindAnAuthenticationHeader() {
        var table = FragmentTable(hashKey: 1)
        let inner = Build.authenticationHeader(17, Build.udp(5000, 53, length: 3000))
        let facts = resolve(
            [
                (0, Build.ipv4(51, inner, identification: 4, moreFragments: true)),
                (1, Build.ipv4(51, [1], identification: 4, offset: 1480)),
            ], &table)
        #expect(facts[1].protocolIdentifier == 17 && facts[1].portA == 5000 && facts[1].flags.contains(.ports))
    }

    @Test func sixGoesByIdentificationAlone() {
        var table = FragmentTable(hashKey: 1)
        // A later fragment's next header may differ from the first one's (RFC 8200 section 4.5).
        let first = Build.fragmentHeader(
            60, offset: 0, more: true, identification: 9, Build.extensionHeader(17, Build.udp(5, 6)))
        let facts = resolve([(0, Build.ipv6(44, first)), (1, Self.later6(9, next: 60)), (1, Self.later6(10))], &table)
        #expect(facts[1].protocolIdentifier == 17 && (facts[1].portA, facts[1].portB) == (5, 6))
        #expect(!facts[2].flags.contains(.ports) && table.withoutFirst == 1)
    }

    @Test func icmpKeepsItsIdentifierAndIsNotPorts() {
        var table = FragmentTable(hashKey: 1)
        let facts = resolve(
            [
                (0, Build.ipv4(1, Build.icmp(8, identifier: 77), identification: 3, moreFragments: true)),
                (1, Build.ipv4(1, [1], identification: 3, offset: 8)),
            ], &table)
        #expect((facts[1].portA, facts[1].portB) == (77, 0x0800) && !facts[1].flags.contains(.ports))
    }

    @Test func forgottenAfterThirtySeconds() {
        var table = FragmentTable(hashKey: 1)
        let facts = resolve(
            [
                (Self.second, Self.first(7)), (31 * Self.second, Self.later(7)), (31 * Self.second + 1, Self.later(7)),
                (40 * Self.second, Self.first(7, ports: (6000, 80))), (40 * Self.second, Self.later(7)),
                (39 * Self.second, Self.later(7)),
            ], &table)
        #expect(facts[1].portA == 5000)
        #expect(facts[2].portA == 0 && table.withoutFirst == 1)
        #expect(facts[4].portA == 6000, "An identification used again is the newer datagram's.")
        #expect(facts[5].portA == 6000, "Out of order is not late.")
    }

    @Test func boundedAndTheOldestLeave() {
        let seed: UInt64 = 0xF4A6
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        var table = FragmentTable(hashKey: random.next())
        let count = 40_000
        func bytes(_ index: Int, first: Bool) -> [UInt8] {
            let source = 0x0A00_0000 + index
            return first
                ? Build.ipv4(
                    17, Build.udp(index & 0xFFFF, 53), source: source, identification: index & 0xFFFF,
                    moreFragments: true)
                : Build.ipv4(17, [1], source: source, identification: index & 0xFFFF, offset: 8)
        }
        _ = resolve((0..<count).map { (Nanoseconds($0), bytes($0, first: true)) }, &table)
        // Newest first: the last few hundred are surely there, of the first half nearly all have left.
        let found = resolve((0..<count).map { (Nanoseconds(count), bytes($0, first: false)) }, &table)
            .map { $0.flags.contains(.ports) }
        #expect(found.suffix(400).filter { $0 }.count == 400)
        #expect(found.filter { $0 }.count <= 16_384)
        #expect(found.filter { $0 }.count > 12_000)
        #expect(table.withoutFirst == UInt64(found.filter { !$0 }.count))
    }
}
