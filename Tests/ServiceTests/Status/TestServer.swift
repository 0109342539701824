import Foundation
import Logging
import Service
import Testing

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// A started server with pages to fetch.
struct TestServer: Sendable {
    let server: StatusServer

    init(
        address: String? = nil, socketPath: String? = nil, limits: StatusLimits = .init(), samples: Int = 0,
        health: HealthVerdict = .passing, readiness: HealthVerdict = .passing
    ) async throws {
        var page = MetricsPage()
        page.set(.records, to: 42)
        // Some 800 octets each.
        let wide = MetricFamily("wide", .gauge, labels: ["a", "b", "c", "d"], help: "Wide.")
        let fill = String(repeating: "x", count: 190)
        for index in 0..<samples { page.set(wide, "\(index)", fill, fill, fill, to: index) }
        let ready = page
        server = try await Background.value {
            let server = StatusServer(
                .init(address: try address.map { try LoopbackAddress($0) }, socketPath: socketPath, limits: limits),
                logger: .silent,
                metrics: { ready }, health: { health }, readiness: { readiness })
            try server.start()
            return server
        }
    }

    func stop() { server.stop() }
}

/// An answer as curl got it.
struct Answer {
    var status = ""
    var fields: [String: String] = [:]
    var body = ""
}

func curl(
    _ url: String, _ options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
) async throws -> Answer {
    let outcome = try await Program.run("curl", ["-s", "-i", "-m", "20", "-g"] + options + [url])
    try #require(outcome.code == 0, "curl \(url)", sourceLocation: sourceLocation)
    var answer = Answer()
    let parts = outcome.text.components(separatedBy: "\r\n\r\n")
    for line in parts[0].components(separatedBy: "\r\n") {
        let field = line.components(separatedBy: ": ")
        if field.count < 2 { answer.status = line } else { answer.fields[field[0].lowercased()] = field[1] }
    }
    answer.body = parts.dropFirst().joined(separator: "\r\n\r\n")
    return answer
}
