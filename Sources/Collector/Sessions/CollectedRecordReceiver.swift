import Exporter
import FlowTable

/// What a receiver has a use for; the rest is not made.
package struct CollectedRecordWishes: OptionSet, Sendable {
    /// Which are wanted.
    package let rawValue: UInt8
    /// From bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Lines of JSON.
    package static let lines = CollectedRecordWishes(rawValue: 1)
    /// Records, for a store or a table.
    package static let records = CollectedRecordWishes(rawValue: 2)
}

/// Takes what a session collects.
package protocol CollectedRecordReceiver: AnyObject {
    /// What it has a use for.
    var wishes: CollectedRecordWishes { get }

    /// A flow record: its line of JSON, line feed included, and the record for the store, nil when it has no addresses.
    /// Of what is not wished, nothing is given that means anything.
    func receive(line: [UInt8], record: FlowRecord?, domain: UInt32)

    /// The exporter says that records of this domain will come in batches.
    func expectBatches(domain: UInt32)

    /// The flow records of this domain since the last call are the batch's. `isWhole` is false when some of them may
    /// have been lost: something was malformed, or numbers are missing.
    func close(_ batch: CollectedBatch, domain: UInt32, isWhole: Bool)
}

extension CollectedRecordReceiver {
    /// Both.
    package var wishes: CollectedRecordWishes { [.lines, .records] }
    /// Batches are options data like others.
    package func expectBatches(domain: UInt32) {}
    /// Likewise.
    package func close(_ batch: CollectedBatch, domain: UInt32, isWhole: Bool) {}
}
