import ArgumentParser
import Foundation
import NetTypes
import Steer

/// `flowprobe steer guard`: nobody's traffic waits for a reader that has stopped.
struct SteerGuardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard",
        abstract: "Keep packets out of queues whose reader gives no verdicts.",
        discussion: """
            Looks at every queue that a rule of the policy fills, 50 times a second. When packets have waited for 200 ms \
            without a verdict, the rule that queues them is taken out; the one that counts stays, so that what passes \
            unseen is known. When the reader has been well for a second it is put back. Runs until SIGTERM, and leaves the \
            rules as they are then.
            """)

    /// Between two looks.
    private static let pause: UInt32 = 20_000

    @OptionGroup var state: SteerStateOption
    @OptionGroup var audit: SteerAuditOption

    func run() throws {
        guard geteuid() == 0 else {
            throw ProbeFailure(code: .outputFailed, message: "Only root may change what is steered. Run it with sudo.")
        }
        let (watch, lock) = try Steering.reporting {
            // One guard for each state: two would count each other's changes as somebody else's.
            let lock = try StateFolder.guardLock(state.state)
            return (
                QueueGuard(
                    runner: SystemRunner(), stateFolder: state.state, audit: try AuditLog(audit.audit),
                    clock: Steering.now), lock
            )
        }
        let stop = DispatchSemaphore(value: 0)
        let signals = StopSignals { stop.signal() }
        var isFirst = true
        while stop.wait(timeout: .now()) == .timedOut {
            // A kernel without queues has no list: then nobody reads any.
            let listing = (try? String(contentsOfFile: QueueReading.path, encoding: .utf8)) ?? ""
            let said = watch.turn(listing, at: Self.now)
            for line in isFirst && said.isEmpty ? [watch.summary] : said {
                Terminal.write("flowprobe: \(line)\n", to: 2)
            }
            isFirst = false
            usleep(Self.pause)
        }
        withExtendedLifetime((signals, lock)) {}
    }

    /// A clock that nobody sets.
    private static var now: Nanoseconds { Nanoseconds(DispatchTime.now().uptimeNanoseconds) }
}
