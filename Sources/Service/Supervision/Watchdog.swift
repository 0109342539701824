import Foundation
import Glibc
import Synchronization

/// Feeds systemd's watchdog while every loop turns: a stuck capture loop gets the service restarted (WatchdogSec=).
package final class Watchdog: Sendable {
    /// How often systemd wants to hear of us, in nanoseconds.
    package let interval: UInt64
    private let heartbeats: Heartbeats
    private let notify: @Sendable () -> Void
    private let onStale: @Sendable ([Heartbeats.Stale]) -> Void
    private let isStopped = Mutex(false)

    /// The interval that WATCHDOG_USEC sets for this process, in nanoseconds; nil when there is no watchdog.
    package static func interval(
        environment: [String: String] = ProcessInfo.processInfo.environment, process: Int32 = getpid()
    ) -> UInt64? {
        // WATCHDOG_PID says whom it is for; a child inherits the variables all the same.
        if let owner = environment["WATCHDOG_PID"], owner != String(process) { return nil }
        guard let microseconds = environment["WATCHDOG_USEC"].flatMap({ UInt64($0) }), microseconds > 0 else {
            return nil
        }
        return microseconds.multipliedReportingOverflow(by: 1000).overflow ? nil : microseconds * 1000
    }

    /// A watchdog that calls `notify` (which sends `WATCHDOG=1`) while all loops turn, and `onStale` with those that do
    /// not. The limit of `heartbeats` should be `heartbeatLimit(interval)`.
    package init(
        interval: UInt64, heartbeats: Heartbeats, notify: @escaping @Sendable () -> Void,
        onStale: @escaping @Sendable ([Heartbeats.Stale]) -> Void = { _ in }
    ) {
        self.interval = interval
        self.heartbeats = heartbeats
        self.notify = notify
        self.onStale = onStale
    }

    /// How long a loop may take for one turn under a watchdog: half the interval.
    package static func heartbeatLimit(_ interval: UInt64) -> UInt64 { interval / 2 }

    /// Looks once, and feeds if all is well. Whether it did.
    @discardableResult
    package func turn() -> Bool {
        let stale = heartbeats.stale
        guard stale.isEmpty else {
            onStale(stale)
            return false
        }
        notify()
        return true
    }

    /// Takes a turn every quarter of the interval on a thread of its own, until `stop()`.
    package func start() {
        let thread = Thread { [self] in
            while !isStopped.withLock({ $0 }) {
                turn()
                Thread.sleep(forTimeInterval: Double(interval) / 4e9)
            }
        }
        thread.name = "watchdog"
        thread.start()
    }

    /// Ends the thread at its next turn.
    package func stop() { isStopped.withLock { $0 = true } }
}
