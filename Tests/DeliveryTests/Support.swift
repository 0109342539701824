import Delivery
import Exporter
import FlowTable
import Foundation
import NetTypes
import Spool
import Testing

/// A spool in a folder of its own with its destinations, and what is put into it.
final class Workbench {
    let folder: String
    private var endpoints: [ExportEndpoint]
    private var groups: [ExportGroup]
    private var current: SpooledDelivery?
    private let batchRecords: Int
    private var next: UInt64 = 1

    /// Records put into the spool so far.
    var made: UInt64 { next - 1 }

    /// The first destination.
    var endpoint: ExportEndpoint { endpoints[0] }

    /// A spool with one destination, whose batches have at most `batchRecords` records.
    convenience init(_ address: String, batchRecords: Int = 100) throws {
        try self.init([address], batchRecords: batchRecords)
    }

    /// A spool with several destinations, in groups if they say so.
    init(_ addresses: [String], groups: [String] = [], batchRecords: Int = 100) throws {
        self.batchRecords = batchRecords
        folder = FileManager.default.temporaryDirectory.appending(path: "delivery-\(UUID())").path(
            percentEncoded: false)
        endpoints = try addresses.map { text in try ExportEndpoint(parsing: text) }
        self.groups = try groups.map { text in try ExportGroup(parsing: text) }
        current = try Self.open(folder, endpoints, self.groups, batchRecords)
        delivery.start()
    }

    deinit {
        for stream in current?.streams ?? [] { stream.leave() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func open(
        _ folder: String, _ endpoints: [ExportEndpoint], _ groups: [ExportGroup], _ batchRecords: Int
    ) throws -> SpooledDelivery {
        var configuration = SpoolConfiguration(folder: folder)
        configuration.synchronization = .never
        configuration.batchRecords = batchRecords
        return try SpooledDelivery(
            configuration, endpoints: endpoints, groups: groups, options: IPFIXOptions(),
            captureStatistics: { ExportStatistics() },
            observedPackets: { 1_000_000 })
    }

    /// The run that goes on.
    var delivery: SpooledDelivery { current! }

    /// Begins another run with the same spool, which has been finished.
    func restart() throws {
        current = nil
        current = try Self.open(folder, endpoints, groups, batchRecords)
        delivery.start()
    }

    /// Begins another run with other destinations.
    func restart(_ addresses: [String], groups: [String] = []) throws {
        endpoints = try addresses.map { text in try ExportEndpoint(parsing: text) }
        self.groups = try groups.map { text in try ExportGroup(parsing: text) }
        try restart()
    }

    /// Makes so many times 100 records, which is a batch unless batches are larger, with flow ids that count up from 1.
    func add(batches: Int) throws {
        for _ in 0..<batches {
            let records = (0..<100).map { offset in
                var record = FlowRecord()
                record.flowId = next + UInt64(offset)
                record.sourceLow = record.flowId
                record.destinationLow = 7
                record.observationDomainId = 1
                record.ipVersion = 4
                record.packetsForward = 1
                return record
            }
            next += 100
            try delivery.sink.consume(records.span, packetClock: 0)
        }
    }

    /// Makes the first records once more: later slices of their flows, after all others.
    func addAgain(batches: Int) throws {
        let first = next
        next = 1
        try add(batches: batches)
        next = first
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

/// A port of loopback at which nobody listens.
func unusedPort() throws -> UInt16 {
    let (listener, port) = try listenOnLoopback(0)
    close(listener)
    return port
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
