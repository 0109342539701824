import Delivery
import Exporter
import Foundation
import Glibc
import Synchronization
import Testing

/// ClickHouse's own server as the receiver: batches go into a table as they are.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ClickHouseTests {
    private static let program = "/usr/sbin/clickhouse-server"
    private static let isThere = FileManager.default.isExecutableFile(atPath: program)

    /// A server with a folder of its own, on loopback.
    private final class Server {
        let folder: String
        let port: UInt16
        private let process = Process()
        private let input = Pipe()

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "clickhouse-\(UUID())").path(
                percentEncoded: false)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            // A port that was free a moment ago.
            let (listener, port) = try listenOnLoopback(0)
            close(listener)
            self.port = port
            let configuration = """
                <yandex><logger><level>warning</level><log>\(folder)/log</log><errorlog>\(folder)/err</errorlog></logger>
                <listen_host>127.0.0.1</listen_host><http_port>\(port)</http_port><path>\(folder)/data/</path>
                <tmp_path>\(folder)/tmp/</tmp_path><mark_cache_size>67108864</mark_cache_size>
                <users_config>\(folder)/users.xml</users_config><default_profile>default</default_profile>
                <default_database>default</default_database></yandex>
                """
            let users = """
                <yandex><profiles><default></default></profiles><users><default><password>sesame</password>
                <networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
                <quotas><default></default></quotas></yandex>
                """
            try Data(configuration.utf8).write(to: URL(filePath: folder + "/config.xml"))
            try Data(users.utf8).write(to: URL(filePath: folder + "/users.xml"))
            try Data("default:sesame\n".utf8).write(to: URL(filePath: folder + "/secret"))
            // The server closes every descriptor that it inherits, which Foundation takes for its end, and then waits for it
            // with the only thread that hears of other processes' ends. So a shell starts it, and ends it with its own input.
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = [
                "-c", "\"$0\" \"$1\" & read line; kill -KILL $!", ClickHouseTests.program,
                "--config-file=\(folder)/config.xml",
            ]
            process.standardInput = input
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            guard eventually(within: 60, { (try? ask("SELECT 1")) == "1" }) else {
                try? input.fileHandleForWriting.close()
                throw POSIXError(.ETIMEDOUT)
            }
        }

        deinit {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
            try? FileManager.default.removeItem(atPath: folder)
        }

        /// The answer to a statement, by curl.
        @discardableResult func ask(_ statement: String) throws -> String {
            let curl = Process()
            curl.executableURL = URL(filePath: "/usr/bin/curl")
            curl.arguments = ["-sf", "-m", "20", "-u", "default:sesame", "http://127.0.0.1:\(port)/", "-d", statement]
            let output = Pipe()
            curl.standardOutput = output
            try curl.run()
            let text = try output.fileHandleForReading.readToEnd() ?? Data()
            curl.waitUntilExit()
            guard curl.terminationStatus == 0 else { throw POSIXError(.EIO) }
            return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    @Test(.enabled(if: isThere, "clickhouse-server is missing: HTTP was NOT tried against it"))
    func takesBatches() throws {
        let server = try Server()
        // The first answer is lost: the server has the batch, and the probe does not know.
        let relay = try Relay(to: server.port, losingAnswers: 1)
        defer { relay.stop() }
        let query = "query=INSERT%20INTO%20flow%20FORMAT%20JSONEachRow&input_format_skip_unknown_fields=1"
        let bench = try Workbench(
            "http://127.0.0.1:\(relay.port)/?format=ndjson&compression=gzip&retry=1&basic=\(server.folder)/secret&query=\(query)"
        )
        try bench.add(batches: 20)
        // A table that is not there is not the records' fault.
        #expect(eventually { bench.stream.status.problem?.contains("answers 404") == true })
        #expect(try bench.account().settled == 0)
        try server.ask(
            """
            CREATE TABLE flow (observationDomainId UInt32, flowId UInt64, sliceIndex UInt32, packetDeltaCount UInt64,
            flowStartNanoseconds String) ENGINE = ReplacingMergeTree ORDER BY (observationDomainId, flowId, sliceIndex)
            """)
        let isDone = try bench.finish(within: 60)
        #expect(isDone, "\(bench.stream.status)")
        let account = try bench.account()
        #expect(account.acknowledged == 2000 && account.discarded == 0 && account.resent >= 100)
        #expect(relay.losses == 1)
        // Exactly the records that were made, each once.
        let sums = "count(), uniqExact(flowId), sum(flowId), min(flowId), max(flowId), sum(packetDeltaCount)"
        #expect(
            try server.ask("SELECT \(sums) FROM (SELECT * FROM flow FINAL)").split(separator: "\t").map { Int($0) }
                == [2000, 2000, 2001 * 1000, 1, 2000, 2000])
        #expect(try server.ask("SELECT count() FROM flow WHERE flowStartNanoseconds LIKE '1970-01-01T%Z'") != "0")
    }
}

/// A way to a server on loopback, on which some answers are lost together with their connections.
final class Relay: Sendable {
    let port: UInt16
    private let listener: Int32
    private let lost = Atomic(0)

    /// Answers that were lost.
    var losses: Int { lost.load(ordering: .relaxed) }

    /// The first `losing` connections on which 200 is answered are reset in place of the answer.
    init(to target: UInt16, losingAnswers losing: Int) throws {
        (listener, port) = try listenOnLoopback(0)
        // One after the other is enough for who sends one request after the other.
        acceptConnections(of: listener) { [self] near in
            if Self.carry(near, target, losesAnswer: losses < losing) { lost.add(1, ordering: .relaxed) }
        }
    }

    func stop() { stopListening(listener) }

    /// Whether an answer was lost.
    private static func carry(_ near: Int32, _ target: UInt16, losesAnswer: Bool) -> Bool {
        defer { close(near) }
        let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(far) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = target.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // SAFETY: an address of the size stated, which lives as long as the call.
        let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
            // SAFETY: as above.
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(far, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { return false }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            var entries = [
                pollfd(fd: near, events: Int16(POLLIN), revents: 0), pollfd(fd: far, events: Int16(POLLIN), revents: 0),
            ]
            // SAFETY: as many entries as stated.
            guard unsafe poll(&entries, 2, 60_000) > 0 else { return false }
            for (entry, sink) in zip(entries, [far, near]) where entry.revents != 0 {
                // SAFETY: room for as many octets as are asked for.
                let count = unsafe recv(entry.fd, &buffer, buffer.count, 0)
                guard count > 0 else { return false }
                if losesAnswer, sink == near, buffer.starts(with: Array("HTTP/1.1 200".utf8)) {
                    var now = linger(l_onoff: 1, l_linger: 0)
                    // SAFETY: a value of the type and size that the option wants.
                    _ = unsafe setsockopt(near, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
                    return true
                }
                // SAFETY: as many octets as were received.
                guard unsafe send(sink, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return false }
            }
        }
    }
}
