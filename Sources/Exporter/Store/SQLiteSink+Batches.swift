import FlowTable

extension SQLiteSink {
    /// Reads which batches the store has, and makes every commit from now on wait for the disk. Ranges that are beyond
    /// `limit` are kept all the same: they are there already.
    package func keepBatches(limit: Int) throws(ExportError) -> BatchLedger {
        try database.execute("PRAGMA synchronous = FULL")
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS batches (
                batchProbe BLOB NOT NULL,
                firstBatchId INTEGER NOT NULL,
                lastBatchId INTEGER NOT NULL,
                PRIMARY KEY (batchProbe, firstBatchId)
            ) WITHOUT ROWID
            """)
        var ledger = BatchLedger(limit: limit)
        let rows = try database.prepare("SELECT batchProbe, firstBatchId, lastBatchId FROM batches")
        while try rows.step() {
            let first = UInt64(bitPattern: rows.integer(1))
            let last = UInt64(bitPattern: rows.integer(2))
            guard let probe = rows.address(0), first <= last else {
                throw ExportError(
                    "The store \(database.path) has a row in its table batches that no flowprobe wrote. Delete that row, "
                        + "or name another file.")
            }
            ledger.insert(first...last, of: CollectedBatch.Probe(high: probe.high, low: probe.low))
        }
        return ledger
    }

    /// Writes a batch's records and its identifier, if there is one, in one transaction, and returns when the disk has them.
    /// What was consumed before is committed first. When it throws, none of the batch is in the store.
    package func commit(
        _ records: Span<FlowRecord>, attributes: Span<UInt8> = Span(), closing change: BatchLedger.Change?
    ) throws(ExportError) {
        try flush()
        try database.execute("BEGIN IMMEDIATE")
        do throws(ExportError) {
            try write(records, attributes)
            if let change { try write(change) }
            try database.execute("COMMIT")
        } catch {
            // What made the statement fail is what matters; a disk that failed may fail here as well.
            try? database.execute("ROLLBACK")
            throw error
        }
    }

    private func write(_ change: BatchLedger.Change) throws(ExportError) {
        let probe = StoreAddress(high: change.probe.high, low: change.probe.low)
        for first in change.removed {
            let delete = try database.prepare("DELETE FROM batches WHERE batchProbe = ? AND firstBatchId = ?")
            delete.bind(1, probe)
            delete.bind(2, Int64(bitPattern: first))
            try delete.run()
        }
        let insert = try database.prepare("INSERT INTO batches VALUES (?, ?, ?)")
        insert.bind(1, probe)
        insert.bind(2, Int64(bitPattern: change.range.lowerBound))
        insert.bind(3, Int64(bitPattern: change.range.upperBound))
        try insert.run()
    }
}
