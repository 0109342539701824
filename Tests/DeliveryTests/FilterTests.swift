import Delivery
import Exporter
import Foundation
import Spool
import Testing

/// A destination's filter: what it leaves out is counted as filtered, what it keeps arrives once, and the sum holds.
@Suite(.serialized) struct FilterTests {
    /// Ids 64 to 127 and 1024 to 1535: batches of 100 in whole, in part and not at all.
    private static let filter = "filter=source 0.0.0.64/26 or source 0.0.4.0/23"
    private static func wanted(_ bench: Workbench) -> [UInt64] {
        bench.ids.filter { (64..<128).contains($0) || (1024..<1536).contains($0) }
    }

    /// The sum over all records, which must be exact.
    private static func check(_ bench: Workbench) throws {
        let account = try bench.account()
        let kept = UInt64(wanted(bench).count)
        #expect(account.acknowledged == kept && account.filtered == bench.made - kept && account.discarded == 0)
        #expect(account.settled == bench.made && account.resent == 0)
        #expect(account.acknowledged + account.filtered + account.discarded == bench.made)
    }

    @Test(arguments: ["", "&ack=batch"]) func onAConnection(parameters: String) throws {
        let collector = try Collector([.answering()])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)?\(Self.filter)\(parameters)")
        try bench.add(batches: 20)
        #expect(try bench.finish(within: 60))
        #expect(collector.batches.flatMap(\.flows) == Self.wanted(bench))
        #expect(collector.problems == [])
        try Self.check(bench)
        #expect(bench.stream.status.sent.records == UInt64(Self.wanted(bench).count))
    }

    @Test(arguments: ["ipfix", "ndjson"]) func inRequests(format: String) throws {
        let receiver = try Receiver { _ in .status(200, text: "Ok.\n") }
        defer { receiver.stop() }
        let bench = try Workbench("http://127.0.0.1:\(receiver.port)/flows?retry=1&format=\(format)&\(Self.filter)")
        try bench.add(batches: 20)
        #expect(try bench.finish(within: 60))
        var ids: [UInt64] = []
        for request in receiver.requests {
            let found = request.flows(of: request.body)
            #expect(found.problem == nil && !found.ids.isEmpty)
            ids += found.ids
        }
        #expect(ids == Self.wanted(bench))
        // Batches of which nothing is left are not posted.
        #expect(receiver.requests.count == 8)
        try Self.check(bench)
    }

    @Test func inATopic() throws {
        let cluster = MockCluster()
        let bench = try Workbench(cluster.address("&format=ndjson&compression=none&\(Self.filter)"))
        try bench.add(batches: 20)
        #expect(try bench.finish(within: 60))
        let ids = cluster.messages().flatMap { message in
            String(decoding: message.value, as: UTF8.self).matches(of: /"flowId":"([0-9]+)"/).compactMap {
                UInt64($0.1)
            }
        }
        #expect(ids.sorted() == Self.wanted(bench))
        try Self.check(bench)
    }

    /// A filter that keeps nothing lets positions go on, and the next run has nothing to send again.
    @Test func nothingIsLeft() throws {
        let collector = try Collector([.answering(), .answering()])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)?ack=batch&filter=port 1")
        try bench.add(batches: 5)
        #expect(try bench.finish(within: 60))
        var account = try bench.account()
        #expect(account.filtered == 500 && account.acknowledged == 0 && account.settled == 500)
        try bench.restart()
        try bench.add(batches: 1)
        #expect(try bench.finish(within: 60))
        account = try bench.account()
        #expect(account.filtered == 600 && account.settled == 600 && account.discarded == 0 && account.resent == 0)
        #expect(collector.batches.flatMap(\.flows) == [])
    }
}
