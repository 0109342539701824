import Exporter
import FlowTable
import NetTypes
import Testing

/// Groups of collectors: how they are written, what goes together, who gets a record.
@Suite struct GroupTests {
    @Test(arguments: [
        "core=failover", "core=failover?takeover=5&return=60", "lake=balance", "a.b_c-9=balance?filter=protocol tcp",
        "core=failover?takeover=1&filter=address 10.0.0.0/8 and not port 53",
    ]) func formsComeBack(text: String) throws {
        #expect(try ExportGroup(parsing: text).description == text)
    }

    @Test func defaultsAreLeftOut() throws {
        let group = try ExportGroup(parsing: "core=failover?takeover=30&return=300")
        #expect(group.description == "core=failover" && group.title == "failover:core")
        #expect(group.takeoverSeconds == 30 && group.returnSeconds == 300 && group.filter == nil)
    }

    @Test(arguments: [
        ("core", "has no name"), ("=failover", "has no name"), ("a b=failover", "has no name"),
        ("x23456789012345678901234567890123=balance", "has no name"), ("core=parallel", "neither failover nor balance"),
        ("core=failover?", "no NAME=VALUE"), ("core=failover?takeover", "no NAME=VALUE"),
        ("core=failover?takeover=1&takeover=2", "is there twice"), ("core=failover?takeover=0", "from 1 to 3600"),
        ("core=failover?return=86401", "from 1 to 86400"), ("core=failover?return=-1", "from 1 to 86400"),
        ("core=balance?takeover=1", "for failover, takeover"), ("core=balance?colour=1", "has the parameter colour"),
        ("core=balance?filter=colour 1", "a filter that is wrong at character"),
    ]) func whatIsWrongIsSaid(text: String, problem: String) {
        do {
            _ = try ExportGroup(parsing: text)
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.description.contains(problem), "\(error.description)")
        }
    }

    /// Groups and collectors, as they are written, and what is wrong with them together.
    struct Together: Sendable {
        var groups: String
        var collectors: String
        var hasSpool = true
        var problem: String?
    }

    @Test(arguments: [
        Together(groups: "core=failover core=balance", collectors: "tcp://a?group=core", problem: "declared twice"),
        Together(groups: "", collectors: "tcp://a?group=core", problem: "which is not declared"),
        Together(groups: "core=failover", collectors: "tcp://a", problem: "has no members"),
        Together(
            groups: "core=failover", collectors: "tcp://a?group=core&filter=incoming",
            problem: "has a filter of its own"),
        Together(groups: "core=failover", collectors: "udp://a?group=core", problem: "whether datagrams arrive"),
        Together(groups: "core=failover", collectors: "tcp://a?group=core", hasSpool: false, problem: "needs a spool"),
        Together(
            groups: "lake=balance", collectors: "udp://a?group=lake tcp://b?group=lake",
            problem: "either collectors that get datagrams"),
        Together(
            groups: "core=failover", collectors: "tcp://a?group=core tls://b?group=core kafka://c/t?group=core"),
        Together(groups: "lake=balance", collectors: "udp://a?group=lake netflow9://b?group=lake", hasSpool: false),
        Together(groups: "lake=balance", collectors: "tcp://a?group=lake", hasSpool: false),
    ]) func whatGoesTogether(together: Together) throws {
        let groups = try together.groups.split(separator: " ").map { try ExportGroup(parsing: String($0)) }
        let collectors = try together.collectors.split(separator: " ").map { text in
            try ExportEndpoint(parsing: String(text).replacing("incoming", with: "port 1"))
        }
        let found = ExportGroup.problem(groups, of: collectors, hasSpool: together.hasSpool)
        if let problem = together.problem {
            #expect(found?.contains(problem) == true, "\(found ?? "nothing")")
        } else {
            #expect(found == nil)
        }
    }

    @Test func addressesNameTheirGroup() throws {
        for text in [
            "udp://192.0.2.1:4739?group=lake", "kafka://b:9092/t?group=lake", "netflow9://192.0.2.1:2055?group=x",
        ] {
            #expect(try ExportEndpoint(parsing: text).description == text)
        }
        #expect(throws: ExportError.self) { try ExportEndpoint(parsing: "tcp://a?group=a b") }
        #expect(throws: ExportError.self) { try ExportEndpoint(parsing: "udp://a?ack=batch") }
        #expect(try !ExportEndpoint(parsing: "tcp://a?group=lake").needsSpool)
    }

    @Test func membersHaveTheGroupsFilter() throws {
        let group = try ExportGroup(parsing: "lake=balance?filter=port 53")
        let collectors = try ["udp://a?group=lake", "udp://b"].map { try ExportEndpoint(parsing: $0) }
        let applied = ExportGroup.applying([group], to: collectors)
        #expect(applied.map { $0.parameters.filter?.description } == ["port 53", nil])
    }

    private func record(_ number: UInt64) -> FlowRecord {
        var record = FlowRecord()
        record.sourceHigh = 0x2001_0DB8 << 32
        record.sourceLow = number
        record.destinationHigh = 0x2001_0DB8 << 32
        record.destinationLow = 0xFFFF
        record.sourcePort = UInt16(truncatingIfNeeded: number &* 7)
        record.destinationPort = 443
        record.protocolIdentifier = 6
        return record
    }

    /// Whoever began it, and whichever slice it is.
    @Test func bothDirectionsGoToOne() {
        let shares = ConversationShares(among: (0..<7).map { "m\($0)" }, key: ConversationShares.randomKey())
        for number in 0..<5000 as Range<UInt64> {
            var there = record(number)
            let owner = shares.owner(of: there)
            swap(&there.sourceHigh, &there.destinationHigh)
            swap(&there.sourceLow, &there.destinationLow)
            swap(&there.sourcePort, &there.destinationPort)
            there.sliceIndex = 9
            there.flowId = number
            there.segment = 5
            #expect(shares.owner(of: there) == owner)
        }
    }

    /// Shares are even whatever differs between conversations; who comes gets its part of everybody's, and nothing else moves.
    @Test func sharesAreEvenAndStay() {
        let key: (UInt64, UInt64) = (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210)
        let names = (0..<5).map { "tcp://192.0.2.\($0):4739" }
        let (four, five) = (
            ConversationShares(among: Array(names[..<4]), key: key), ConversationShares(among: names, key: key)
        )
        let reversed = ConversationShares(among: names.reversed(), key: key)
        let changes: [(String, (inout FlowRecord, UInt64) -> Void)] = [
            ("addresses", { $0.sourceLow = $1 << 32 | 7 }),
            ("ports", { $0.sourcePort = UInt16(truncatingIfNeeded: $1) }),
            ("high words", { $0.sourceHigh = $1 }),
        ]
        for (name, change) in changes {
            var counts = [0, 0, 0, 0, 0]
            var moved = 0
            for number in 0..<20_000 as Range<UInt64> {
                var record = record(1)
                change(&record, number)
                let (before, after) = (four.owner(of: record), five.owner(of: record))
                counts[after] += 1
                if before != after { moved += 1 }
                #expect(before == after || after == 4)
                #expect(reversed.owner(of: record) == 4 - after)
            }
            #expect(counts.allSatisfy { (3600...4400).contains($0) }, "\(name): \(counts)")
            #expect(moved == counts[4])
        }
    }

    /// Nobody who does not know the key knows who gets what.
    @Test func theKeyDecides() {
        let names = ["a", "b"]
        let shares = (1...64 as ClosedRange<UInt64>).map { ConversationShares(among: names, key: ($0, $0 &* 977)) }
        let owners = Set(shares.map { $0.owner(of: record(5)) })
        #expect(owners == [0, 1])
    }

    /// Collectors without a spool share too; each counts what the others get as filtered.
    @Test func directCollectorsShare() throws {
        let group = try ExportGroup(parsing: "lake=balance?filter=not port 80")
        let collectors = ExportGroup.applying(
            [group],
            to: try ["udp://a?group=lake", "udp://b?group=lake", "udp://c"].map { try ExportEndpoint(parsing: $0) })
        let shares = DirectShares([group], of: collectors)
        #expect(collectors.map(shares.isFiltered) == [true, true, false])
        let sinks = collectors.map { _ in NotingSink() }
        let ways = zip(collectors, sinks).map { shares.way(to: $1, at: $0) }
        var records = (0..<1000 as Range<UInt64>).map(record)
        for index in records.indices {
            records[index].flowId = UInt64(index)
            records[index].presence = .ports
            if index % 10 == 0 { records[index].destinationPort = 80 }
        }
        for way in ways { try way.consume(records.span, packetClock: 0) }
        let wanted = (0..<1000 as Range<UInt64>).filter { $0 % 10 != 0 && records[Int($0)].sourcePort != 80 }
        #expect((sinks[0].flows + sinks[1].flows).sorted() == wanted)
        #expect((300...600).contains(sinks[0].flows.count))
        #expect(sinks[2].flows.count == 1000)
        #expect(ways[0].statistics.filtered == UInt64(1000 - sinks[0].flows.count))
    }
}

/// Notes the flows that it gets.
private final class NotingSink: CollectorSink {
    private(set) var flows: [UInt64] = []
    var statistics = IPFIXStatistics()
    var captureStatistics = ExportStatistics()
    var isConnected: Bool { true }

    func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        for index in records.indices { flows.append(records[index].flowId) }
    }

    func finish(packetClock: Nanoseconds) throws(ExportError) {}
}
