import Exporter
import FlowTable
import NetTypes

/// Lines of JSON that keep batches: lines and identifier are durable together.
package protocol BatchLines: AnyObject {
    /// Batches that are durable.
    var ledger: BatchLedger { get }

    /// Writes lines. With a change of the ledger, returns when lines and batch are on disk; when it throws, the next
    /// start finds neither.
    func write(_ lines: [UInt8], closing change: BatchLedger.Change?) throws(ExportError)

    /// Returns when all lines that were written are on disk.
    func synchronize() throws(ExportError)
}

/// Where collected records go: lines of JSON, a store, or both, and who looks on. Used by one thread at a time.
///
/// Sessions cannot fail half-way through a message, so that an output's failure is kept and thrown by `check`.
package final class CollectorOutput: CollectedRecordReceiver {
    private static let blockSize = 256 << 10
    private static let batchSize = 1024

    private let lines: LineFile?
    private let batchLines: (any BatchLines)?
    private let store: SQLiteSink?
    private let watcher: ((FlowRecord) -> Void)?
    private var storeLedger: BatchLedger?
    private var buffer: [UInt8] = []
    private var batch = CollectedRecords()
    private var failure: ExportError?
    /// Records that flow ids of ours do not name get ids of their own in the store.
    private var nextFlowId: UInt64 = 1 << 63

    /// What is made of records.
    package let wishes: CollectedRecordWishes

    /// To any of these, or none. `watcher` is shown every record that has addresses.
    package init(lines: LineFile?, store: SQLiteSink?, watcher: ((FlowRecord) -> Void)? = nil) {
        (self.lines, batchLines, self.store, self.watcher) = (lines, nil, store, watcher)
        wishes = Self.wishes(lines: lines != nil, records: store != nil || watcher != nil)
    }

    /// To outputs that keep batches, one at least. Throws when a store cannot.
    package init(
        batchLines: (any BatchLines)?, store: SQLiteSink?, watcher: ((FlowRecord) -> Void)? = nil,
        ledgerLimit: Int = 65_536
    ) throws(ExportError) {
        (lines, self.batchLines, self.store, self.watcher) = (nil, batchLines, store, watcher)
        storeLedger = try store?.keepBatches(limit: ledgerLimit)
        wishes = Self.wishes(lines: batchLines != nil, records: store != nil || watcher != nil)
    }

    private static func wishes(lines: Bool, records: Bool) -> CollectedRecordWishes {
        CollectedRecordWishes(lines ? [.lines] : []).union(records ? [.records] : [])
    }

    /// Takes a record.
    package func receive(line: [UInt8], record: FlowRecord?, domain: UInt32) {
        receive(line: line, record: record, attributes: [], domain: domain)
    }

    /// Takes a record with its attributes.
    package func receive(line: [UInt8], record: FlowRecord?, attributes: [UInt8], domain: UInt32) {
        guard failure == nil else { return }
        if wishes.contains(.lines) { buffer.append(contentsOf: line) }
        if let record { take(record, attributes, to: &batch) }
        if buffer.count >= Self.blockSize || batch.records.count >= Self.batchSize { write() }
    }

    /// Takes records that were held.
    func receive(lines: [UInt8], records: CollectedRecords) {
        guard failure == nil else { return }
        buffer.append(contentsOf: lines)
        records.forEach { take($0, $1, to: &batch) }
        write()
    }

    private func take(_ record: FlowRecord, _ attributes: [UInt8], to list: inout CollectedRecords) {
        watcher?(record)
        guard store != nil else { return }
        var record = record
        if record.flowId == 0 {
            record.flowId = nextFlowId
            nextFlowId += 1
        }
        list.append(record, attributes: attributes)
    }

    private func write() {
        do throws(ExportError) {
            try lines?.write(buffer)
            if !buffer.isEmpty { try batchLines?.write(buffer, closing: nil) }
            try store?.consume(batch.records.span, attributes: batch.attributes.span, packetClock: 0)
        } catch {
            failure = error
        }
        buffer.removeAll(keepingCapacity: true)
        batch.removeAll()
    }

    /// Whether every output has this batch.
    func hasBatch(_ batch: CollectedBatch) -> Bool {
        guard batchLines != nil || storeLedger != nil else { return false }
        return batchLines?.ledger.contains(batch) ?? true && storeLedger?.contains(batch) ?? true
    }

    /// Makes a batch durable in every output that does not have it yet, or records of no batch in all. Returns why they are not;
    /// nil when they are.
    func commit(_ name: CollectedBatch?, lines: [UInt8], records: CollectedRecords) -> String? {
        write()
        do throws(ExportError) {
            if let failure { throw failure }
            guard let name else {
                try commit(lines, records)
                return nil
            }
            if let batchLines, !batchLines.ledger.contains(name) {
                guard let change = batchLines.ledger.change(for: name) else { return Self.full(batchLines.ledger) }
                try batchLines.write(lines, closing: change)
            }
            var kept = CollectedRecords()
            records.forEach { take($0, $1, to: &kept) }
            if let store, let ledger = storeLedger, !ledger.contains(name) {
                guard let change = ledger.change(for: name) else { return Self.full(ledger) }
                try store.commit(kept.records.span, attributes: kept.attributes.span, closing: change)
                storeLedger?.apply(change)
            }
            return nil
        } catch {
            failure = error
            return error.description
        }
    }

    private func commit(_ lines: [UInt8], _ records: CollectedRecords) throws(ExportError) {
        try batchLines?.write(lines, closing: nil)
        try batchLines?.synchronize()
        var kept = CollectedRecords()
        records.forEach { take($0, $1, to: &kept) }
        try store?.commit(kept.records.span, attributes: kept.attributes.span, closing: nil)
    }

    private static func full(_ ledger: BatchLedger) -> String {
        "The numbers of batches are in \(ledger.limit) pieces, and no more are kept: exporters number their batches in "
            + "order. See who sends others."
    }

    /// Writes what is collected. Throws when an output could not take something.
    package func check() throws(ExportError) {
        write()
        if let failure { throw failure }
    }

    /// The same, so that readers of a store see it too.
    package func flush() throws(ExportError) {
        try check()
        do throws(ExportError) {
            try store?.flush()
        } catch {
            failure = error
            throw error
        }
    }

    /// Ends the outputs; `balance` is kept with the store's run.
    package func finish(balance: String) throws(ExportError) {
        try check()
        store?.balance = balance
        try store?.finish(packetClock: 0)
    }
}
