import Capture
import Delivery
import Exporter
import FlowTable
import Foundation
import MirrorHealth
import PacketDecode
import Pipeline
import Service
import Spool
import Synchronization

/// What a live run shows of itself to those who ask: the metrics page, and whether it is well.
final class LiveMetrics: Sendable {
    /// A ring as the page names it.
    struct Ring: Sendable {
        /// The input's name.
        let input: String
        /// Observation domain id.
        let domain: UInt32
        /// What is captured, as it was named.
        let source: String
        /// Which of the input's workers, from 0.
        let worker: Int
        let status: LiveSourceStatus
        /// The ways packets came, where rules bring them.
        let paths: SteeredPaths?
    }

    let batches: DurationHistogram
    /// How the inputs stand, as the main loop last judged.
    let verdicts = Mutex<[(input: String, state: MirrorState)]>([])
    let reloads = Atomic<UInt64>(0)
    let failedReloads = Atomic<UInt64>(0)
    private let rings: [Ring]
    private let pipeline: LivePipeline
    private let books: [LiveOutputs.Books]
    private let spool: Spool?
    private let streams: [DeliveryStream]
    private let overload: OverloadPatrol.Board?
    private let senders: [SyslogSender]
    private let budget: Int
    private let started = Date()
    /// Seconds that each input was down, by name.
    private let gaps = Mutex<[String: Double]>([:])

    init(
        rings: [Ring], pipeline: LivePipeline, outputs: LiveOutputs, overload: OverloadPatrol.Board?,
        senders: [SyslogSender],
        budget: Int,
        batches: DurationHistogram
    ) {
        self.overload = overload
        self.rings = rings
        self.pipeline = pipeline
        books = outputs.books
        spool = outputs.delivery?.spool
        streams = outputs.delivery?.streams ?? []
        self.senders = senders
        self.budget = budget
        self.batches = batches
    }

    /// Notes that `seconds` have passed, in which inputs that are down saw nothing.
    func pass(_ seconds: Double) {
        let down = Set(rings.filter { !$0.status.isUp.load(ordering: .relaxed) }.map(\.input))
        gaps.withLock { gaps in
            for input in down { gaps[input, default: 0] += seconds }
        }
    }

    /// What is missing for capturing and exporting, a sentence each.
    var readiness: HealthVerdict {
        var problems = rings.compactMap { $0.status.problem }
        problems += pipeline.destinations.compactMap(\.failure)
        problems += books.filter { !$0.isConnected && !$0.isDatagram }.map { "\($0.name): there is no connection." }
        problems += streams.compactMap(\.status.problem)
        if let problem = spool?.status.problem { problems.append(problem) }
        return HealthVerdict(problems: problems.reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
    }

    /// The numbers of now.
    var page: MetricsPage {
        let snapshot = pipeline.snapshot()
        var page = MetricsPage()
        page.set(.buildInfo, flowprobeVersion, to: 1)
        page.set(.startTime, to: started.timeIntervalSince1970)
        ProcessMetrics.current().add(to: &page)
        page.set(.reloads, "ok", to: reloads.load(ordering: .relaxed))
        page.set(.reloads, "failed", to: failedReloads.load(ordering: .relaxed))
        addInputs(snapshot, &page)
        addPackets(snapshot, &page)
        addFlows(snapshot, &page)
        addOverload(snapshot, &page)
        addExport(&page)
        page.set(.batchDuration, to: batches.snapshot)
        for (input, state) in verdicts.withLock({ $0 }) {
            guard let kind = MirrorVerdict.Kind(rawValue: state.kind) else { continue }
            page.set(.inputVerdict, input, kind.name, to: UInt64(state.severity))
        }
        page.set(.clockSteps, to: snapshot.clockSteps)
        page.set(.clockLag, to: max(0, Date().timeIntervalSince1970 - Double(snapshot.watermark) / 1e9))
        // Between two batches only: a snapshot that had to give up waiting shows sums that are still under way.
        if snapshot.isExact {
            page.set(.balance, to: Balance(snapshot).mistakes.isEmpty)
        }
        return page
    }

    private func addInputs(_ snapshot: LiveSnapshot, _ page: inout MetricsPage) {
        for name in Set(rings.map(\.input)) {
            let own = rings.indices.filter { rings[$0].input == name }
            func sum(_ number: (LiveSourceStatus) -> UInt64) -> UInt64 {
                own.reduce(0) { $0 + number(rings[$1].status) }
            }
            page.set(.inputPackets, name, to: own.reduce(0) { $0 + snapshot.workerTallies[$1].packets })
            page.set(.inputOctets, name, to: own.reduce(0) { $0 + snapshot.workerTallies[$1].wireOctets })
            page.set(.inputDrops, name, "ring", to: sum { $0.ringDrops.load(ordering: .relaxed) })
            page.set(
                .inputDrops, name, "interface",
                to: own.map { rings[$0].status.interfaceDrops.load(ordering: .relaxed) }.max() ?? 0)
            page.set(.inputMalformed, name, to: sum { $0.malformed.load(ordering: .relaxed) })
            page.set(.inputUp, name, to: own.allSatisfy { rings[$0].status.isUp.load(ordering: .relaxed) })
            page.set(.inputReopens, name, to: sum { $0.reopens.load(ordering: .relaxed) })
            let last = own.map { rings[$0].status.lastPacket.load(ordering: .relaxed) }.max() ?? 0
            page.set(.inputLastPacket, name, to: Double(last) / 1e9)
            page.set(.coverageGap, name, "down", to: gaps.withLock { $0[name] ?? 0 })
        }
        for ring in rings { addPaths(ring, &page) }
        for (ring, worker) in zip(rings, pipeline.workers) {
            let number = String(ring.worker)
            page.set(.workerBusy, ring.input, number, to: Double(worker.busy.load(ordering: .relaxed)) / 1e9)
            page.set(.workerTurns, ring.input, number, to: worker.turns.load(ordering: .relaxed))
        }
    }

    private func addPaths(_ ring: Ring, _ page: inout MetricsPage) {
        guard let paths = ring.paths else { return }
        // A rule without a prefix, a device that has gone and come back: what reads the same is one sample.
        var sums: [[String]: UInt64] = [:]
        for path in paths.now {
            let (from, to) = (SteeredText.device(path.inDevice), SteeredText.device(path.outDevice))
            sums[[ring.source, SteeredText.rule(path), path.hook, from, to], default: 0] += path.packets
        }
        for (labels, packets) in sums { page.set(.steeredPackets, labels: labels, to: packets) }
    }

    private func addPackets(_ snapshot: LiveSnapshot, _ page: inout MetricsPage) {
        let (tallies, counters) = (snapshot.tallies, snapshot.counters)
        let outOfFlows = counters.dropped.packets + snapshot.leftOut.packets.packets
        page.set(.packets, "flow", to: tallies.flowPackets - min(tallies.flowPackets, outOfFlows))
        page.set(.packets, "not_selected", to: snapshot.leftOut.packets.packets)
        page.set(.packets, "duplicate", to: counters.dropped.packets)
        page.set(.packets, "not_a_flow", to: tallies.nonFlowPackets)
        page.set(.packets, "undecodable", to: tallies.undecodablePackets)
        for reason in UndecodableReason.allCases { page.set(.undecodable, "\(reason)", to: tallies.count(reason)) }
        for kind in TunnelKind.allCases where kind != .none {
            page.set(.tunnelledPackets, "\(kind)", to: tallies.count(kind))
        }
        for tunnel in OpaqueTunnel.allCases { page.set(.opaquePackets, "\(tunnel)", to: tallies.count(tunnel)) }
        let outOfTunnels = counters.droppedTunnelCopies.packets + snapshot.leftOut.tunnelCopies.packets
        page.set(.tunnelCopies, to: tallies.tunnelCopies - min(tallies.tunnelCopies, outOfTunnels))
        page.set(.duplicates, "copy", to: counters.duplicates)
        page.set(.duplicates, "uncertain", to: counters.uncertainDuplicates)
        page.set(.duplicates, "forgotten", to: counters.duplicatesForgotten)
        page.set(.mergedEstimate, to: tallies.mergedEstimate)
        page.set(.waitingFragments, to: snapshot.waitingFragments)
        page.set(.icmpErrors, "known", to: snapshot.counters.errorsLinked)
        page.set(.icmpErrors, "unknown", to: snapshot.counters.errorsWithoutFlow)
        for anomaly in Anomaly.allCases { page.set(.anomalies, "\(anomaly)", to: tallies.count(anomaly)) }
    }

    /// What is given up, by input, so that it can be held against the input's other numbers.
    private func addOverload(_ snapshot: LiveSnapshot, _ page: inout MetricsPage) {
        guard let overload else { return }
        for standing in overload.standings {
            for name in Set(rings.filter { $0.domain == standing.domain }.map(\.input)) {
                page.set(.overloadStep, name, to: UInt64(standing.state.step))
                page.set(.selectionFactor, name, to: standing.state.selector.factor)
                for (number, step) in OverloadController.State.stepNames.enumerated() {
                    page.set(.overloadChanges, name, step, to: standing.entered[number])
                    page.set(.overloadTime, name, step, to: standing.seconds[number])
                }
                var left = PacketSums()
                for (ring, sums) in zip(rings, snapshot.workerLeftOut) where ring.input == name {
                    left.add(sums.packets)
                }
                page.set(.notSelectedPackets, name, to: left.packets)
                page.set(.notSelectedOctets, name, to: left.wireOctets)
            }
        }
    }

    private func addFlows(_ snapshot: LiveSnapshot, _ page: inout MetricsPage) {
        let counters = snapshot.counters
        page.set(.flowsBegun, to: counters.flowsBegun)
        for (number, reason) in Balance.endReasons {
            page.set(.flowsEnded, reason, to: counters.flowsEnded[number])
            page.set(.slicesCut, reason, to: counters.slicesCut[number])
        }
        page.set(.flowsLive, to: snapshot.liveFlows)
        page.set(.records, to: counters.records)
        page.set(.tableMemory, to: snapshot.tableOctets)
        page.set(.tableBudget, to: budget)
        page.set(.labelRefusals, to: counters.labelRefusals)
        page.set(.labelsCutShort, to: counters.labelsCutShort)
        page.set(.fingerprintsRefused, to: counters.fingerprintRefusals)
        page.set(.attributesRefused, to: counters.attributeRefusals)
        page.set(.damagedHeaders, to: counters.damagedHeaders)
    }

    private func addExport(_ page: inout MetricsPage) {
        for destination in pipeline.destinations {
            let own = books.first { $0.name == destination.name }
            let discarded =
                destination.discardedByQueue.load(ordering: .relaxed)
                + destination.discardedByFailure.load(ordering: .relaxed)
            if let own {
                let sent = own.statistics
                page.set(.exportRecords, destination.name, to: sent.records)
                page.set(.exportOctets, destination.name, to: sent.octets)
                page.set(.exportMessages, destination.name, to: sent.messages)
                page.set(.exportCutAttributes, destination.name, to: sent.cutAttributes)
                page.set(.exportFailed, destination.name, to: sent.failedRecords + discarded)
                if own.isFiltered { page.set(.exportFiltered, destination.name, to: sent.filtered) }
                if own.isNetFlow {
                    for reason in Inexpressible.Reason.allCases {
                        page.set(
                            .exportInexpressible, destination.name, reason.rawValue, to: sent.inexpressible[reason])
                    }
                }
            } else {
                page.set(.exportRecords, destination.name, to: destination.records.load(ordering: .relaxed))
                page.set(.exportFailed, destination.name, to: discarded)
            }
            page.set(.exportUp, destination.name, to: destination.failure == nil && own?.isConnected != false)
        }
        if let spool { addDelivery(spool.status, &page) }
        for sender in senders {
            let (name, status) = (sender.address.name, sender.status)
            page.set(.eventsSent, name, to: status.sent)
            page.set(.eventsLost, name, to: status.lost)
            page.set(.eventsUp, name, to: status.problem == nil)
        }
        page.set(.exportQueue, to: pipeline.destinations.map(\.queued).max() ?? 0)
        page.set(.exportDiscarded, "queue full", to: pipeline.discarded.load(ordering: .relaxed))
    }
}

// What the spool and its destinations are doing.
extension LiveMetrics {
    private func addDelivery(_ spool: SpoolStatus, _ page: inout MetricsPage) {
        page.set(.spoolRecords, to: spool.made)
        page.set(.spoolOctets, to: spool.octets)
        page.set(.spoolUp, to: spool.problem == nil)
        for (reason, records) in spool.lost { page.set(.spoolLost, reason.rawValue, to: records) }
        for stream in streams {
            let status = stream.status
            guard let account = stream.account else { continue }
            page.set(.deliveryAcknowledged, stream.name, to: account.acknowledged)
            page.set(.deliveryPending, stream.name, to: spool.made - min(spool.made, account.settled))
            page.set(.deliveryFiltered, stream.name, to: account.filtered)
            page.set(.deliveryResent, stream.name, to: account.resent)
            page.set(.deliveryLast, stream.name, to: Double(status.lastAcknowledged ?? 0) / 1e9)
            for reason in SpoolAccount.DiscardReason.allCases {
                page.set(.deliveryDiscarded, stream.name, reason.rawValue, to: account.discarded(reason))
            }
            for state in DeliveryStatus.State.allCases {
                page.set(.deliveryState, stream.name, state.rawValue, to: status.state == state)
            }
            if let active = status.active {
                page.set(.deliverySwitches, stream.name, to: active.switches)
                page.set(.deliveryActiveSince, stream.name, to: Double(active.since) / 1e9)
                for member in stream.members {
                    page.set(.deliveryActive, stream.name, member, to: member == active.member)
                }
            }
            for (end, requests) in status.requests {
                page.set(.deliveryRequests, stream.name, end.rawValue, to: requests)
            }
            page.set(.exportRecords, stream.name, to: status.sent.records)
            page.set(.exportOctets, stream.name, to: status.sent.octets)
            page.set(.exportMessages, stream.name, to: status.sent.messages)
            page.set(.exportCutAttributes, stream.name, to: status.sent.cutAttributes)
            page.set(.exportFailed, stream.name, to: account.discarded)
            page.set(.exportUp, stream.name, to: status.problem == nil)
        }
    }
}
