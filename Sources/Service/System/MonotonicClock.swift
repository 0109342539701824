import Glibc

/// The host's monotonic clock, CLOCK_MONOTONIC, which systemd measures by too.
package enum MonotonicClock {
    /// Nanoseconds since some moment before the program began. Never goes back.
    package static var nanoseconds: UInt64 {
        var time = timespec()
        // SAFETY: the kernel fills in the one structure it is given.
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
