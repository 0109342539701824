/// Brings the records that each stripe let out for one batch of packets into output order: what ended the slice (the
/// packet's number, or a sweep after some packet), then the flow's first packet (design semantics 5).
package enum RecordMerge {
    /// A part of a stripe's output.
    package enum Part: Sendable {
        /// Ended by packets up to the checkpoint, in order of those packets.
        case beforeCheckpoint
        /// Let out by the sweep at the checkpoint, in order of their flows' first packets.
        case swept
        /// Ended by later packets, or by any in a batch without a checkpoint, in order of those packets.
        case afterCheckpoint
    }

    /// Appends all records of `outputs`, one for each stripe, to `merged` in output order.
    package static func merge(_ outputs: [StripeOutput], into merged: RecordBuffer) {
        merge(outputs, .beforeCheckpoint, into: merged)
        merge(outputs, .swept, into: merged)
        merge(outputs, .afterCheckpoint, into: merged)
    }

    /// Appends the records of one part of each stripe's output, at most 16 stripes, to `merged` in output order.
    package static func merge(_ outputs: [StripeOutput], _ part: Part, into merged: RecordBuffer) {
        precondition(outputs.count <= 16)
        var remaining = 0
        for output in outputs where output.buffer.count > 0 { remaining += output.range(part).count }
        guard remaining > 0 else { return }
        var positions = InlineArray<16, Int>(repeating: 0)
        var heads = HeadTree()
        for index in outputs.indices where outputs[index].buffer.count > 0 {
            positions[index] = outputs[index].range(part).lowerBound
            heads.set(index, head(outputs[index], positions[index], part))
        }
        while remaining > 0 {
            let next = heads.first
            let buffer = outputs[next].buffer
            merged.append(from: buffer, at: positions[next])
            positions[next] += 1
            heads.set(next, head(outputs[next], positions[next], part))
            remaining -= 1
        }
    }

    /// What the record at `position` is ordered by; the largest number beyond the part.
    @inline(__always)
    private static func head(_ output: StripeOutput, _ position: Int, _ part: Part) -> UInt64 {
        guard position < output.range(part).upperBound else { return .max }
        let buffer = output.buffer
        return part == .swept ? buffer.records[position].firstFrameNumber : buffer.records[position].endFrameNumber
    }
}

/// What one stripe let out for one batch of packets.
package final class StripeOutput {
    /// The records: those that packets up to the checkpoint ended, the sweep's, those that later packets ended.
    package let buffer = RecordBuffer()
    /// Where the sweep's records begin; 0 without a checkpoint.
    package var sweepStart = 0
    /// Where the records of packets after the checkpoint begin; 0 without a checkpoint.
    package var sweepEnd = 0

    /// An empty output.
    package init() {}

    /// Forgets the records.
    package func removeAll() {
        // Most batches end no slice in most stripes; without records both places are 0.
        guard buffer.count > 0 else { return }
        buffer.removeAll()
        sweepStart = 0
        sweepEnd = 0
    }

    /// Puts the checkpoint, without a sweep, behind the records that packets up to `frame` ended.
    package func divide(after frame: UInt64) {
        guard buffer.count > 0 else { return }
        let buffer = buffer
        var position = buffer.count
        while position > 0, buffer.records[position - 1].endFrameNumber > frame { position -= 1 }
        sweepStart = position
        sweepEnd = position
    }

    /// Where `part` is in the buffer.
    @inline(__always)
    func range(_ part: RecordMerge.Part) -> Range<Int> {
        switch part {
        case .beforeCheckpoint: 0..<sweepStart
        case .swept: sweepStart..<sweepEnd
        case .afterCheckpoint: sweepEnd..<buffer.count
        }
    }
}
