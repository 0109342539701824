import Delivery
import Exporter
import Foundation
import Spool
import Testing

/// Groups of balance: each record is at one collector, whoever the members are and were.
@Suite(.serialized) struct ShareTests {
    private func address(_ collector: Collector) -> String { address(collector.port) }

    private func address(_ port: UInt16) -> String { "tcp://127.0.0.1:\(port)?ack=batch&retry=1&group=lake" }

    /// Every member gets about its share of each batch, and all slices of a flow.
    @Test func membersShare() throws {
        let collectors = try (0..<3).map { _ in try Collector([.answering()]) }
        defer { for collector in collectors { collector.stop() } }
        let bench = try Workbench(collectors.map { address($0) }, groups: ["lake=balance"])
        try bench.add(batches: 30)
        // The same flows once more: later slices.
        try bench.addAgain(batches: 30)
        #expect(try bench.finish())
        let got = collectors.map { $0.batches.flatMap(\.flows) }
        #expect(got.flatMap { $0 }.sorted() == (bench.ids + bench.ids).sorted())
        for one in got {
            #expect((1600...2400).contains(one.count))
            let flows = Set(one)
            #expect(flows.count * 2 == one.count)
        }
        for stream in bench.delivery.streams {
            let account = try #require(stream.account)
            #expect(account.acknowledged + account.filtered == 6000 && account.discarded == 0)
        }
        #expect(bench.delivery.streams.compactMap(\.account).map(\.acknowledged).reduce(0, +) == 6000)
        #expect(collectors.allSatisfy { $0.problems.isEmpty })
    }

    /// The share of a member that is away waits for it, over a restart too; the others go on.
    @Test func aShareWaits() throws {
        let other = try Collector([.answering()])
        defer { other.stop() }
        let unused = try unusedPort()
        let bench = try Workbench([address(unused), address(other)], groups: ["lake=balance"])
        try bench.add(batches: 10)
        #expect(eventually { bench.delivery.streams[1].account?.settled == 1000 })
        #expect(try !bench.finish(within: 0.2))
        #expect(bench.delivery.streams[0].account?.settled == 0)
        try bench.restart()
        let late = try Collector([.answering()], port: unused)
        defer { late.stop() }
        #expect(try bench.finish())
        #expect((late.kept + other.kept).sorted() == bench.ids)
        #expect(!late.kept.isEmpty && !other.kept.isEmpty)
    }

    /// Members come and go while shares wait: each record is delivered once, and under ids that nobody takes for repeats.
    @Test func membersChange() throws {
        let second = try Collector([.answering()])
        let third = try Collector([.answering()])
        let fourth = try Collector([.answering()])
        defer { for collector in [second, third, fourth] { collector.stop() } }
        let bench = try Workbench(
            [try address(unusedPort()), address(second), address(third)], groups: ["lake=balance"])
        try bench.add(batches: 10)
        #expect(eventually { bench.delivery.streams[1...].allSatisfy { $0.account?.settled == 1000 } })
        #expect(try !bench.finish(within: 0.2))
        let had = second.batches.count + third.batches.count
        // The first goes for good: what waited for it is the others'.
        try bench.restart([second, third].map { address($0) }, groups: ["lake=balance"])
        #expect(bench.delivery.spool.openingNotes.contains { $0.contains("members of balance:lake have changed") })
        try bench.add(batches: 5)
        #expect(try bench.finish())
        #expect(second.batches.count + third.batches.count > had)
        #expect((second.flows + third.flows).sorted() == bench.ids)
        // Another comes.
        try bench.restart([second, third, fourth].map { address($0) }, groups: ["lake=balance"])
        try bench.add(batches: 10)
        #expect(try bench.finish())
        #expect((second.flows + third.flows + fourth.flows).sorted() == bench.ids)
        #expect((150...550).contains(fourth.flows.count))
        for account in bench.delivery.streams.compactMap(\.account) {
            #expect(account.discarded == 0 && account.settled == bench.made)
            #expect(account.start + account.acknowledged + account.filtered == bench.made)
        }
    }

    /// A filter of the group is every member's.
    @Test func groupsHaveFilters() throws {
        let collectors = try (0..<2).map { _ in try Collector([.answering()]) }
        defer { for collector in collectors { collector.stop() } }
        let group = try ExportGroup(parsing: "lake=balance?filter=protocol tcp")
        let endpoints = try collectors.map { try ExportEndpoint(parsing: address($0)) }
        let bench = try Workbench(
            ExportGroup.applying([group], to: endpoints).map(\.description), groups: [group.description])
        try bench.add(batches: 3)
        #expect(try bench.finish())
        #expect(collectors.flatMap(\.flows) == [])
        #expect(bench.delivery.streams.compactMap(\.account).map(\.filtered) == [300, 300])
    }
}

extension Collector {
    /// Every flow id that came, repeats too.
    fileprivate var flows: [UInt64] { batches.flatMap(\.flows) }
}
