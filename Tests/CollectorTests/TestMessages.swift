import Collector
import Exporter
import FlowTable

/// Octets of integers in network byte order.
func networkOctets(_ parts: [(UInt64, Int)]) -> [UInt8] {
    parts.flatMap { value, count in
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }
}

/// An exporter of flows in batches (docs/delivery.md), for tests: knows its sequence numbers.
struct TestExporter {
    static let probe = CollectedBatch.Probe(high: 0x0001_0203_0405_0607, low: 0x0809_0A0B_0C0D_0E0F)
    /// IE 148 and addresses.
    static let flowTemplate = networkOctets([(256, 2), (3, 2), (8, 2), (4, 2), (12, 2), (4, 2), (148, 2), (8, 2)])
    static let batchTemplate = networkOctets([
        (326, 2), (2, 2), (1, 2), (0x8000 | 200, 2), (8, 2), (32473, 4), (0x8000 | 201, 2), (65535, 2), (32473, 4),
    ])

    var domain: UInt64 = 7
    private(set) var number: UInt64 = 0

    /// A message with one set.
    mutating func message(_ set: UInt64, _ body: [UInt8], records: UInt64 = 0) -> [UInt8] {
        defer { number += records }
        return networkOctets([
            (10, 2), (UInt64(body.count + 20), 2), (1_795_342_400, 4), (number, 4), (domain, 4), (set, 2),
            (UInt64(body.count + 4), 2),
        ]) + body
    }

    /// Templates of flows, and of batches if `inBatches`.
    mutating func templates(inBatches: Bool = true) -> [[UInt8]] {
        [message(2, Self.flowTemplate)] + (inBatches ? [message(3, Self.batchTemplate)] : [])
    }

    /// Flows of these ids.
    mutating func data(_ ids: Range<UInt64>, template: UInt64 = 256) -> [UInt8] {
        let body = ids.flatMap { networkOctets([(0xC000_0201, 4), (0xC633_6402, 4), ($0, 8)]) }
        return message(template, body, records: UInt64(ids.count))
    }

    /// Closes a batch.
    mutating func close(_ batch: UInt64) -> [UInt8] {
        let probe = networkOctets([(Self.probe.high, 8), (Self.probe.low, 8)])
        return message(326, networkOctets([(batch, 8), (16, 1)]) + probe, records: 1)
    }

    /// The name of a batch.
    static func batch(_ number: UInt64) -> CollectedBatch { CollectedBatch(probe: probe, number: number) }
}

/// Lines in memory that keep batches, and fail when told to.
final class MemoryLines: BatchLines {
    var ledger = BatchLedger()
    var lines: [String] = []
    var fails = false

    func write(_ lines: [UInt8], closing change: BatchLedger.Change?) throws(ExportError) {
        if fails { throw ExportError("The memory is full.") }
        self.lines += String(decoding: lines, as: UTF8.self).split(separator: "\n").map(String.init)
        if let change { ledger.apply(change) }
    }

    func synchronize() throws(ExportError) { if fails { throw ExportError("The memory is full.") } }
}
