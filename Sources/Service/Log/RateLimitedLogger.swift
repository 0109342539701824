import Logging
import Synchronization

/// A logger for events that may come by the thousand: of each kind, so many lines in an interval, then one line that
/// says how many were left out.
///
/// May be used by many threads. Not for the packet path: count there, and log the counts.
package final class RateLimitedLogger: Sendable {
    /// Kinds kept apart. Any further ones share one allowance.
    static let mostKinds = 256

    private struct Window {
        var begun: UInt64
        var lines = 0
        var suppressed = 0
        var level: Logger.Level
    }

    private let logger: Logger
    private let lines: Int
    private let interval: UInt64
    private let now: @Sendable () -> UInt64
    private let windows = Mutex<[String: Window]>([:])

    /// `lines` of each kind in each `interval` nanoseconds. `now` is a monotonic clock in nanoseconds.
    package init(
        _ logger: Logger, lines: Int = 5, interval: UInt64 = 60_000_000_000,
        now: @escaping @Sendable () -> UInt64 = { MonotonicClock.nanoseconds }
    ) {
        self.logger = logger
        self.lines = lines
        self.interval = interval
        self.now = now
    }

    /// Logs an event of a kind, unless the kind has had its lines. `kind` is a word of the program's, never text from
    /// outside.
    package func log(
        _ level: Logger.Level, kind: String, _ message: @autoclosure () -> Logger.Message,
        metadata: @autoclosure () -> Logger.Metadata? = nil
    ) {
        guard level >= logger.logLevel else { return }
        let time = now()
        let (isAllowed, ended) = windows.withLock { windows -> (Bool, Window?) in
            let kind = windows[kind] != nil || windows.count < Self.mostKinds ? kind : "other"
            var window = windows[kind] ?? Window(begun: time, level: level)
            var ended: Window?
            if time &- window.begun >= interval {
                ended = window
                window = Window(begun: time, level: level)
            }
            let isAllowed = window.lines < lines
            if isAllowed { window.lines += 1 } else { window.suppressed += 1 }
            window.level = max(window.level, level)
            windows[kind] = window
            return (isAllowed, ended)
        }
        if let ended { report(kind, ended) }
        if isAllowed { logger.log(level: level, message(), metadata: metadata()) }
    }

    /// Says what was left out of intervals that are over. For a turn of its own, as once a minute: otherwise the next
    /// event of the kind says it.
    package func flush() {
        let time = now()
        let ended = windows.withLock { windows in
            let ended = windows.filter { time &- $0.value.begun >= interval }
            for kind in ended.keys { windows[kind] = nil }
            return ended
        }
        for (kind, window) in ended.sorted(by: { $0.key < $1.key }) { report(kind, window) }
    }

    private func report(_ kind: String, _ window: Window) {
        guard window.suppressed > 0 else { return }
        logger.log(
            level: window.level, "Similar lines were left out",
            metadata: ["event": .string(kind), "suppressed": .stringConvertible(window.suppressed)])
    }
}
