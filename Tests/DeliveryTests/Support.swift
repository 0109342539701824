import Delivery
import Exporter
import FlowTable
import Foundation
import NetTypes
import Spool
import Testing

/// A spool in a folder of its own with one destination, and what is put into it.
final class Workbench {
    let folder: String
    let endpoint: ExportEndpoint
    private var current: SpooledDelivery?
    private let batchRecords: Int
    private var next: UInt64 = 1

    /// Records put into the spool so far.
    var made: UInt64 { next - 1 }

    /// A spool whose batches have at most `batchRecords` records.
    init(_ address: String, batchRecords: Int = 100) throws {
        self.batchRecords = batchRecords
        folder = FileManager.default.temporaryDirectory.appending(path: "delivery-\(UUID())").path(
            percentEncoded: false)
        endpoint = try ExportEndpoint(parsing: address)
        current = try Self.open(folder, endpoint, batchRecords)
        delivery.start()
    }

    deinit {
        for stream in current?.streams ?? [] { stream.leave() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func open(
        _ folder: String, _ endpoint: ExportEndpoint, _ batchRecords: Int
    ) throws -> SpooledDelivery {
        var configuration = SpoolConfiguration(folder: folder)
        configuration.synchronization = .never
        configuration.batchRecords = batchRecords
        return try SpooledDelivery(
            configuration, endpoints: [endpoint], options: IPFIXOptions(), captureStatistics: { ExportStatistics() },
            observedPackets: { 1_000_000 })
    }

    /// The run that goes on.
    var delivery: SpooledDelivery { current! }

    /// Begins another run with the same spool, which has been finished.
    func restart() throws {
        current = nil
        current = try Self.open(folder, endpoint, batchRecords)
        delivery.start()
    }

    /// Makes so many times 100 records, which is a batch unless batches are larger, with flow ids that count up from 1.
    func add(batches: Int) throws {
        for _ in 0..<batches {
            let records = (0..<100).map { offset in
                var record = FlowRecord()
                record.flowId = next + UInt64(offset)
                record.sourceLow = record.flowId
                record.observationDomainId = 1
                record.ipVersion = 4
                record.packetsForward = 1
                return record
            }
            next += 100
            try delivery.sink.consume(records.span, packetClock: 0)
        }
    }

    /// Makes a batch of one record, and waits until it is committed.
    func addOne() throws {
        var record = FlowRecord()
        record.flowId = next
        record.observationDomainId = 1
        record.ipVersion = 4
        record.packetsForward = 1
        next += 1
        try delivery.sink.consume([record].span, packetClock: 0)
        usleep(600_000)
        try delivery.sink.flush()
    }

    /// Closes the spool and waits for the collector; true when it has everything.
    func finish(within seconds: Double = 60) throws -> Bool {
        try delivery.sink.finish(packetClock: 0)
        return delivery.finish(until: Date(timeIntervalSinceNow: seconds))
    }

    var stream: DeliveryStream { delivery.streams[0] }

    func account() throws -> SpoolAccount { try #require(stream.account) }

    /// Ids of all records made.
    var ids: [UInt64] { Array(1..<next) }
}

/// Waits until `condition` holds; false when it does not within `seconds`.
func eventually(within seconds: Double = 60, _ condition: () throws -> Bool) rethrows -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while try !condition() {
        guard Date() < end else { return false }
        usleep(10_000)
    }
    return true
}
