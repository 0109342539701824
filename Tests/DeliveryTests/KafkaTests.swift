import Delivery
import Exporter
import FlowTable
import Foundation
import Spool
import Testing

/// What brokers get through the spool, whatever happens to them: librdkafka's mock cluster.
@Suite(.serialized, .timeLimit(.minutes(15))) struct KafkaTests {
    /// Flow ids in the order of each key, a repeat of a message left out by what its headers name.
    private static func kept(_ messages: [MockCluster.Message]) -> [String: [UInt64]] {
        var seen: Set<[String]> = []
        var flows: [String: [UInt64]] = [:]
        for message in messages where message.headers["kind"] == "flows" {
            let name = ["batch", "group", "part"].map { message.headers[$0] ?? "" }
            guard seen.insert(name).inserted else { continue }
            flows[message.key, default: []] += message.flows
        }
        return flows
    }

    /// Every record once, and in order for each key unless messages were sent once more behind others.
    private static func expectAll(_ bench: Workbench, _ messages: [MockCluster.Message], inOrder: Bool = true) {
        let kept = kept(messages)
        #expect(kept.values.flatMap { $0 }.sorted() == bench.ids)
        for (key, flows) in kept where inOrder { #expect(flows == flows.sorted(), "\(key)") }
    }

    /// A file of properties, which the caller removes.
    private static func properties(_ text: String) throws -> String {
        let url = FileManager.default.temporaryDirectory.appending(path: "properties-\(UUID())")
        try text.write(to: url, atomically: true, encoding: .utf8)
        return url.path(percentEncoded: false)
    }

    @Test(arguments: ["none", "gzip", "lz4", "zstd"]) func everythingArrivesOnce(compression: String) throws {
        let cluster = MockCluster()
        let bench = try Workbench(cluster.address("&compression=\(compression)"))
        try bench.add(batches: 20)
        #expect(try bench.finish())
        let account = try bench.account()
        #expect(account.acknowledged == bench.made && account.settled == bench.made)
        #expect(account.resent == 0 && account.discarded == 0)
        #expect(account.releasedBatch == 21)
        let messages = cluster.messages()
        // One message for each batch and group, and no more.
        #expect(messages.count == 80)
        Self.expectAll(bench, messages)
        let sent = bench.stream.status.sent
        #expect(sent.records == bench.made && sent.messages == 80 && sent.sessions == 1)
        #expect(sent.octets == UInt64(messages.reduce(0) { $0 + $1.value.count }))
    }

    /// A flow's slices share key and partition; the headers name probe, batch and place.
    @Test func headersAndKeysSayWhatIsInAMessage() throws {
        let cluster = MockCluster()
        let bench = try Workbench(cluster.address("&groups=3"))
        try bench.add(batches: 5)
        #expect(try bench.finish())
        let messages = cluster.messages()
        #expect(messages.count == 15)
        var partitions: [String: Set<Int32>] = [:]
        for message in messages {
            partitions[message.key, default: []].insert(message.partition)
            let headers = message.headers
            #expect(headers["probe"] == bench.delivery.spool.probe.description)
            #expect(headers["schema"] == "1" && headers["format"] == "ndjson" && headers["kind"] == "flows")
            #expect(message.key == "1/\(headers["group"] ?? "?")")
            let flows = message.flows
            #expect(headers["part"] == "0-\(flows.count - 1)/\(flows.count)")
            let batch = try #require(headers["batch"].flatMap(UInt64.init))
            for flow in flows {
                #expect((flow - 1) / 100 + 1 == batch)
                // docs/export-contract.md, said once more in another way.
                let spread = flow.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15).low / (1 << 32)
                #expect(String(spread % 3) == headers["group"])
            }
        }
        #expect(partitions.count == 3 && partitions.values.allSatisfy { $0.count == 1 })
    }

    /// What a broker may say once in a while costs nothing: another leads the partition, it took too long, too few replicas, the
    /// connection broke. The library sends again, in order, and the broker drops repeats. One request at a time: a broker
    /// refuses a message when one before it is missing, and the mock cluster does not.
    @Test(arguments: [6, 7, 19, -195])
    func passingErrorsCostNothing(code: Int32) throws {
        let cluster = MockCluster()
        cluster.failProduce(code, times: 5)
        let path = try Self.properties("max.in.flight.requests.per.connection=1")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bench = try Workbench(cluster.address("&properties=\(path)"))
        try bench.add(batches: 20)
        #expect(try bench.finish(within: 60), "\(code)")
        #expect(try bench.account().acknowledged == bench.made)
        Self.expectAll(bench, cluster.messages())
    }

    /// A cluster that is away costs disk, and of memory no more than the window; the state says why, and all arrives when it
    /// is back.
    @Test func aClusterThatIsAwayIsWaitedFor() throws {
        let cluster = MockCluster()
        let bench = try Workbench(cluster.address("&timeout=3"))
        try bench.add(batches: 5)
        #expect(try eventually { try bench.account().acknowledged == 500 })
        #expect(bench.stream.status.state == .streaming && bench.stream.status.problem == nil)
        cluster.setUp(false)
        try bench.add(batches: 40)
        #expect(eventually(within: 60) { bench.stream.status.state == .failing })
        let problem = try #require(bench.stream.status.problem)
        #expect(problem.contains("kafka://") && problem.contains("can be reached") && problem.hasSuffix("."))
        // Five batches of four messages had arrived; 16 of the 40 that follow are with the producer, and no more.
        let sent = bench.stream.status.sent
        #expect(sent.messages >= 20 + 64 && sent.messages <= 20 + 64 * sent.sessions)
        #expect(try bench.account().acknowledged == 500)
        cluster.setUp(true)
        #expect(try eventually(within: 60) { try bench.account().acknowledged == bench.made })
        #expect(bench.stream.status.problem == nil)
        #expect(try bench.finish(within: 60))
        Self.expectAll(bench, cluster.messages())
        #expect(try bench.account().discarded == 0)
    }

    /// What does not pass (no right to the topic; a broker that has lost count, by which the producer is of no more use) leaves
    /// everything in the spool, is told, and another producer sends it.
    @Test(arguments: [(29, "TOPIC_AUTHORIZATION_FAILED"), (45, "Another one takes its place.")])
    func anotherProducerGoesOn(code: Int32, told: String) throws {
        let cluster = MockCluster()
        cluster.failProduce(code, times: 4)
        let bench = try Workbench(cluster.address())
        try bench.add(batches: 3)
        // What a new producer mends at once may be over before this looks.
        #expect(
            eventually(within: 60) {
                let status = bench.stream.status
                return status.problem?.contains(told) == true || code == 45 && status.sent.sessions > 1
            })
        #expect(try bench.finish(within: 60))
        let account = try bench.account()
        #expect(account.acknowledged == bench.made && account.discarded == 0)
        #expect(bench.stream.status.sent.sessions > 1)
        Self.expectAll(bench, cluster.messages(), inOrder: false)
    }

    /// Too large: the message is cut, and what it held arrives in parts that say so.
    @Test func whatIsTooLargeIsCut() throws {
        let cluster = MockCluster()
        cluster.failProduce(10, times: 3)
        let bench = try Workbench(cluster.address("&groups=1"))
        try bench.add(batches: 10)
        #expect(try bench.finish(within: 60))
        let account = try bench.account()
        #expect(account.acknowledged == bench.made && account.discarded == 0)
        let messages = cluster.messages()
        #expect(messages.count > 10)
        #expect(messages.contains { $0.headers["part"]?.hasPrefix("0-") == true && $0.flows.count <= 50 })
        for message in messages {
            let part = (message.headers["part"] ?? "").split { "-/".contains($0) }.compactMap { Int($0) }
            #expect(part.count == 3 && part[1] - part[0] + 1 == message.flows.count && part[2] == 100)
        }
        let flows = messages.flatMap(\.flows)
        #expect(flows.sorted() == bench.ids)
    }

    /// A record that is refused by itself is set aside, counted and told of; the others arrive.
    @Test func aRefusedRecordIsSetAside() throws {
        let cluster = MockCluster()
        let bench = try Workbench(cluster.address("&groups=1"))
        // A batch of one record for each request that fails, and then others.
        cluster.failProduce(87, times: 1)
        try bench.addOne()
        #expect(eventually { bench.stream.status.refusal != nil })
        try bench.add(batches: 2)
        #expect(try bench.finish())
        let account = try bench.account()
        #expect(account.acknowledged == 200 && account.discarded(.refusal) == 1 && account.settled == 201)
        #expect(cluster.messages().flatMap(\.flows).sorted() == Array(2...201))
        let text = try String(contentsOfFile: bench.delivery.spool.refusedPath, encoding: .utf8)
        let object = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["reason"] as? String == "INVALID_RECORD" && object["batch"] as? String == "1")
        #expect(object["destination"] as? String == bench.endpoint.name)
        #expect((object["flow"] as? [String: Any])?["flowId"] as? String == "1")
        #expect(bench.stream.status.refusal?.contains(bench.delivery.spool.refusedPath) == true)
    }

    /// The next run sends what this one could not, and tells of the time between.
    @Test func theNextRunGoesOn() throws {
        let cluster = MockCluster()
        cluster.setUp(false)
        let bench = try Workbench(cluster.address())
        try bench.add(batches: 7)
        #expect(try !bench.finish(within: 3))
        #expect(try bench.account().acknowledged == 0)
        cluster.setUp(true)
        try bench.restart()
        try bench.add(batches: 1)
        #expect(try bench.finish(within: 60))
        let messages = cluster.messages()
        Self.expectAll(bench, messages)
        let gaps = messages.filter { $0.headers["kind"] == "gap" }
        #expect(gaps.count == 1 && gaps.first?.key == "0/0")
        let gap = try JSONSerialization.jsonObject(with: Data(gaps.first?.value ?? [])) as? [String: Any]
        #expect(gap?["coverageGapCause"] as? Int == 1)
        #expect(gap?["coverageGapUnrecordedPackets"] as? Int == 1_000_000 - 700)
    }

    /// Each value of IPFIX is a session of its own: templates, flows, sequence numbers from 0.
    @Test func ipfixValuesStandByThemselves() throws {
        let cluster = MockCluster()
        let bench = try Workbench(cluster.address("&format=ipfix"))
        try bench.add(batches: 6)
        #expect(try bench.finish())
        try bench.restart()
        try bench.add(batches: 1)
        #expect(try bench.finish())
        let messages = cluster.messages()
        var flows: [UInt64] = []
        var gaps = 0
        for message in messages {
            #expect(message.headers["format"] == "ipfix")
            var reader = MessageReader(connection: 0)
            // What closes a batch for this reader stands in the headers: it is appended as a collector would see the session.
            let batches = reader.take(message.value[...])
            #expect(reader.problem == nil)
            flows += reader.unfinished
            gaps += batches.reduce(0) { $0 + $1.0.gaps }
        }
        #expect(flows.sorted() == bench.ids && gaps == 1)
    }

    /// What the file of properties says reaches the library, and what it may not say is refused before anything is sent.
    @Test func propertiesAreTakenOrRefused() throws {
        let cluster = MockCluster()
        let path = try Self.properties("# small\nmessage.max.bytes = 2000\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bench = try Workbench(cluster.address("&groups=1&properties=\(path)"))
        try bench.add(batches: 2)
        #expect(try bench.finish())
        let messages = cluster.messages()
        #expect(messages.allSatisfy { $0.value.count <= 2000 } && messages.count > 20)
        #expect(messages.flatMap(\.flows).sorted() == bench.ids)

        for (line, wanted) in [
            ("acks=1", "acks"), ("no.such.setting=1", "no.such.setting"), ("sasl.mechanism=\u{7}", "sasl.mechanism"),
            ("plugin.library.paths=/tmp/x", "plugin.library.paths"), ("what is this", "line 1"),
        ] {
            try line.write(toFile: path, atomically: true, encoding: .utf8)
            let error = #expect(throws: ExportError.self, "\(line)") {
                try Workbench(cluster.address("&properties=\(path)"))
            }
            #expect(error?.description.contains(wanted) == true && error?.description.hasSuffix(".") == true)
        }
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: ExportError.self) { try Workbench(cluster.address("&properties=\(path)")) }
    }
}
