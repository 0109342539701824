import Spool

extension Spool {
    /// Counts a batch that is about to be sent to `name` when it may be there already: it is not above the highest sent before,
    /// or it is settled.
    func countIfResent(_ batch: SpoolBatch, highestSent: UInt64, for name: String) {
        let settled = account(name)?.settled ?? 0
        if batch.id <= highestSent || batch.recordsAfter <= settled {
            countResent(batch.recordCount, for: name)
        }
    }
}
