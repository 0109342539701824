import Foundation
import Glibc
import Logging
import Service
import Testing

@Suite struct LineLogHandlerTests {
    /// A pipe that a handler writes to; each line it got.
    private final class Sink: Sendable {
        private let pipe = Pipe()
        let output: LogOutput

        init() { output = LogOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor) }

        func logger(_ format: LogFormat, level: Logger.Level = .trace) -> Logger {
            let output = output
            return Logger(label: "test") { _ in
                LineLogHandler(
                    format: format, level: level, output: output,
                    now: { Date(timeIntervalSince1970: 1_766_000_000.125) })
            }
        }

        /// What is in the pipe now.
        var text: String { String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) }
    }

    @Test(arguments: [
        (
            LogFormat.text,
            "2025-12-17T19:33:20.125Z warning Input lost input=eth0 packets=12 why=\"cable \\\"pulled\\\"\"\n"
        ),
        (.journal, "<4>Input lost input=eth0 packets=12 why=\"cable \\\"pulled\\\"\"\n"),
        (
            .json,
            #"{"time":"2025-12-17T19:33:20.125Z","level":"warning","message":"Input lost","metadata":{"input":"eth0","packets":"12","why":"cable \"pulled\""}}"#
                + "\n"
        ),
    ])
    func exactLines(format: LogFormat, line: String) {
        let sink = Sink()
        var logger = sink.logger(format)
        logger[metadataKey: "input"] = "eth0"
        logger.warning("Input lost", metadata: ["why": "cable \"pulled\"", "packets": .stringConvertible(12)])
        #expect(sink.text == line)
    }

    @Test func prioritiesAndLevels() {
        let sink = Sink()
        let logger = sink.logger(.journal, level: .info)
        for level in Logger.Level.allCases { logger.log(level: level, "x") }
        #expect(sink.text == "<6>x\n<5>x\n<4>x\n<3>x\n<2>x\n")
    }

    @Test func errorsOfEvents() {
        let sink = Sink()
        sink.logger(.journal).error("No", error: StatusServerError.startedBefore)
        #expect(sink.text == "<3>No error=\"The status server was started before. Make a new one.\"\n")
    }

    /// The message ends where the metadata begins, whatever is in it.
    @Test(arguments: [
        ("plain", "plain"), ("", "\"\""), ("a=b", "\"a=b\""), ("say \"x\"", "\"say \\\"x\\\"\""), ("a ", "\"a \""),
        ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"), ("\u{202E}x\u{200B}", "\\u{202E}x\\u{200B}"), ("ü 😀", "ü 😀"),
    ])
    func messages(message: String, shown: String) {
        let sink = Sink()
        sink.logger(.journal).info("\(message)", metadata: ["k": ""])
        #expect(sink.text == "<6>\(shown) k=\"\"\n")
    }

    /// Whatever message and metadata hold: one line, of bounded length, without control characters, and readable back.
    @Test(arguments: LogFormat.allCases, [1, 2, 3, 4, 5] as [UInt64])
    func hostileStrings(format: LogFormat, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let sink = Sink()
        let logger = sink.logger(format)
        for round in 0..<300 {
            let message = random.hostileText(upTo: round % 10 == 0 ? 5000 : 60)
            var metadata: Logger.Metadata = [:]
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                metadata[random.hostileText(upTo: 12)] = value(&random, depth: 0)
            }
            logger.notice("\(message)", metadata: metadata)
            let text = sink.text
            let place = Comment("seed \(seed), round \(round): \(text.debugDescription)")
            #expect(text.utf8.count { $0 == UInt8(ascii: "\n") } == 1 && text.utf8.last == UInt8(ascii: "\n"), place)
            #expect(text.utf8.count <= 4096, place)
            #expect(
                !text.unicodeScalars.dropLast().contains {
                    [.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
                }, place)
            if format == .json {
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], place)
                let readBack = try #require(object["message"] as? String, place)
                if message.unicodeScalars.count <= 60 {
                    #expect(Array(readBack.unicodeScalars) == Array(message.unicodeScalars), place)
                }
                #expect(
                    object["level"] as? String == "notice"
                        && Set(object.keys).isSubset(of: ["time", "level", "message", "metadata", "truncated"]))
            } else {
                let prefix = format == .text ? "2025-12-17T19:33:20.125Z notice " : "<5>"
                #expect(text.utf8.starts(with: prefix.utf8), place)
                #expect(isWellFormed(text.unicodeScalars.dropFirst(prefix.unicodeScalars.count).dropLast()), place)
            }
        }
    }

    private func value(_ random: inout SplitMix64, depth: Int) -> Logger.MetadataValue {
        switch Int.random(in: 0...(depth < 7 ? 4 : 2), using: &random) {
        case 3: .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(&random, depth: depth + 1) })
        case 4:
            .dictionary(
                Dictionary(
                    (0..<Int.random(in: 0...3, using: &random)).map { _ in
                        (random.hostileText(upTo: 8), value(&random, depth: depth + 1))
                    }
                ) { $1 })
        default: .string(random.hostileText(upTo: 80))
        }
    }

    /// A message, then pairs of word and value: nothing of a value can pass for a pair.
    private func isWellFormed(_ line: some Collection<Unicode.Scalar>) -> Bool {
        var rest = Array(line)[...]
        func skipQuoted() -> Bool {
            guard rest.popFirst() == "\"" else { return false }
            while let scalar = rest.popFirst() {
                if scalar == "\"" { return true }
                if scalar == "\\" { _ = rest.popFirst() }
            }
            return false
        }
        if rest.first == "\"" {
            guard skipQuoted() else { return false }
        } else {
            // Up to the blank before the first key; a message in the open has no "=".
            let end = rest.firstIndex(of: "=") ?? rest.endIndex
            let message = rest[..<end]
            if message.contains("\"") { return false }
            rest = end == rest.endIndex ? [] : rest[(message.lastIndex(of: " ") ?? end)...]
        }
        while !rest.isEmpty {
            guard rest.popFirst() == " ", let end = rest.firstIndex(of: "="), end > rest.startIndex else {
                return false
            }
            let isWord = rest[..<end].allSatisfy {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                    || "_-.".unicodeScalars.contains($0)
            }
            guard isWord else { return false }
            rest = rest[(end + 1)...]
            if rest.first == "\"" {
                guard skipQuoted() else { return false }
            } else {
                rest = rest.drop { $0 != " " && $0 != "\"" && $0 != "=" }
            }
        }
        return true
    }

    @Test(arguments: LogFormat.allCases)
    func muchMetadata(format: LogFormat) throws {
        let sink = Sink()
        var metadata: Logger.Metadata = [:]
        for index in 0..<500 { metadata["key\(index)"] = .string(String(repeating: "v", count: 400)) }
        sink.logger(format).info("m", metadata: metadata)
        let text = sink.text
        #expect(text.utf8.count < 4096 && text.contains("truncated"))
        if format == .json { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) } }
    }

    @Test func nestedMetadata() {
        let sink = Sink()
        sink.logger(.journal).info("m", metadata: ["a": ["x", .dictionary(["k": "v"])]])
        sink.logger(.json).info("m", metadata: ["a": ["x", .dictionary(["k": "v"])]])
        #expect(
            sink.text == "<6>m a=\"[\\\"x\\\",{\\\"k\\\":\\\"v\\\"}]\"\n"
                + #"{"time":"2025-12-17T19:33:20.125Z","level":"info","message":"m","metadata":{"a":["x",{"k":"v"}]}}"#
                + "\n")
    }

    /// Many threads, one pipe: lines stay whole.
    @Test func linesOfThreadsDoNotMix() async throws {
        let sink = Sink()
        let logger = sink.logger(.json)
        let reader = Task.detached {
            try await Background.value {
                var text = ""
                while text.utf8.count(where: { $0 == 10 }) < 2000 { text += sink.text }
                return text
            }
        }
        try await Background.value {
            DispatchQueue.concurrentPerform(iterations: 4) { thread in
                for index in 0..<500 {
                    logger.info("\(thread).\(index)", metadata: ["fill": "\(String(repeating: "x", count: 450))"])
                }
            }
        }
        let lines = try await reader.value.split(separator: "\n")
        #expect(lines.count == 2000)
        for line in lines { #expect(line.hasPrefix("{\"time\"") && line.hasSuffix("x\"}}")) }
    }

    /// A reader that does not read costs lines, which are counted, and with a descriptor that does not block no time.
    @Test func aFullPipeCostsLines() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        try #require(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
        let output = LogOutput(descriptor: descriptor)
        let logger = Logger(label: "test") { _ in LineLogHandler(format: .json, level: .info, output: output) }
        for _ in 0..<1000 { logger.info("\(String(repeating: "x", count: 900))") }
        #expect(output.lostLines > 500 && output.lostLines < 1000)
        withExtendedLifetime(pipe) {}
    }

    /// A line of which only a part could be written does not take the next one with it. A terminal is like that.
    @Test func aCutLineEnds() throws {
        var master: Int32 = -1
        var terminal: Int32 = -1
        try #require(unsafe openpty(&master, &terminal, nil, nil, nil) == 0)
        try #require(fcntl(master, F_SETFL, O_NONBLOCK) == 0 && fcntl(terminal, F_SETFL, O_NONBLOCK) == 0)
        defer { for end in [master, terminal] { close(end) } }
        let output = LogOutput(descriptor: terminal)
        let logger = Logger(label: "test") { _ in LineLogHandler(format: .journal, level: .info, output: output) }
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        for round in 0..<3000 {
            logger.info("\(String(repeating: "x", count: 700))")
            // Read seldom, and then a little.
            guard round % 20 == 19 else { continue }
            let count = unsafe read(master, &buffer, 1013 + round % 2000)
            if count > 0 { text += String(decoding: buffer.prefix(count), as: UTF8.self) }
        }
        #expect(output.lostLines > 100)
        let lines = text.replacing("\r\n", with: "\n").split(separator: "\n").dropLast()
        #expect(lines.count > 100)
        #expect(lines.contains { $0.count < 703 }, "no line was cut")
        #expect(lines.allSatisfy { $0.hasPrefix("<6>") && $0.count <= 703 })
    }

    @Test func formatOfTheJournal() throws {
        let identity = try #require(LogFormat.fileIdentity(STDERR_FILENO))
        #expect(LogFormat.automatic(environment: ["JOURNAL_STREAM": identity]) == .journal)
        #expect(LogFormat.automatic(environment: [:]) == .text)
        for other in ["", "0:0", identity + "1", "x", "9:" + identity] {
            #expect(LogFormat.automatic(environment: ["JOURNAL_STREAM": other]) == .text, "\(other)")
        }
    }
}
