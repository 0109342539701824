import Exporter
import FlowTable
import NetTypes

/// Where collected records go: lines of JSON, a store, or both. Used by one thread at a time.
///
/// Sessions cannot fail half-way through a message, so that an output's failure is kept and thrown by `check`.
package final class CollectorOutput: CollectedRecordReceiver {
    private static let blockSize = 256 << 10
    private static let batchSize = 1024

    private let lines: LineFile?
    private let store: SQLiteSink?
    private var buffer: [UInt8] = []
    private var batch: [FlowRecord] = []
    private var failure: ExportError?
    /// Records without a pair of addresses, which a store has no row for.
    package private(set) var withoutAddresses: UInt64 = 0
    /// Records that flow ids of ours do not name get ids of their own in the store.
    private var nextFlowId: UInt64 = 1 << 63

    /// To either, both or none.
    package init(lines: LineFile?, store: SQLiteSink?) {
        self.lines = lines
        self.store = store
    }

    /// Takes a record.
    package func receive(line: [UInt8], record: FlowRecord?) {
        guard failure == nil else { return }
        if lines != nil { buffer.append(contentsOf: line) }
        if var record {
            if record.flowId == 0 {
                record.flowId = nextFlowId
                nextFlowId += 1
            }
            if store != nil { batch.append(record) }
        } else {
            withoutAddresses += 1
        }
        if buffer.count >= Self.blockSize || batch.count >= Self.batchSize { write() }
    }

    private func write() {
        do throws(ExportError) {
            try lines?.write(buffer)
            try store?.consume(batch.span, packetClock: 0)
        } catch {
            failure = error
        }
        buffer.removeAll(keepingCapacity: true)
        batch.removeAll(keepingCapacity: true)
    }

    /// Writes what is collected. Throws when an output could not take something.
    package func check() throws(ExportError) {
        write()
        if let failure { throw failure }
    }

    /// Ends the outputs; `balance` is kept with the store's run.
    package func finish(balance: String) throws(ExportError) {
        try check()
        store?.balance = balance
        try store?.finish(packetClock: 0)
    }
}
