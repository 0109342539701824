import NetTypes
import PacketDecode

/// The packets read ahead of one of several merged inputs, and the sums over those taken. A trivial type: the merge
/// keeps one per input in an array of its own, since checked accesses to a class's variables cost more than the rest.
// SAFETY: (@safe) points into the lane's batch, which the lane keeps until it points the head elsewhere; `next` is
// compared with `count` before every use.
@safe struct MergeHead {
    private var references: UnsafePointer<PacketReference>?
    private var next = 0
    private var count = 0
    private(set) var tally = InputTally()
    private(set) var filtered: UInt64 = 0
    /// The time of the next packet; when there is none, of the one that was last seen.
    private(set) var time: Nanoseconds = 0

    /// The next packet; nil when none is read ahead.
    var packet: PacketReference? {
        // SAFETY: `point(at:)` set it together with `count`.
        guard next < count, let references = unsafe references else { return nil }
        // SAFETY: next < count was just checked.
        return unsafe references[next]
    }

    var hasPacket: Bool { next < count }

    /// Goes on with the packets of a batch that was filled anew.
    mutating func point(at batch: PacketBatch) {
        // SAFETY: the batch's array stays where it is as long as the batch.
        unsafe references = UnsafePointer(batch.references)
        next = 0
        count = batch.count
        if let packet { time = packet.timestamp }
    }

    /// There is no packet any more.
    mutating func pointNowhere() {
        // SAFETY: forgets the pointer.
        unsafe references = nil
        next = 0
        count = 0
    }

    /// Counts `packet`, which is the next one, and moves on.
    mutating func take(_ packet: PacketReference, filtered isFiltered: Bool) {
        tally.packets += 1
        tally.capturedOctets &+= UInt64(packet.capturedLength)
        tally.earliest = min(tally.earliest, packet.timestamp)
        tally.latest = max(tally.latest, packet.timestamp)
        if isFiltered { filtered += 1 }
        next += 1
        if let packet = self.packet { time = packet.timestamp }
    }
}
