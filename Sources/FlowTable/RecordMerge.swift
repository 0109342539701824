/// Brings the records that each stripe let out for one batch of packets into output order: what ended the slice (the
/// packet's number, a sweep after all packets), then the flow's first packet (design semantics 5).
package enum RecordMerge {
    /// Appends the records of `parts`, a buffer per stripe, to `output`. In each part the records before `sweepStart` are
    /// in order of the packet that ended them, the rest in order of their flows' first packets.
    package static func merge(_ parts: [StripeOutput], into output: RecordBuffer) {
        merge(parts, ranges: parts.map { 0..<$0.sweepStart }, into: output, swept: false)
        merge(parts, ranges: parts.map { $0.sweepStart..<$0.buffer.count }, into: output, swept: true)
    }

    private static func merge(
        _ parts: [StripeOutput], ranges: [Range<Int>], into output: RecordBuffer, swept: Bool
    ) {
        var positions = ranges.map(\.lowerBound)
        var heads = parts.indices.map { head(parts[$0], positions[$0], ranges[$0], swept) }
        for _ in 0..<ranges.reduce(0, { $0 + $1.count }) {
            var next = 0
            for index in 1..<heads.count where heads[index] < heads[next] { next = index }
            let buffer = parts[next].buffer
            output.append(buffer.records[positions[next]])
            positions[next] += 1
            heads[next] = head(parts[next], positions[next], ranges[next], swept)
        }
    }

    /// What the record at `position` is ordered by; the largest number beyond the range.
    @inline(__always)
    private static func head(_ part: StripeOutput, _ position: Int, _ range: Range<Int>, _ swept: Bool) -> UInt64 {
        guard position < range.upperBound else { return .max }
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
