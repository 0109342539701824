import Glibc
import Synchronization

/// How to wait for another worker that will be done in microseconds: give way at once, sleep when it takes longer.
///
/// A sleep is not over before 100 microseconds have passed, in which a worker counts a whole chunk. So giving way comes
/// first, for about half a millisecond; sleeps then grow to a millisecond, for a source that waits for its writer.
struct Backoff {
    private static let yields = 1000
    private static let longestSleep: UInt32 = 1000

    private var rounds = 0
    private var microseconds: UInt32 = 50

    /// Waits a little, longer each time.
    mutating func wait() {
        rounds += 1
        if rounds < Self.yields {
            sched_yield()
        } else {
            usleep(microseconds)
            microseconds = min(microseconds * 2, Self.longestSleep)
        }
    }
}

extension Mutex where Value: ~Copyable {
    /// As `withLock`, but gives way while another worker holds the lock: waking a sleeper costs more than what these locks
    /// are held for.
    func withLockGivingWay<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        var backoff = Backoff()
        while true {
            if let result = withLockIfAvailable(body) { return result }
            backoff.wait()
        }
    }
}
