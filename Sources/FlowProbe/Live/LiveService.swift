import Foundation
import Logging
import Pipeline
import Service

/// What stands around a live run: the status pages, systemd, and the watchdog.
final class LiveService {
    private let server: StatusServer?
    private let notifier: ServiceNotifier?
    private let heartbeats: Heartbeats
    private let beats: [Heartbeat]
    private let watchdog: Watchdog?

    /// Serves at once what the plan says. Throws when an address or a socket cannot be had.
    init(_ plan: LivePlan, _ metrics: LiveMetrics, workers: [String], logger: Logger) throws {
        let interval = Watchdog.interval()
        let heartbeats = Heartbeats(limit: interval.map { Watchdog.heartbeatLimit($0) } ?? 10_000_000_000)
        self.heartbeats = heartbeats
        beats = workers.map { heartbeats.add($0) }
        do {
            let notifier = try ServiceNotifier()
            self.notifier = notifier
            watchdog = interval.flatMap { interval in
                notifier.map { notifier in
                    Watchdog(
                        interval: interval, heartbeats: heartbeats, notify: { notifier.send(.watchdog) },
                        onStale: { stale in
                            for loop in stale { logger.error("\(loop.description)") }
                        })
                }
            }
            if plan.metricsAddress == nil, plan.metricsSocket == nil {
                server = nil
            } else {
                let server = StatusServer(
                    .init(address: plan.metricsAddress, socketPath: plan.metricsSocket), logger: logger,
                    metrics: { metrics.page }, health: { heartbeats.verdict }, readiness: { metrics.readiness })
                try server.start()
                self.server = server
            }
        } catch let error as StatusServerError {
            throw ProbeFailure(code: .outputFailed, message: error.description)
        } catch let error as ServiceNotifierError {
            throw ProbeFailure(code: .usage, message: error.description)
        }
    }

    /// Where the status pages are, for a message; nil when they are nowhere.
    var place: String? { server?.address.map { "http://\($0)/metrics" } }

    /// Says that the run has begun, and lets the watchdog look.
    func ready(_ status: String) {
        notifier?.send(.ready, .status(status))
        watchdog?.start()
    }

    /// Takes the workers' last turns over, so that a worker, or the loop that calls this, does not stand still unseen.
    func beat(_ workers: [LiveWorker]) {
        for (beat, worker) in zip(beats, workers) {
            beat.beat(at: UInt64(max(0, worker.lastTurn.load(ordering: .relaxed))))
        }
    }

    /// A line for `systemctl status`.
    func tell(_ status: String) { notifier?.send(.status(status)) }

    /// Runs a reload between the two messages that systemd waits for.
    func reloading(_ body: () -> Void) {
        notifier?.sendReloading()
        body()
        notifier?.send(.ready)
    }

    /// Says that the run ends, for which it may take `seconds`.
    func stopping(within seconds: Double) {
        watchdog?.stop()
        notifier?.send(.stopping, .extendTimeout(microseconds: UInt64(max(0, seconds) * 1e6) + 5_000_000))
    }

    /// Ends the status pages.
    func stop() { server?.stop() }
}
