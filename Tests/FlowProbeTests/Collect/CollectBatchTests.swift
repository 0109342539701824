import Foundation
import Testing

extension ProbeTests {
    /// `collect --ack`: every batch is on disk when it is answered, and is counted once however often it comes.
    @Suite struct CollectBatchTests {
        private static func outputs(_ folder: TemporaryFolder) -> [String] {
            ["--ack", "--json", folder.path("c.json"), "--store", folder.path("c.sqlite")]
        }

        /// Ids of the flows in both outputs, each as often as it is there.
        private static func flows(_ folder: TemporaryFolder) throws -> (json: [Int], store: [Int]) {
            let json = try String(contentsOf: folder.file("c.json"), encoding: .utf8).split(separator: "\n").map {
                line in
                line.firstMatch(of: /"flowId":"(\d+)"/).flatMap { Int($0.1) } ?? -1
            }
            let store = try Program.run("/usr/bin/sqlite3", [folder.path("c.sqlite"), "select flowId from flowRecord"])
            return (json.sorted(), store.output.split(separator: "\n").compactMap { Int($0) }.sorted())
        }

        @Test func batchesAreCountedOnce() throws {
            let folder = try TemporaryFolder()
            let collector = try RunningCollector(["tcp"], Self.outputs(folder))
            let port = collector.port("tcp")
            #expect(
                try Program.exporter(
                    port, "templates", "data:1:1000", "close:1", "answer", "data:1001:10", "close:2", "answer")
                    == ["answer 0 1", "answer 0 2"])
            // Again after a cut; and a batch that is not closed, which will come again.
            #expect(
                try Program.exporter(port, "templates", "data:1001:10", "close:2", "answer", "data:2000:3")
                    == ["answer 0 2"])
            // An exporter that makes no batches.
            #expect(try Program.exporter(port, "plain", "data:9000:7").isEmpty)
            collector.waitForReport(of: "without      7 records")
            let outcome = try collector.stop()
            #expect(outcome.code == 0, "\(outcome.errors)")
            for line in [
                "durable      2 batches, 1010 records", "again        1 batches, 10 records", "unfinished   3 records",
                "without      7 records",
            ] { #expect(outcome.text.contains(line), "\(line) is not in \(outcome.text)") }
            let wanted = Array(1...1010) + Array(9000..<9007)
            let flows = try Self.flows(folder)
            #expect(flows.json == wanted && flows.store == wanted)
        }

        /// A batch of which something is missing is asked for again, by closing the connection; when it comes so again, it is
        /// refused for good, and none of it is counted.
        @Test func batchesThatAreNotWhole() throws {
            let folder = try TemporaryFolder()
            let collector = try RunningCollector(["tcp"], Self.outputs(folder))
            let port = collector.port("tcp")
            let broken = [
                "templates", "orphans:1", "data:0:10", "close:1", "answer", "data:10:10", "close:2", "answer",
            ]
            func send(_ steps: [String]) throws -> [String] {
                let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "exporter.py").path()
                return try Program.run("/usr/bin/python3", [script, port] + steps).output.split(separator: "\n")
                    .map(String.init)
            }
            #expect(try send(broken).first == "no answer")
            #expect(try send(broken) == ["answer 1 1", "answer 0 2"], "the next batch is whole")
            // Mended in time: the second try is whole.
            #expect(try send(["templates", "orphans:1", "data:20:10", "close:3", "answer"]) == ["no answer"])
            #expect(try send(["templates", "data:20:10", "close:3", "answer"]) == ["answer 0 3"])
            let outcome = try collector.stop()
            #expect(outcome.text.contains("refused      1 batches, 10 records"))
            #expect(outcome.errors.contains("Batch 1 of probe 000102030405060708090a0b0c0d0e0f did not come whole"))
            let flows = try Self.flows(folder)
            #expect(flows.json == Array(10..<30) && flows.store == flows.json)
        }

        /// Killed at any moment, before, in and after a commit: who sends again what was not answered has it counted once.
        @Test func killedBetweenBatchAndAnswer() throws {
            let folder = try TemporaryFolder()
            var answered: Set<Int> = []
            let batches = 40
            var rounds = 0
            while answered.count < batches, rounds < 60 {
                rounds += 1
                let collector = try RunningCollector(["tcp"], Self.outputs(folder))
                var steps = ["templates"]
                for batch in (0..<batches) where !answered.contains(batch) {
                    steps += ["data:\(batch * 1500 + 1):1500", "close:\(batch)", "answer"]
                }
                let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "exporter.py").path()
                let identifier = collector.probe.identifier
                // Moments spread over two batches; the last rounds may go to their end.
                let moment = UInt32(60_000 + (rounds * 37 % 100) * 1500 + (rounds > 40 ? 2_000_000 : 0))
                Thread.detachNewThread {
                    usleep(moment)
                    kill(identifier, SIGKILL)
                }
                let output = try Program.run("/usr/bin/python3", [script, collector.port("tcp")] + steps).output
                for line in output.split(separator: "\n") {
                    if let number = line.firstMatch(of: /answer 0 (\d+)/).flatMap({ Int($0.1) }) {
                        answered.insert(number)
                    }
                }
                _ = try collector.probe.wait(atMost: 180)
            }
            #expect(answered.count == batches, "after \(rounds) kills")
            #expect(rounds > 3, "it was hardly killed")
            // The last start cuts off what no batch closed.
            _ = try RunningCollector(["tcp"], Self.outputs(folder)).stop()
            let flows = try Self.flows(folder)
            let wanted = Array(1...batches * 1500)
            #expect(flows.json == wanted, "\(flows.json.count) lines")
            #expect(flows.store == wanted, "\(flows.store.count) rows")
        }

        @Test func aSecondCollectorOnTheSameFileIsRefused() throws {
            let folder = try TemporaryFolder()
            let collector = try RunningCollector(["tcp"], ["--ack", "--json", folder.path("c.json")])
            let second = try Probe.run(["collect", "--tcp", "127.0.0.1:0", "--ack", "--json", folder.path("c.json")])
            #expect(second.code == 4 && second.errors.contains("Another flowprobe writes"))
            _ = try collector.stop()
        }
    }
}
