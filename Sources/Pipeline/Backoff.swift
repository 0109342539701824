import Glibc
import Synchronization

/// How to wait for another worker that will be done in microseconds: give way at once, sleep when it takes longer.
///
/// A sleep is not over before 100 microseconds have passed, in which a worker counts a whole chunk. So giving way comes
/// first, for about half a millisecond.
struct Backoff {
    /// How often to give way before sleeping.
    static let yields = 1000

    private var rounds = 0

    /// Waits a little, longer each time.
    mutating func wait() {
        rounds += 1
        if rounds < Self.yields {
            sched_yield()
        } else {
            usleep(50)
        }
    }
}

extension Mutex where Value: ~Copyable {
    /// As `withLock`, but gives way for a while before it sleeps: waking a sleeper costs more than what these locks are
    /// mostly held for. It does sleep in the end, since a source may wait for its writer for hours.
    func withLockGivingWay<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        for _ in 0..<Backoff.yields {
            if let result = withLockIfAvailable(body) { return result }
            sched_yield()
        }
        return withLock(body)
    }
}
