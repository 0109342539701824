import Exporter

/// What became of the flow records that came on connections whose batches are acknowledged. Every record is in one of
/// the counts, or is held.
package struct BatchTally: Sendable, Equatable {
    /// Batches made durable.
    package var durable: UInt64 = 0
    /// Their records.
    package var durableRecords: UInt64 = 0
    /// Batches that came again after they were durable.
    package var repeated: UInt64 = 0
    /// Their records, which were dropped.
    package var repeatedRecords: UInt64 = 0
    /// Batches that were refused for good.
    package var refused: UInt64 = 0
    /// Their records, which were dropped.
    package var refusedRecords: UInt64 = 0
    /// Records of batches that were not closed, or not taken, when their connection ended, and of requests that were not taken.
    package var unfinishedRecords: UInt64 = 0
    /// Records of exporters that make no batches.
    package var otherRecords: UInt64 = 0
    /// Requests made durable of which no batch was closed: parts of batches, and those of exporters that make none.
    package var requests: UInt64 = 0
    /// Their records.
    package var requestRecords: UInt64 = 0

    /// Nothing yet.
    package init() {}
}

/// What all connections of a collecting process that acknowledges batches have in common.
package final class BatchKeeper {
    /// Takes the records.
    let output: CollectorOutput
    /// Octets that may be held.
    let budget: SharedBudget
    /// What each connection may hold of it.
    let limit: Int
    /// What became of records.
    package internal(set) var tally = BatchTally()
    /// Batches that came in pieces once.
    private var broken: Set<CollectedBatch> = []
    private static let brokenLimit = 4096
    /// Keys of requests that were durable lately, the oldest at `oldestKey`.
    private var keys: Set<RequestKey> = []
    private var keyOrder: [RequestKey] = []
    private var oldestKey = 0
    private static let keyLimit = 16_384

    /// For an output that keeps batches.
    package init(_ output: CollectorOutput, limits: CollectorLimits = CollectorLimits()) {
        self.output = output
        budget = SharedBudget(limits.heldOctetsInAll)
        limit = limits.heldOctets
    }

    /// Writes what waits. Throws when the output could not take something.
    package func check() throws(ExportError) { try output.check() }

    /// Says that a batch came and was not whole: true when that was so before, on another connection.
    func isBrokenAgain(_ batch: CollectedBatch) -> Bool {
        if broken.remove(batch) != nil { return true }
        // A batch that is forgotten is asked for once more, which is no harm.
        if broken.count >= Self.brokenLimit { broken.removeAll() }
        broken.insert(batch)
        return false
    }

    /// Whether a request with this key was durable lately.
    func wasDurable(_ key: RequestKey) -> Bool { keys.contains(key) }

    /// A request is durable.
    func isDurable(_ key: RequestKey) {
        guard keys.insert(key).inserted else { return }
        guard keyOrder.count >= Self.keyLimit else { return keyOrder.append(key) }
        keys.remove(keyOrder[oldestKey])
        keyOrder[oldestKey] = key
        oldestKey = (oldestKey + 1) % Self.keyLimit
    }

    /// A batch was whole this time.
    func isMended(_ batch: CollectedBatch) { if !broken.isEmpty { broken.remove(batch) } }
}
