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

    /// Opens the spool for `endpoints`, some of which may be members of `groups`; nothing is sent yet.
    /// `captureStatistics` tells what the capture side has counted, for options data; `observedPackets` how many packets it has seen at this very moment, for each commit.
    package init(
        _ configuration: SpoolConfiguration, endpoints: [ExportEndpoint], groups: [ExportGroup] = [],
        options: IPFIXOptions,
        captureStatistics: @escaping @Sendable () -> ExportStatistics,
        observedPackets: @escaping @Sendable () -> UInt64
    ) throws(ExportError) {
        // What is wrong with a library or a file is to be known at the start, and before rights are given up.
        for endpoint in endpoints {
            if let address = endpoint.kafka { try KafkaSettings(endpoint, address).check() }
        }
        var configuration = configuration
        let groups = groups.filter { !$0.members(of: endpoints).isEmpty }
        configuration.groups = groups.map {
            SpoolGroup(
                name: $0.title, kind: $0.kind == .failover ? .failover : .balance,
                members: $0.members(of: endpoints).map(\.name))
        }
        let plan = Self.plan(endpoints, groups)
        configuration.destinations = plan.map { $0.group?.kind == .failover ? $0.group?.title ?? "" : $0.endpoint.name }
        do throws(SpoolError) {
            spool = try Spool(configuration, now: HostClock.timeOfDay, observedPackets: observedPackets)
        } catch {
            throw ExportError(error.description)
        }
        let spool = spool
        sink = SpoolSink(spool)
        streams = plan.compactMap { endpoint, group in
            if let group, group.kind == .failover {
                return DeliveryStream(
                    group, members: group.members(of: endpoints), options: options, spool: spool,
                    captureStatistics: captureStatistics)
            }
            return DeliveryStream(
                endpoint, in: group, options: options, spool: spool, captureStatistics: captureStatistics)
        }
    }

    /// What is delivered to, in its order: endpoints, each with the group that it is in; of a group of failover the first.
    private static func plan(
        _ endpoints: [ExportEndpoint], _ groups: [ExportGroup]
    ) -> [(endpoint: ExportEndpoint, group: ExportGroup?)] {
        var begun: Set<String> = []
        return endpoints.compactMap { endpoint in
            let group = groups.first { $0.name == endpoint.parameters.group }
            if let group, group.kind == .failover, !begun.insert(group.name).inserted { return nil }
            return (endpoint, group)
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
