import Glibc
import NetTypes

/// The host's clocks.
package enum HostClock {
    /// Nanoseconds since some moment, never set by anyone; goes on while the process is stopped.
    package static var monotonic: Nanoseconds { read(CLOCK_MONOTONIC) }
    /// Nanoseconds since 1970.
    package static var timeOfDay: Nanoseconds { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Nanoseconds {
        var time = timespec()
        // SAFETY: the call writes the structure.
        unsafe clock_gettime(clock, &time)
        return Nanoseconds(time.tv_sec) &* nanosecondsPerSecond &+ Nanoseconds(time.tv_nsec)
    }
}
