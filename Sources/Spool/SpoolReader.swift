import FlowTable
import Foundation

/// One destination's way through a spool, used by one thread.
package final class SpoolReader {
    /// What comes next.
    package enum Item {
        /// Records, which are in `block` until the next call.
        case records(SpoolBatch)
        /// A time that no record covers.
        case gap(SpoolBatch, CoverageGap)
        /// Nothing came in time.
        case nothing
        /// Everything was read, and the spool is closed; or the reader is held.
        case end
    }

    private let spool: Spool
    private let name: String
    /// The records of the batch that `next` returned last.
    package let block = RecordBlock()
    private var reader: SegmentReader?
    private var segment: UInt64 = 0
    private var wanted: UInt64
    private let keeps: ((FlowRecord, Span<UInt8>, _ batch: UInt64) -> Bool)?
    /// Whether `next` says that everything was read, so that what is under way is finished and nothing else is begun.
    package var isHeld = false

    /// A reader for the destination of this name, from where it has released everything; nil when there is none. Records,
    /// given with their attributes and their batch's id, for which `keeps` does not hold are left out of each batch and counted in it.
    package init?(
        _ spool: Spool, destination name: String,
        keeps: ((FlowRecord, Span<UInt8>, _ batch: UInt64) -> Bool)? = nil
    ) {
        guard let account = spool.account(name) else { return nil }
        self.spool = spool
        self.name = name
        self.keeps = keeps
        wanted = account.releasedBatch
    }

    /// Begins again at the first batch that has not been released: for a new connection.
    package func rewind() {
        wanted = spool.account(name)?.releasedBatch ?? wanted
        (reader, segment) = (nil, 0)
    }

    /// The next batch, for which it waits at most so long. What is damaged is passed over; the account counts it when a
    /// later batch is settled. Throws when a segment cannot be opened or read; a later call tries again.
    package func next(within seconds: Double) throws(SpoolError) -> Item {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while true {
            if isHeld { return .end }
            guard let place = place(from: segment) else {
                if !wait(until: deadline, beyond: 0) { return spool.isOver ? .end : .nothing }
                continue
            }
            if place.row.number != segment || reader == nil {
                reader = try SegmentReader(SegmentFile.open(place.path))
                segment = place.row.number
            }
            switch try reader?.next(limit: place.row.octets, from: wanted, into: block) ?? .end {
            case .records(let batch):
                wanted = batch.id + 1
                guard let keeps else { return .records(SpoolBatch(batch)) }
                block.retain { keeps($0, $1, batch.id) }
                return .records(SpoolBatch(batch, kept: block.count))
            case .gap(let batch, let gap):
                wanted = batch.id + 1
                return .gap(SpoolBatch(batch), gap)
            case .close(let batch): wanted = batch.id + 1
            case .end:
                if place.isClosed {
                    (reader, segment) = (nil, segment + 1)
                } else if !wait(until: deadline, beyond: place.row.octets) {
                    return spool.isOver ? .end : .nothing
                }
            }
        }
    }

    /// The first segment of this number or more that holds, or may yet hold, what is wanted.
    private func place(from number: UInt64) -> Spool.Segment? {
        spool.condition.withLock {
            spool.segments.first { $0.row.number >= number && ($0.row.lastBatch >= wanted || !$0.isClosed) }
        }
    }

    /// Waits for something new; false when nothing came by `deadline`, or nothing will.
    private func wait(until deadline: Date, beyond octets: UInt64) -> Bool {
        spool.condition.withLock {
            while true {
                let next = spool.segments.first {
                    $0.row.number >= segment && ($0.row.lastBatch >= wanted || !$0.isClosed)
                }
                if let next, next.row.number > segment || next.isClosed || next.row.octets > octets { return true }
                if spool.isClosed || !spool.condition.wait(until: deadline) { return false }
            }
        }
    }
}

extension Spool {
    /// Whether the spool has been closed.
    var isOver: Bool { condition.withLock { isClosed } }
}
