import Exporter
import Foundation
import NetTypes
import Spool

/// A spool with its destinations: from opening it to saying what is left.
package final class SpooledDelivery {
    /// The spool.
    package let spool: Spool
    /// Its destinations, in the order they were given.
    package let streams: [DeliveryStream]
    /// The way in.
    package let sink: SpoolSink

    /// Opens the spool for `endpoints`; nothing is sent yet. `captureStatistics` tells what the capture side has counted, for
    /// options data; `observedPackets` how many packets it has seen at this very moment, for each commit.
    package init(
        _ configuration: SpoolConfiguration, endpoints: [ExportEndpoint], options: IPFIXOptions,
        captureStatistics: @escaping @Sendable () -> ExportStatistics,
        observedPackets: @escaping @Sendable () -> UInt64
    ) throws(ExportError) {
        // What is wrong with a library or a file is to be known at the start, and before rights are given up.
        for endpoint in endpoints {
            if let address = endpoint.kafka { try KafkaSettings(endpoint, address).check() }
        }
        var configuration = configuration
        configuration.destinations = endpoints.map(\.name)
        do throws(SpoolError) {
            spool = try Spool(configuration, now: HostClock.timeOfDay, observedPackets: observedPackets)
        } catch {
            throw ExportError(error.description)
        }
        let spool = spool
        sink = SpoolSink(spool)
        streams = endpoints.compactMap {
            DeliveryStream($0, options: options, spool: spool, captureStatistics: captureStatistics)
        }
    }

    /// Begins to send.
    package func start() {
        for stream in streams { stream.start() }
    }

    /// Waits for the destinations to take what is left of the closed spool, until `deadline` or, if it is nil, for as long as any
    /// of them takes something within `patience` seconds and `isCancelled` says no. True when everything has arrived; what has
    /// not stays in the spool for the next run.
    package func finish(
        until deadline: Date? = nil, patience: Double = 60, isCancelled: () -> Bool = { false }
    ) -> Bool {
        var settled: [UInt64] = []
        var limit = deadline ?? Date(timeIntervalSinceNow: patience)
        var left = streams
        while !left.isEmpty, Date() < limit, !isCancelled() {
            left = left.filter { !$0.join(until: Date(timeIntervalSinceNow: 0.05)) }
            let now = streams.map { $0.account?.settled ?? 0 }
            if deadline == nil, now != settled { limit = Date(timeIntervalSinceNow: patience) }
            settled = now
        }
        for stream in left { stream.leave() }
        spool.conclude(now: HostClock.timeOfDay)
        return left.isEmpty
    }
}
