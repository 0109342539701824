import FlowTable
import Foundation
import NetTypes

/// Records kept on disk until every destination that needs them has them (docs/delivery.md).
///
/// One thread writes (`append`, `tick`, `close`); every destination reads with a `SpoolReader` of its own and says what it
/// has delivered with `settle` and `release`. Nobody who reads can hold the writer up.
// SAFETY: (@unchecked) what threads share is guarded by `condition`; the rest belongs to the writing thread.
package final class Spool: @unchecked Sendable {
    /// A segment file that is there.
    struct Segment {
        var row: SpoolIndex.Segment
        var path: String
        var madeAt: Int64
        /// Whether nothing more will be written to it.
        var isClosed: Bool
    }

    let configuration: SpoolConfiguration
    /// Names this spool to whoever drops repeats.
    package let probe: ProbeId
    /// Where it is.
    package var folder: String { configuration.folder }
    /// What was found when the spool was opened, a sentence each.
    package let openingNotes: [String]
    /// Of each group of balance, by name, who gets which share.
    package let shares: [String: ShareHistory]

    // Guarded by `condition`, which is signalled when something was committed, discarded or closed.
    let condition = NSCondition()
    var segments: [Segment]
    private(set) var accounts: [SpoolAccount]
    var made: UInt64
    var lost: [SpoolError.Reason: UInt64] = [:]
    var problemText: String?
    var failing: SpoolError.Reason?
    var isClosed = false

    // The writing thread's own.
    let index: SpoolIndex
    private let lock: SegmentFile
    var active: SegmentFile?
    var nextBatch: UInt64
    /// The highest number that a file had when the spool was opened.
    let highestSegment: UInt64
    var staged: [UInt32: RecordBuffer] = [:]
    var stagedCount = 0
    /// Octets of the staged records' attributes.
    var stagedAttributeOctets = 0
    var stagedSince: Nanoseconds?
    var packetClock: Nanoseconds = 0
    var stagedPackets: UInt64 = 0
    /// Gaps of inputs that are not in a segment yet, under `condition`.
    var notedGaps: [CoverageGap] = []
    var recordedPackets: UInt64 = 0
    let observedPackets: @Sendable () -> UInt64
    var retryAt: Nanoseconds = 0
    var lastSynchronization: Nanoseconds = 0
    var lastSave: Nanoseconds = 0
    /// Whether the index says who gets which share: that changes with the configuration alone.
    var hasSavedShares = false
    /// What others have taken over, which the index forgets when it is saved first.
    let retired: (accounts: Set<String>, shares: Set<String>)
    var changedSegments: Set<UInt64> = []
    var removedSegments: Set<UInt64> = []

    /// Opens the spool, or makes it. What the last run left is taken up; a gap between the runs is noted as a batch.
    ///
    /// `now` is the time of day in nanoseconds; `observedPackets` tells what the capture side has counted in this run.
    /// Throws when another process has the spool, when it cannot be written, or when a segment is of a later format.
    package init(
        _ configuration: SpoolConfiguration, now: Nanoseconds, observedPackets: @escaping @Sendable () -> UInt64 = { 0 }
    ) throws(SpoolError) {
        self.configuration = configuration
        self.observedPackets = observedPackets
        lock = try SpoolRecovery.lock(configuration.folder)
        let found = try SpoolRecovery(configuration)
        index = found.index
        probe = found.probe
        segments = found.segments
        accounts = found.accounts
        made = found.made
        nextBatch = found.nextBatch
        highestSegment = found.highestSegment
        openingNotes = found.notes
        changedSegments = Set(found.segments.map(\.row.number))
        removedSegments = found.missing
        shares = found.shares
        retired = found.retired
        lastSave = now
        if let last = found.last {
            let gap = CoverageGap(
                isClean: last.kind == .close, start: last.packetClock, end: now,
                observedPackets: last.observedPackets, recordedPackets: last.recordedPackets)
            packetClock = now
            try writeGap(gap, now: now)
        }
        try save()
    }

    /// What became of every record for the destination of this name; nil when there is none.
    package func account(_ name: String) -> SpoolAccount? {
        condition.withLock { accounts.first { $0.name == name } }
    }

    /// Changes a destination's account; unknown names are ignored.
    func change(_ name: String, _ body: (inout SpoolAccount) -> Void) {
        condition.withLock {
            guard let place = accounts.firstIndex(where: { $0.name == name }) else { return }
            body(&accounts[place])
        }
    }

    /// Changes every account; callers hold `condition`.
    func changeAccounts(_ body: (inout SpoolAccount) -> Void) {
        for place in accounts.indices { body(&accounts[place]) }
    }

    /// Books a batch as acknowledged by a destination, but for `refused` of its records, which it will never take. Batches are
    /// settled in order; one that was settled before is not counted again.
    package func settle(_ batch: SpoolBatch, for name: String, refused: Int = 0) {
        change(name) { $0.settle(batch, refused: refused) }
    }

    /// Says that a destination will never ask again for a batch before `batch`.
    package func release(before batch: UInt64, for name: String) {
        change(name) { $0.releasedBatch = max($0.releasedBatch, batch) }
    }

    /// Counts records that a destination sends once more.
    package func countResent(_ records: Int, for name: String) {
        change(name) { $0.resent += UInt64(records) }
    }
}

/// The state of a spool at one moment.
package struct SpoolStatus: Sendable {
    /// Records committed, over all runs.
    package let made: UInt64
    /// Records of this run that could not be committed, by reason.
    package let lost: [SpoolError.Reason: UInt64]
    /// Octets of all segments.
    package let octets: UInt64
    /// Segment files.
    package let segments: Int
    /// Why nothing can be written; nil while all is well.
    package let problem: String?
}

extension Spool {
    /// The state of now.
    package var status: SpoolStatus {
        condition.withLock {
            SpoolStatus(
                made: made, lost: lost, octets: segments.reduce(0) { $0 + $1.row.octets }, segments: segments.count,
                problem: problemText)
        }
    }
}
