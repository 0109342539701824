/// Brings the records that each stripe let out for one batch of packets into output order: what ended the slice (the
/// packet's number, a sweep after all packets), then the flow's first packet (design semantics 5).
package enum RecordMerge {
    /// Appends the records of `parts`, one for each stripe, to `output`. In each part the records before `sweepStart` are
    /// in order of the packet that ended them, the rest in order of their flows' first packets.
    package static func merge(_ parts: [StripeOutput], into output: RecordBuffer) {
        merge(parts, into: output, swept: false)
        merge(parts, into: output, swept: true)
    }

    private static func merge(_ parts: [StripeOutput], into output: RecordBuffer, swept: Bool) {
        precondition(parts.count <= 16)
        var positions = InlineArray<16, Int>(repeating: 0)
        var heads = InlineArray<16, UInt64>(repeating: .max)
        var remaining = 0
        for index in parts.indices {
            positions[index] = swept ? parts[index].sweepStart : 0
            let end = swept ? parts[index].buffer.count : parts[index].sweepStart
            remaining += end - positions[index]
            heads[index] = head(parts[index], positions[index], end, swept)
        }
        while remaining > 0 {
            var next = 0
            for index in 1..<16 where heads[index] < heads[next] { next = index }
            let buffer = parts[next].buffer
            output.append(from: buffer, at: positions[next])
            positions[next] += 1
            heads[next] = head(parts[next], positions[next], swept ? buffer.count : parts[next].sweepStart, swept)
            remaining -= 1
        }
    }

    /// What the record at `position` is ordered by; the largest number beyond the range.
    @inline(__always)
    private static func head(_ part: StripeOutput, _ position: Int, _ end: Int, _ swept: Bool) -> UInt64 {
        guard position < end else { return .max }
        let buffer = part.buffer
        return swept ? buffer.records[position].firstFrameNumber : buffer.records[position].endFrameNumber
    }
}

/// What one stripe let out for one batch of packets.
package final class StripeOutput {
    /// The records, packet-ended ones first.
    package let buffer = RecordBuffer()
    /// Where the sweep's records begin.
    package var sweepStart = 0

    /// An empty output.
    package init() {}

    /// Forgets the records.
    package func removeAll() {
        buffer.removeAll()
        sweepStart = 0
    }
}
