import Delivery
import Exporter
import Foundation
import Spool
import Testing

/// What a collector gets through the spool, whatever happens to it.
@Suite(.serialized) struct DeliveryTests {
    @Test(arguments: ["", "?ack=batch"]) func everythingArrivesOnce(parameters: String) throws {
        let collector = try Collector([.answering()])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)\(parameters)")
        try bench.add(batches: 200)
        #expect(try bench.finish())
        #expect(collector.batches.flatMap(\.flows) == bench.ids)
        #expect(collector.problems == [] && collector.connections == 1)
        let account = try bench.account()
        #expect(account.acknowledged == bench.made && account.settled == bench.made)
        #expect(account.resent == 0 && account.discarded == 0)
        // Nothing is kept for a resend after a good end.
        #expect(account.releasedBatch > collector.batches.map(\.id).max() ?? .max)
        #expect(bench.stream.status.sent.records == bench.made)
    }

    /// What was sent and not answered comes again under the same id, so that whoever drops repeats has each record once.
    @Test func unansweredBatchesComeAgain() throws {
        let collector = try Collector([.answering(breakAfter: 3), .answering(breakAfter: 5), .answering()])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)?ack=batch&retry=1")
        try bench.add(batches: 30)
        #expect(try bench.finish())
        #expect(collector.connections == 3 && collector.problems == [])
        #expect(collector.kept == bench.ids)
        let account = try bench.account()
        #expect(account.acknowledged == bench.made && account.discarded == 0)
        // At least the two batches that came whole and were not answered; what else was under way is not known here.
        #expect(account.resent >= 200)
        #expect(collector.batches.count > 30)
    }

    /// TCP's word alone: what it had acknowledged before the collector broke down is sent once more.
    @Test func acknowledgedBatchesComeAgainAfterAnAbnormalEnd() throws {
        let collector = try Collector([.breaking(after: 4), .silent])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)?retry=1")
        try bench.add(batches: 10)
        #expect(try bench.finish())
        let second = collector.batches.filter { $0.connection == 1 }
        #expect(second.flatMap(\.flows) == bench.ids)
        let account = try bench.account()
        #expect(account.acknowledged == bench.made && account.resent >= 400)
    }

    /// A collector that does not close when everything was sent may not have read it: the next run sends it again.
    @Test func anEndWithoutTheCollectorsIsNotTrusted() throws {
        let collector = try Collector([.hanging, .silent])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)")
        try bench.add(batches: 3)
        #expect(try bench.finish())
        #expect(try bench.account().acknowledged == 300 && bench.account().releasedBatch == 1)
        try bench.restart()
        #expect(try bench.finish())
        #expect(collector.batches.filter { $0.connection == 1 }.flatMap(\.flows) == bench.ids)
        #expect(try bench.account().resent == 300)
    }

    /// What is acknowledged is kept for as long as the address says, and no longer.
    @Test func theResendWindowEnds() throws {
        let collector = try Collector([.silent])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)?resend=1")
        try bench.add(batches: 3)
        #expect(try eventually { try bench.account().acknowledged == 300 })
        #expect(try bench.account().releasedBatch == 1)
        #expect(try eventually(within: 60) { try bench.account().releasedBatch == 4 })
    }

    @Test func refusedBatchesAreGivenUp() throws {
        let collector = try Collector([.answering(refusing: [1, 4])])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)?ack=batch")
        try bench.add(batches: 6)
        #expect(try bench.finish())
        let account = try bench.account()
        #expect(account.acknowledged == 400 && account.discarded(.refusal) == 200 && account.settled == 600)
    }

    /// What was given up in one session is no failure of the next; statistics tell of it, and the run ends.
    @Test func aRefusalDoesNotKeepARunFromEnding() throws {
        let collector = try Collector([.answering(refusing: [0], breakAfter: 2), .answering()])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)?ack=batch&retry=1")
        try bench.add(batches: 6)
        #expect(try bench.finish(within: 60))
        let account = try bench.account()
        #expect(account.acknowledged == 500 && account.discarded(.refusal) == 100)
        #expect(collector.connections == 2)
        #expect(eventually { collector.notSent == 100 })
    }

    @Test func answersOfOtherSpoolsAreCounted() throws {
        let collector = try Collector([.straying])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)?ack=batch")
        try bench.add(batches: 5)
        #expect(try bench.finish())
        #expect(try bench.account().acknowledged == 500)
        #expect(bench.stream.status.strayAnswers == 5)
    }

    /// A collector that is not there costs nothing but room, and gets everything when it comes.
    @Test func aCollectorThatComesLate() throws {
        let place = try Collector([.silent])
        place.stop()
        let bench = try Workbench("tcp://127.0.0.1:\(place.port)?ack=batch&retry=1")
        try bench.add(batches: 10)
        #expect(eventually { bench.stream.status.state == .failing })
        #expect(bench.stream.status.problem?.contains("Connection refused") == true)
        #expect(try bench.account().settled == 0)
        let collector = try Collector([.answering()], port: place.port)
        defer { collector.stop() }
        #expect(eventually { bench.stream.status.state == .streaming && bench.stream.status.problem == nil })
        try bench.add(batches: 1)
        #expect(try bench.finish())
        #expect(collector.batches.flatMap(\.flows) == bench.ids)
        #expect(bench.stream.status.lastAcknowledged != nil)
    }

    /// A collector that takes records and never answers is found out, and so is one that answers nonsense.
    @Test(arguments: [
        (Collector.Manner.silent, "has acknowledged no batch for 1 seconds"),
        (.babbling, "sends what is no acknowledgement of a batch"),
    ]) func collectorsThatDoNotAnswer(manner: Collector.Manner, problem: String) throws {
        let collector = try Collector([manner, .answering()])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)?ack=batch&timeout=1&retry=2")
        try bench.add(batches: 5)
        var problems: Set<String> = []
        #expect(
            try eventually {
                if let problem = bench.stream.status.problem { problems.insert(problem) }
                return try bench.account().acknowledged == 500
            })
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
        #expect(collector.kept == bench.ids)
        #expect(try bench.account().resent >= 100)
    }

    /// A run that ends with a collector away leaves everything in the spool for the next, which says where it began.
    @Test func theNextRunGoesOn() throws {
        let place = try Collector([.silent])
        place.stop()
        let bench = try Workbench("tcp://127.0.0.1:\(place.port)?ack=batch&retry=1")
        try bench.add(batches: 4)
        #expect(try !bench.finish(within: 0.2))
        #expect(try bench.account().settled == 0)
        let collector = try Collector([.answering()], port: place.port)
        defer { collector.stop() }
        try bench.restart()
        try bench.add(batches: 2)
        #expect(try bench.finish())
        #expect(collector.kept == bench.ids)
        #expect(collector.batches.filter { $0.gaps == 1 && $0.flows.isEmpty }.count == 1)
        #expect(try bench.account().acknowledged == 600)
    }

    /// What a finished run delivered after its spool was closed is not sent again by the next.
    @Test func aGoodEndIsRemembered() throws {
        let collector = try Collector([.answering()])
        defer { collector.stop() }
        let bench = try Workbench("tcp://127.0.0.1:\(collector.port)")
        try bench.add(batches: 4)
        #expect(try bench.finish())
        try bench.restart()
        try bench.add(batches: 1)
        #expect(try bench.finish())
        #expect(collector.batches.flatMap(\.flows) == bench.ids)
        #expect(try bench.account().resent == 0)
    }
}
