import FlowTable
import NetTypes
import PacketDecode

/// Up to when a worker has seen everything: the packet clock while packets come, carried on by the host's clock while
/// none do. What the host's clock says of the time of day does not matter, only how much of it has passed.
package struct WorkerClock {
    private var packets = PacketClock()
    /// What the packet clock said, or the time of day at the start, and the monotonic clock at that moment.
    private var base: Nanoseconds
    private var baseMonotonic: Nanoseconds
    private let latency: Nanoseconds

    /// A clock that begins at the time of day `start`. A packet may have arrived `latency` before it can be seen.
    package init(start: Nanoseconds, monotonic: Nanoseconds, latency: Nanoseconds) {
        base = start
        baseMonotonic = monotonic
        self.latency = latency
    }

    /// Steps of the packet clock.
    package var steps: UInt64 { packets.steps }

    /// Takes the packets' times. Returns up to when everything has been seen.
    package mutating func observe(_ batch: PacketBatch, monotonic: Nanoseconds) -> Nanoseconds {
        packets.observe(batch, 0..<batch.count)
        base = packets.now
        baseMonotonic = monotonic
        return base
    }

    /// Up to when everything has been seen when nothing is left to be read at `monotonic`.
    package func quiet(monotonic: Nanoseconds) -> Nanoseconds {
        max(base, base &+ (monotonic &- baseMonotonic) &- latency)
    }
}
