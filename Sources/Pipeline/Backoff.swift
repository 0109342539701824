import Glibc

/// How to wait for another worker that will be done in microseconds: give way at once, sleep when it takes longer.
struct Backoff {
    private var rounds = 0

    /// Waits a little, longer each time.
    mutating func wait() {
        rounds += 1
        if rounds < 64 {
            sched_yield()
        } else {
            usleep(50)
        }
    }
}
