import Delivery
import Exporter
import Foundation
import Spool
import Testing

/// What a receiver of requests gets, and what is made of its answers.
@Suite(.serialized) struct HTTPTests {
    private func workbench(_ receiver: Receiver, _ parameters: String = "") throws -> Workbench {
        try Workbench("http://127.0.0.1:\(receiver.port)/flows?retry=1\(patient(parameters))")
    }

    @Test(arguments: [
        ("ipfix", "none"), ("ipfix", "gzip"), ("ipfix", "zstd"), ("ndjson", "none"), ("ndjson", "gzip"),
        ("ndjson", "zstd"),
    ])
    func everythingArrivesOnce(format: String, compression: String) throws {
        let receiver = try Receiver { _ in .status(200, text: "Ok.\n") }
        defer { receiver.stop() }
        let bench = try workbench(receiver, "&format=\(format)&compression=\(compression)&query=table=flow")
        try bench.add(batches: 30)
        let isDone = try bench.finish()
        #expect(isDone, "\(bench.stream.status)")
        let requests = receiver.requests
        #expect(requests.count == 30 && receiver.connections == 1)
        #expect(Set(requests.map(\.key)).count == 30)
        var ids: [UInt64] = []
        for request in requests {
            let body = unpacked(request)
            let found = request.flows(of: body)
            #expect(found.problem == nil)
            ids += found.ids
            #expect(request.target == "POST /flows?table=flow HTTP/1.1")
            #expect(request.fields["content-encoding"] == (compression == "none" ? nil : compression))
            #expect(request.fields["flowprobe-records"] == "0-99/100")
            #expect(request.fields["flowprobe-schema"] == "1" && request.fields["flowprobe-domain"] == "1")
            #expect(request.fields["host"] == "127.0.0.1:\(receiver.port)")
            let (probe, batch) = (request.fields["flowprobe-probe"] ?? "", request.fields["flowprobe-batch"] ?? "")
            #expect(request.key == "\"\(probe)-\(batch)\"" && probe.utf8.count == 32)
            if format == "ipfix" {
                // Each body is a session of its own, closed by its batch.
                let batches = request.batches(of: body).batches
                #expect(batches.map { String($0.id) } == [batch] && batches.first?.flows.count == 100)
            }
        }
        #expect(ids == bench.ids)
        let account = try bench.account()
        #expect(account.acknowledged == bench.made && account.settled == bench.made)
        #expect(account.resent == 0 && account.discarded == 0)
        #expect(account.releasedBatch > UInt64(30))
        let status = bench.stream.status
        #expect(status.sent.records == bench.made && status.sent.messages == 30 && status.requests == [.accepted: 30])
    }

    /// An answer that is nobody's fault here, or everybody's, gives nothing up: an expired token must not drain the spool.
    @Test(arguments: [
        (401, "Put credentials"), (403, "lets this probe"), (404, "Check the path"), (405, "Check the path"),
        (407, "without it"), (408, "asked again"), (425, "asked again"), (429, "asked again"), (500, "own log"),
        (503, "asked again"), (599, "own log"), (301, "Redirects"), (307, "Redirects"), (304, "Redirects"),
        (418, "Check what"),
    ])
    func isPutOff(status: Int, advice: String) throws {
        let receiver = try Receiver { request in
            request.number == 0
                ? .status(status, ["Location: /other"], text: "no\u{7}\r\nway \"x\"") : .status(204)
        }
        defer { receiver.stop() }
        let bench = try workbench(receiver)
        try bench.add(batches: 3)
        #expect(eventually { bench.stream.status.state == .failing })
        let problem = bench.stream.status.problem ?? ""
        #expect(problem.contains("answers \(status)") && problem.contains(advice), "\(problem)")
        #expect(problem.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        #expect(try bench.account().settled == 0)
        #expect(try bench.finish())
        let requests = receiver.requests
        // The same octets under the same key.
        #expect(requests.count == 4 && requests[0].key == requests[1].key && requests[0].body == requests[1].body)
        #expect(requests.allSatisfy { $0.target.hasPrefix("POST /flows ") })
        #expect(receiver.kept == bench.ids)
        let account = try bench.account()
        #expect(account.acknowledged == 300 && account.discarded == 0 && account.resent == 100)
        #expect(bench.stream.status.problem == nil)
        #expect(bench.stream.status.requests == [.deferred: 1, .accepted: 3])
    }

    @Test func retryAfterIsHeeded() throws {
        let receiver = try Receiver { $0.number == 0 ? .status(503, ["Retry-After: 3"]) : .status(200) }
        defer { receiver.stop() }
        let bench = try workbench(receiver)
        try bench.add(batches: 1)
        #expect(try bench.finish())
        let times = receiver.requests.map(\.at)
        #expect(times.count == 2 && times[1].timeIntervalSince(times[0]) >= 2.9)
    }

    /// One record that is refused costs itself, and no other: the batch is halved until it is found.
    @Test(arguments: [400, 413, 415, 422], ["ipfix", "ndjson"])
    func aRefusedRecordIsSetAside(status: Int, format: String) throws {
        let receiver = try Receiver { request in
            request.flows.contains(142) ? .status(status, text: "bad \"record\"") : .status(200)
        }
        defer { receiver.stop() }
        let bench = try workbench(receiver, "&format=\(format)")
        try bench.add(batches: 3)
        let isDone = try bench.finish()
        #expect(isDone, "\(bench.stream.status)")
        #expect(receiver.kept == bench.ids.filter { $0 != 142 })
        let account = try bench.account()
        #expect(account.acknowledged == 299 && account.discarded(.refusal) == 1 && account.settled == 300)
        #expect(bench.stream.status.refusal?.contains("answers") == false)
        #expect(bench.stream.status.refusal?.contains("\(status) (bad \"record\")") == true)
        let lines = try String(contentsOfFile: bench.folder + "/refused.ndjson", encoding: .utf8)
            .split(separator: "\n")
        #expect(lines.count == 1)
        let line = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect((line["flow"] as? [String: Any])?["flowId"] as? String == "142")
        #expect(line["status"] as? Int == status && line["answer"] as? String == "bad \"record\"")
        #expect(line["place"] as? Int == 41 && line["destination"] as? String == bench.stream.name)
        // A part of a batch says which, and does not close it.
        for request in receiver.requests {
            let records = try #require(request.records)
            let isWhole = records.first == 0 && records.last == records.total - 1
            #expect(request.key.contains("-\(records.first)-\(records.last)\"") == !isWhole)
            if format == "ipfix" { #expect(request.batches(of: request.body).batches.isEmpty == !isWhole) }
        }
    }

    /// A receiver that takes few records at once gets few, and is not asked for more again and again.
    @Test func theSizeThatIsTakenIsRemembered() throws {
        let receiver = try Receiver { request in
            guard let records = request.records else { return .status(500) }
            return records.last - records.first < 10 ? .status(200) : .status(413)
        }
        defer { receiver.stop() }
        let bench = try workbench(receiver)
        try bench.add(batches: 5)
        #expect(try bench.finish())
        #expect(receiver.kept == bench.ids)
        #expect(try bench.account().acknowledged == 500 && bench.account().discarded == 0)
        // 100, 50, 25 and 13 records were too many, once each.
        #expect(bench.stream.status.requests[.refused] == 4, "\(bench.stream.status.requests)")
    }

    /// Whoever refuses everything does not drain the spool: what is refused is kept, up to a bound, and then nothing is given up.
    @Test func whatIsRefusedIsBounded() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "refused-\(UUID())").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = RefusedRecords(folder: folder, destination: "https://x:443/", limit: 100)
        let lines = [UInt8](repeating: 0x61, count: 60)
        try file.add(lines)
        try file.add(lines)
        let error = #expect(throws: ExportError.self) { try file.add(lines) }
        #expect(error?.description.contains("is full") == true)
        #expect(try Data(contentsOf: URL(filePath: file.path)).count == 120)
        try FileManager.default.removeItem(atPath: file.path)
        try file.add(lines)
    }

    @Test func aFullFileOfRefusalsStopsTheDestination() throws {
        let receiver = try Receiver { _ in .status(400) }
        defer { receiver.stop() }
        let bench = try workbench(receiver)
        let path = bench.folder + "/refused.ndjson"
        // Full before anything was refused.
        #expect(FileManager.default.createFile(atPath: path, contents: Data(count: 16 << 20)))
        try bench.add(batches: 1)
        #expect(eventually { bench.stream.status.problem?.contains("is full") == true })
        #expect(try bench.account().settled == 0)
        try FileManager.default.removeItem(atPath: path)
        #expect(try bench.finish())
        #expect(try bench.account().discarded(.refusal) == 100)
        #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == 100)
    }

    /// Answers that are unusual and right.
    @Test(arguments: [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nTrailer: z\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 202\r\ncontent-length:0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\nX: \(String(repeating: "y", count: 9000))\r\n\r\n",
    ]) func isAccepted(octets: String) throws {
        let receiver = try Receiver { request in
            Receiver.Answer(octets: Array(octets.utf8), pause: request.number % 2 == 0 ? nil : 200, keeps: true)
        }
        defer { receiver.stop() }
        let bench = try workbench(receiver)
        try bench.add(batches: 4)
        let isDone = try bench.finish()
        #expect(isDone, "\(bench.stream.status)")
        #expect(receiver.kept == bench.ids && receiver.requests.count == 4 && receiver.connections == 1)
    }

    /// Answers that end with their connection: a new one is made, at once.
    @Test(arguments: [
        "HTTP/1.0 200 OK\r\n\r\nfine", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nuntil the end",
    ]) func endsWithItsConnection(octets: String) throws {
        let receiver = try Receiver { _ in .raw(octets, keeps: true) }
        defer { receiver.stop() }
        let bench = try workbench(receiver)
        try bench.add(batches: 4)
        #expect(try bench.finish(within: 60))
        #expect(receiver.kept == bench.ids && receiver.connections >= 4)
        #expect(try bench.account().resent == 0)
    }

    /// What is no answer acknowledges nothing.
    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ncut", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200",
        "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        "HTTP/1.1 200 OK\r\nA: \(String(repeating: "b", count: 70_000))\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\(String(repeating: "A: b\r\n", count: 300))\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n\(String(repeating: "x", count: 1_100_000))",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", "\0\0\0\0", "",
        String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 50_000),
    ]) func isNoAnswer(octets: String) throws {
        let receiver = try Receiver { $0.number == 0 ? .raw(octets) : .status(200) }
        defer { receiver.stop() }
        let bench = try workbench(receiver)
        try bench.add(batches: 2)
        #expect(eventually { bench.stream.status.state == .failing })
        #expect(try bench.account().settled == 0)
        #expect(bench.stream.status.problem?.hasSuffix(".") == true)
        let isDone = try bench.finish()
        #expect(isDone, "\(bench.stream.status)")
        #expect(receiver.kept == bench.ids)
        let account = try bench.account()
        #expect(account.acknowledged == 200 && account.resent == 100 && account.discarded == 0)
    }

    /// Neither silence nor an answer that drips in holds a batch for longer than `timeout`.
    @Test(arguments: [
        Receiver.Answer.silence, .cut,
        Receiver.Answer(
            octets: Array("HTTP/1.1 200 OK\r\nX-Slow: \(String(repeating: "z", count: 200))\r\n\r\n".utf8),
            pause: 20_000),
    ]) func aSlowReceiverIsLeft(answer: Receiver.Answer) throws {
        let receiver = try Receiver { $0.number == 0 ? answer : .status(200) }
        defer { receiver.stop() }
        let bench = try workbench(receiver, "&timeout=1")
        try bench.add(batches: 2)
        #expect(eventually { bench.stream.status.state == .failing })
        #expect(try bench.finish())
        #expect(receiver.kept == bench.ids)
        #expect(receiver.requests.first?.key == receiver.requests.dropFirst().first?.key)
        #expect(bench.stream.status.requests[.unanswered] == 1)
    }

    /// An answer that comes before the request is over counts, whatever happens to the rest.
    @Test(arguments: [413, 401]) func anEarlyAnswer(status: Int) throws {
        let receiver = try Receiver { request in
            let isLarge = (Int(request.fields["content-length"] ?? "") ?? 0) > 1_000_000
            guard isLarge, status == 413 || request.number == 0 else { return .status(200) }
            var answer = Receiver.Answer.status(status, ["Connection: close"])
            (answer.isEarly, answer.closes) = (true, true)
            return answer
        }
        defer { receiver.stop() }
        let bench = try workbench(receiver, "&format=ndjson", records: 8000)
        try bench.add(batches: 80)
        let isDone = try bench.finish()
        #expect(isDone, "\(bench.stream.status)")
        #expect(receiver.kept == bench.ids)
        let requests = bench.stream.status.requests
        #expect(requests[status == 413 ? .refused : .deferred] ?? 0 >= 1, "\(requests)")
        #expect(requests[.unanswered] == nil, "\(requests)")
        #expect(try bench.account().discarded == 0)
    }

    private func workbench(_ receiver: Receiver, _ parameters: String, records: Int) throws -> Workbench {
        try Workbench("http://127.0.0.1:\(receiver.port)/flows?retry=1\(patient(parameters))", batchRecords: records)
    }

    /// A machine that is busy with other tests may keep a receiver from running for seconds.
    private func patient(_ parameters: String) -> String {
        parameters.contains("timeout=") ? parameters : "&timeout=60\(parameters)"
    }

    /// A receiver that closes what lies idle is not failing.
    @Test func idleConnectionsMayBeClosed() throws {
        let receiver = try Receiver { _ in .raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", keeps: true) }
        defer { receiver.stop() }
        let bench = try workbench(receiver)
        for _ in 0..<4 {
            try bench.add(batches: 1)
            #expect(try eventually { try bench.account().settled == bench.made })
            usleep(100_000)
            #expect(bench.stream.status.state == .streaming)
        }
        #expect(try bench.finish())
        #expect(receiver.kept == bench.ids)
        let account = try bench.account()
        #expect(account.acknowledged == 400 && account.resent == 0)
        #expect(bench.stream.status.requests == [.accepted: 4])
    }

    /// The next run goes on with the same batches under the same keys, and tells of the time between.
    @Test(arguments: ["ipfix", "ndjson"]) func theNextRunGoesOn(format: String) throws {
        let place = try Collector([.silent])
        place.stop()
        let bench = try Workbench("http://127.0.0.1:\(place.port)/?retry=1&format=\(format)")
        try bench.add(batches: 4)
        #expect(eventually { bench.stream.status.problem?.contains("Connection refused") == true })
        #expect(try !bench.finish(within: 0.2))
        let receiver = try Receiver(port: place.port) { $0.number == 1 ? .cut : .status(200) }
        defer { receiver.stop() }
        try bench.restart()
        try bench.add(batches: 2)
        #expect(try bench.finish())
        #expect(receiver.kept == bench.ids)
        #expect(try bench.account().acknowledged == 600 && bench.account().resent == 100)
        let requests = receiver.requests
        #expect(requests[1].key == requests[2].key && requests[1].body == requests[2].body)
        if format == "ipfix" {
            let gaps = requests.flatMap { $0.batches(of: $0.body).batches }.filter { $0.gaps == 1 && $0.flows.isEmpty }
            #expect(gaps.count == 1)
            #expect(requests.filter { $0.fields["flowprobe-records"] == "*/0" }.count == 1)
        } else {
            let gaps = requests.compactMap { $0.fields["flowprobe-coverage-gap"] }
            #expect(gaps.count == 1 && gaps[0].contains("clean=?1, unrecorded="), "\(gaps)")
            #expect(requests.allSatisfy { !$0.body.isEmpty })
        }
        try bench.restart()
        try bench.add(batches: 1)
        #expect(try bench.finish())
        #expect(receiver.kept == bench.ids)
        #expect(try bench.account().resent == 100)
    }

    /// Times in which inputs saw nothing are told as batches of their own in IPFIX, and with the next records in JSON lines.
    @Test(arguments: ["ipfix", "ndjson"]) func gapsOfInputsAreTold(format: String) throws {
        let receiver = try Receiver { _ in .status(200) }
        defer { receiver.stop() }
        let bench = try workbench(receiver, "&format=\(format)")
        try bench.add(batches: 1)
        #expect(try eventually { try bench.account().settled == bench.made })
        bench.delivery.spool.note([
            CoverageGap(
                .inputDown, start: 1_000_000_000, end: 2_000_000_000, observationPoint: 3, observationDomain: 8,
                lostPackets: 0),
            CoverageGap(
                .ringLoss, start: 2_000_000_000, end: 5_000_000_000, observationPoint: 3, observationDomain: 8,
                lostPackets: 11),
        ])
        try bench.delivery.sink.flush()
        try bench.add(batches: 1)
        #expect(try bench.finish())
        let requests = receiver.requests
        if format == "ipfix" {
            #expect(requests.filter { $0.fields["flowprobe-records"] == "*/0" }.count == 2)
        } else {
            let told = requests.compactMap { $0.fields["flowprobe-input-gap"] }
            #expect(
                told == [
                    "3;domain=8;cause=3;start=1000;end=2000;lost=0, 3;domain=8;cause=4;start=2000;end=5000;lost=11"
                ])
        }
        #expect(receiver.kept == bench.ids)
    }

    /// A token that has expired stops the destination; the one that is written into the file later is used without a restart.
    @Test func aNewTokenIsRead() throws {
        let receiver = try Receiver { $0.fields["authorization"] == "Bearer new.token" ? .status(200) : .status(401) }
        defer { receiver.stop() }
        let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID())").path()
        defer { try? FileManager.default.removeItem(atPath: file) }
        let bench = try workbench(receiver, "&token=\(file)")
        try bench.add(batches: 2)
        #expect(eventually { bench.stream.status.problem?.contains("cannot be read") == true })
        #expect(receiver.requests.isEmpty)
        try Data("old token\n".utf8).write(to: URL(filePath: file))
        #expect(eventually { bench.stream.status.problem?.contains("has no token") == true })
        #expect(bench.stream.status.problem?.contains("old") == false)
        try Data("old.token\n".utf8).write(to: URL(filePath: file))
        #expect(eventually { bench.stream.status.problem?.contains("answers 401") == true })
        #expect(try bench.account().settled == 0)
        try Data("new.token\r\nmore".utf8).write(to: URL(filePath: file))
        #expect(try bench.finish())
        #expect(receiver.kept == bench.ids)
        #expect(try bench.account().discarded == 0)
    }
}
