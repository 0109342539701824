/// What became of every record for one destination. Records are numbered in the order in which they were made, over all
/// runs; at any moment
///
///     records made since the destination began = acknowledged + pending + filtered + discarded (by reason)
///
/// and nothing of it can be lost by a crash but what was acknowledged since the last commit, which is sent again.
package struct SpoolAccount: Sendable, Equatable {
    /// Why a record will not be delivered.
    package enum DiscardReason: String, Sendable, CaseIterable {
        /// The spool had no room for it any more.
        case size = "spool full"
        /// It was older than may be kept.
        case age = "too old"
        /// Its segment was damaged.
        case damage = "damaged"
        /// The collecting process refused its batch, or the receiver the record itself, for good.
        case refusal = "refused"
    }

    /// The destination.
    package let name: String
    /// Records made before the destination began.
    package internal(set) var start: UInt64
    /// Records up to this one are acknowledged or discarded.
    package internal(set) var settled: UInt64
    /// Batches before this one need not be sent again.
    package internal(set) var releasedBatch: UInt64
    /// Records acknowledged, each once.
    package internal(set) var acknowledged: UInt64 = 0
    /// Records that the destination's filter left out, each once.
    package internal(set) var filtered: UInt64 = 0
    /// Records sent once more after they had been sent already; they may have arrived twice.
    package internal(set) var resent: UInt64 = 0
    /// Records discarded, in the order of `DiscardReason.allCases`.
    package internal(set) var discards: [UInt64] = DiscardReason.allCases.map { _ in 0 }

    /// Records discarded for one reason.
    package func discarded(_ reason: DiscardReason) -> UInt64 {
        DiscardReason.allCases.firstIndex(of: reason).map { discards[$0] } ?? 0
    }

    /// Records discarded for any reason.
    package var discarded: UInt64 { discards.reduce(0, +) }

    init(name: String, start: UInt64, releasedBatch: UInt64) {
        self.name = name
        self.start = start
        settled = start
        self.releasedBatch = releasedBatch
    }

    /// Books all records up to number `end` that are not settled yet as discarded.
    mutating func discard(upTo end: UInt64, _ reason: DiscardReason) {
        guard end > settled, let place = DiscardReason.allCases.firstIndex(of: reason) else { return }
        discards[place] += end - settled
        settled = end
    }

    /// Books a batch as acknowledged but for `refused` records of it and those that the filter left out; records between it and
    /// what is settled never came out of their segment.
    mutating func settle(_ batch: SpoolBatch, refused: Int) {
        discard(upTo: batch.recordsBefore, .damage)
        guard batch.recordsAfter > settled else { return }
        let leftOut = min(batch.recordsAfter - settled, UInt64(batch.filteredCount))
        filtered += leftOut
        settled += leftOut
        let taken = batch.recordsAfter - settled - min(batch.recordsAfter - settled, UInt64(refused))
        acknowledged += taken
        settled += taken
        discard(upTo: batch.recordsAfter, .refusal)
    }
}

/// A batch as its reader knows it.
package struct SpoolBatch: Sendable, Equatable {
    /// Names it, together with the spool's `ProbeId`; never used twice.
    package let id: UInt64
    /// All its records are of this observation domain.
    package let domain: UInt32
    /// Records in it that the destination is to get; none in a batch that tells of a gap.
    package let recordCount: Int
    /// Records in it that the destination's filter leaves out.
    package let filteredCount: Int
    /// Records made before it, over all runs.
    package let recordsBefore: UInt64
    /// When it was committed, nanoseconds since 1970.
    package let committedAt: Int64
    /// The packet clock at that moment.
    package let packetClock: Int64

    /// Records made up to its end, over all runs.
    package var recordsAfter: UInt64 { recordsBefore + UInt64(recordCount) + UInt64(filteredCount) }

    /// The batch of a header, of whose records `kept` are left; all when it is nil.
    init(_ header: BatchHeader, kept: Int? = nil) {
        recordCount = kept ?? header.recordCount
        filteredCount = header.recordCount - recordCount
        id = header.id
        domain = header.domain
        recordsBefore = header.recordsBefore
        committedAt = header.committedAt
        packetClock = header.packetClock
    }
}
