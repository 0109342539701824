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

/// Records for a store, and their attributes beside them.
struct CollectedRecords {
    private(set) var records: [FlowRecord] = []
    /// One list after the other (`AttributeWalk`).
    private(set) var attributes: [UInt8] = []

    /// Adds a record with its attributes, an `AttributeList`; longer ones than a record can have are none.
    mutating func append(_ record: FlowRecord, attributes list: [UInt8]) {
        var record = record
        record.attributeOctets = UInt16(exactly: list.count) ?? 0
        if record.attributeOctets > 0 { attributes.append(contentsOf: list) }
        records.append(record)
    }

    /// Calls `body` with each record and its attributes.
    func forEach(_ body: (FlowRecord, [UInt8]) -> Void) {
        var walk = AttributeWalk()
        for record in records {
            body(record, Array(attributes[walk.next(record.attributeOctets, of: attributes.count)]))
        }
    }

    /// Forgets the records, keeps the memory.
    mutating func removeAll() {
        records.removeAll(keepingCapacity: true)
        attributes.removeAll(keepingCapacity: true)
    }
}

/// Takes what a session collects.
package protocol CollectedRecordReceiver: AnyObject {
    /// What it has a use for.
    var wishes: CollectedRecordWishes { get }

    /// A flow record: its line of JSON, line feed included, and the record for the store, nil when it has no addresses.
    /// Of what is not wished, nothing is given that means anything.
    func receive(line: [UInt8], record: FlowRecord?, domain: UInt32)

    /// The same with the attributes of the record's label, an `AttributeList`. Who has no use for them leaves this out.
    func receive(line: [UInt8], record: FlowRecord?, attributes: [UInt8], domain: UInt32)

    /// The exporter says that records of this domain will come in batches.
    func expectBatches(domain: UInt32)

    /// The flow records of this domain since the last call are the batch's. `isWhole` is false when some of them may
    /// have been lost: something was malformed, or numbers are missing.
    func close(_ batch: CollectedBatch, domain: UInt32, isWhole: Bool)
}

extension CollectedRecordReceiver {
    /// Both.
    package var wishes: CollectedRecordWishes { [.lines, .records] }
    /// Attributes are of no use.
    package func receive(line: [UInt8], record: FlowRecord?, attributes: [UInt8], domain: UInt32) {
        receive(line: line, record: record, domain: domain)
    }
    /// Batches are options data like others.
    package func expectBatches(domain: UInt32) {}
    /// Likewise.
    package func close(_ batch: CollectedBatch, domain: UInt32, isWhole: Bool) {}
}
