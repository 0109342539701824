import Foundation
import Service
import Testing

/// Clients that send garbage, send slowly, do not read, or come in hundreds. `hostile-client.py` is each of them; after
/// it, and mostly during it, the server has to answer others.
@Suite(.serialized, .enabled(if: Program.exists("python3"), "python3 is missing: run scripts/bootstrap"))
struct HostileClientTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "hostile-client.py")

    /// Runs one behaviour against a server whose connections live so long; what the client saw.
    private func attack(
        _ behaviour: String, _ arguments: [String] = [], lifetime: Duration = .seconds(1), samples: Int = 0
    ) async throws -> [String: Int] {
        var limits = StatusLimits()
        limits.lifetime = lifetime
        let server = try await TestServer(address: "127.0.0.1:0", limits: limits, samples: samples)
        defer { server.stop() }
        let port = try #require(server.server.address?.port)
        let outcome = try await Program.run(
            "python3", [Self.script.path(), behaviour, String(port)] + arguments)
        #expect(outcome.code == 0, "\(behaviour): \(outcome.errors)")
        let after = try await Program.run(
            "python3", [Self.script.path(), "ask", String(port)])
        #expect(after.text == "{\"status\": 200}\n", "after \(behaviour): \(after.text)\(after.errors)")
        return try JSONDecoder().decode([String: Int].self, from: outcome.output)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func garbage(seed: UInt64) async throws {
        let seen = try await attack("garbage", [String(seed)])
        #expect(seen["sent"] == 300 && seen["closed"] == 300, "seed \(seed): \(seen)")
    }

    @Test(arguments: ["slow-header", "slow-body", "silent", "silent-after-request-line"])
    func slow(behaviour: String) async throws {
        let seen = try await attack(behaviour)
        #expect(try #require(seen["milliseconds"]) < 5000, "\(behaviour): \(seen)")
        #expect(try #require(seen["milliseconds"]) >= 900, "\(behaviour): \(seen)")
    }

    /// A page of seven megabytes that is asked for and not read.
    @Test func notReading() async throws {
        let seen = try await attack("not-reading", lifetime: .seconds(3), samples: 12_000)
        // The server's reset takes away what had come; what counts is that it came to an end.
        #expect(try #require(seen["octets"]) < 7_000_000 && seen["complete"] == 0, "\(seen)")
    }

    @Test func hundredsOfConnections() async throws {
        let seen = try await attack("many")
        // Those that have just been closed are open to a client that has not looked yet: at most as many again.
        #expect(try #require(seen["most"]) <= 2 * 32, "\(seen)")
        #expect(try #require(seen["most"]) >= 32, "\(seen)")
        // Others are answered as soon as the first ones' second is over.
        #expect(try #require(seen["answered_after_milliseconds"]) < 25_000, "\(seen)")
    }

    @Test(arguments: ["long-header", "long-value", "many-headers", "long-target"])
    func tooMuchHeader(behaviour: String) async throws {
        let seen = try await attack(behaviour)
        #expect(seen["status"] == 400 || seen["status"] == 0, "\(seen)")
        #expect(try #require(seen["sent"]) < 8 << 20, "\(seen)")
    }

    @Test(arguments: ["endless-body", "endless-chunks"])
    func tooMuchBody(behaviour: String) async throws {
        let seen = try await attack(behaviour)
        // What the kernel's buffers take is sent before the client can notice.
        #expect(try #require(seen["sent"]) < 32 << 20, "\(seen)")
    }

    @Test func onlyTheFirstOfManyRequestsIsAnswered() async throws {
        let seen = try await attack("pipelined")
        #expect(seen["answers"] == 1, "\(seen)")
    }

    /// A client that holds its connection cannot hold up the end.
    @Test func stoppingIsQuick() async throws {
        let server = try await TestServer(address: "127.0.0.1:0")
        let port = try #require(server.server.address?.port)
        let folder = try TemporaryFolder()
        async let client = Program.run("python3", [Self.script.path(), "hold", String(port), folder.path("there")])
        for _ in 0..<200 where !FileManager.default.fileExists(atPath: folder.path("there")) {
            try await Task.sleep(for: .milliseconds(50))
        }
        let begun = ContinuousClock.now
        try await Background.value { server.stop() }
        let taken = ContinuousClock.now - begun
        #expect(taken < .seconds(3), "\(taken)")
        let held = try JSONDecoder().decode([String: Int].self, from: try await client.output)
        #expect(held["held"] == 20 && held["milliseconds"] ?? .max < 8000, "\(held)")
    }
}
