import Dispatch
import Logging
import Service
import Synchronization
import Testing

@Suite struct RateLimitedLoggerTests {
    /// Keeps events; may be logged to by many threads.
    private final class Kept: Sendable {
        let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
    }

    private struct Handler: LogHandler {
        let kept: Kept
        var logLevel: Logger.Level = .info
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            kept.lines.withLock { $0.append("\(event.level) \(event.message)\(pairs)") }
        }
    }

    private let kept = Kept()
    private let time = Counter()

    private final class Counter: Sendable {
        let value = Mutex<UInt64>(0)
    }

    private func limited(lines: Int = 2) -> RateLimitedLogger {
        let kept = kept
        let time = time
        return RateLimitedLogger(
            Logger(label: "test") { _ in Handler(kept: kept) }, lines: lines, interval: 100,
            now: { time.value.withLock { $0 } })
    }

    @Test func soManyLinesThenACount() {
        let logger = limited()
        for index in 0..<5 { logger.log(.warning, kind: "lost", "lost \(index)") }
        logger.log(.info, kind: "other", "else")
        #expect(kept.all == ["warning lost 0", "warning lost 1", "info else"])
        time.value.withLock { $0 = 100 }
        logger.log(.warning, kind: "lost", "lost 5")
        #expect(
            kept.all.suffix(2) == ["warning Similar lines were left out event=lost suppressed=3", "warning lost 5"])
        // Nothing was left out of this interval, and nothing is said.
        time.value.withLock { $0 = 250 }
        logger.flush()
        #expect(kept.all.count == 5)
    }

    @Test func flushSaysWhatWasLeftOut() {
        let logger = limited(lines: 1)
        for kind in ["b", "a"] { for _ in 0..<3 { logger.log(.error, kind: kind, "\(kind)") } }
        logger.flush()
        #expect(kept.all == ["error b", "error a"])
        time.value.withLock { $0 = 100 }
        logger.flush()
        logger.flush()
        #expect(
            kept.all.dropFirst(2) == [
                "error Similar lines were left out event=a suppressed=2",
                "error Similar lines were left out event=b suppressed=2",
            ])
    }

    @Test func levelsBelowTheLoggersCostNothing() {
        let logger = limited()
        for _ in 0..<9 { logger.log(.debug, kind: "d", "d") }
        time.value.withLock { $0 = 1000 }
        logger.flush()
        #expect(kept.all.isEmpty)
    }

    /// Any number of kinds takes bounded memory: those beyond share one allowance.
    @Test func manyKinds() {
        let logger = limited(lines: 1)
        for index in 0..<10_000 { logger.log(.info, kind: "kind \(index)", "x") }
        #expect(kept.all.count == 257)
    }

    @Test func manyThreads() async throws {
        let logger = limited(lines: 10)
        try await Background.value {
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                for _ in 0..<1000 { logger.log(.info, kind: "k", "x") }
            }
        }
        time.value.withLock { $0 = 100 }
        logger.flush()
        #expect(kept.all.count == 11 && kept.all.last?.contains("suppressed=7990") == true)
    }
}
