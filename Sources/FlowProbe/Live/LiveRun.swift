import Capture
import Delivery
import Exporter
import Foundation
import Logging
import MirrorHealth
import NetTypes
import PacketDecode
import Pipeline
import Sandbox
import Service

/// A live run from its first packet to its exit code.
final class LiveRun {
    /// A ring, or what stands for it, and the input it belongs to.
    struct Ring {
        let input: LivePlan.Input
        let ring: any LiveCapture
        /// The ways packets came, where rules bring them.
        var paths: SteeredPaths?
        /// Which of the input's workers, from 0.
        let worker: Int
        /// The interface, and which of its workers when there are several.
        let name: String
        /// Octets of the longest packet that the interface takes; nil when not known.
        let mtu: UInt32?
    }

    var plan: LivePlan
    private(set) var rings: [Ring] = []
    let outputs: LiveOutputs
    let pipeline: LivePipeline
    let metrics: LiveMetrics
    private let service: LiveService
    private let coverage: InputCoverage
    /// Who gives up what under overload; nil when nothing may be.
    let overload: OverloadPatrol?
    var logger: Logger
    let started = ContinuousClock.now
    /// What was last said about each ring and each destination, so that a change is said once.
    var ringProblems: [String?]
    var failures: [String?]
    /// Records given up for want of room as last said, and when.
    var givenUpSaid = (records: UInt64(0), at: ContinuousClock.Instant?.none)
    /// Who is told of events.
    let senders: [SyslogSender]
    /// What was last said about the spool and each of its collectors.
    var spoolProblem: String?
    var deliveryStates: [DeliveryStatus.State] = []
    var deliveryProblems: [String?] = []
    var deliveryRefusals: [String?] = []
    var deliverySwitches: [UInt64] = []
    /// Who judges the inputs; nil when nobody is to.
    var patrol: MirrorPatrol?
    /// Reads the configuration again: the plan it makes, what has changed, a line each, and what to call when that holds. Nil when
    /// there is none.
    var reload: (() throws -> (plan: LivePlan, changes: [String], accept: () -> Void))?

    /// Opens inputs and outputs; nothing is captured yet. Throws when one cannot be opened.
    init(_ plan: LivePlan) throws {
        self.plan = plan
        let senders = plan.events.map {
            SyslogSender(
                $0, host: plan.name ?? ProcessInfo.processInfo.hostName, enterpriseNumber: plan.output.enterpriseNumber)
        }
        self.senders = senders
        logger = Self.logger(plan, senders)
        try plan.output.checkOverlap(inputs: [])
        do throws(LiveError) {
            rings = try Self.open(plan)
        } catch {
            throw ProbeFailure(code: error.isUsage ? .usage : .inputUnreadable, message: error.description)
        }
        outputs = try LiveOutputs(plan, rings: rings.map(\.ring.status))
        // Before any thread begins: rights are a thread's, and those of the threads that it begins.
        try Self.giveUpRights(plan, logger)
        var configuration = LivePipeline.Configuration()
        configuration.table = plan.table
        configuration.table.stripeKey = UInt64.random(in: .min ... .max)
        // 64 ns for each number: no probe sees packets faster for as long as it runs, so that no two runs meet.
        configuration.table.flowIdBase = UInt64(Date().timeIntervalSince1970 * 1e9) / 64
        if plan.verdictSeconds != nil { patrol = MirrorPatrol(plan, rings) }
        configuration.annotate = Self.annotation(plan, patrol?.observer)
        configuration.checksums = plan.checksums
        let batches = DurationHistogram()
        configuration.batchTook = { batches.record(nanoseconds: UInt64(max(0, $0))) }
        var places = [String: Int]()
        let inputs = rings.map { ring in
            let place = places[ring.input.capture.name, default: 0]
            places[ring.input.capture.name] = place + 1
            return LivePipeline.Input(
                source: ring.ring, domain: UInt16(ring.input.domain - 1), segmentRule: ring.input.segmentRule,
                tunnels: plan.tunnels,
                mtu: ring.mtu,
                processor: place < ring.input.processors.count ? ring.input.processors[place] : nil)
        }
        pipeline = LivePipeline(configuration: configuration, inputs: inputs, destinations: outputs.destinations)
        overload = OverloadPatrol(plan, rings, pipeline)
        metrics = LiveMetrics(
            rings: rings.map {
                .init(
                    input: $0.input.capture.name, domain: $0.input.domain, source: $0.input.capture.interface,
                    worker: $0.worker,
                    status: $0.ring.status, paths: $0.paths)
            },
            pipeline: pipeline, outputs: outputs, overload: overload?.board, senders: senders,
            budget: plan.table.memoryOctets, batches: batches)
        coverage = InputCoverage(plan, rings, pipeline, overload, spool: outputs.delivery?.spool)
        service = try LiveService(plan, metrics, workers: rings.map { "The loop of \($0.name)" }, logger: logger)
        ringProblems = rings.map { _ in nil }
        failures = outputs.destinations.map { _ in nil }
        deliveryStates = outputs.delivery?.streams.map { _ in .connecting } ?? []
        deliveryProblems = outputs.delivery?.streams.map { _ in nil } ?? []
        deliveryRefusals = outputs.delivery?.streams.map { _ in nil } ?? []
        deliverySwitches = outputs.delivery?.streams.map { _ in 0 } ?? []
    }

    static func annotation(_ plan: LivePlan, _ observer: MirrorObserver?) -> LivePipeline.Annotation? {
        let zones = plan.zones
        guard zones != nil || observer != nil else { return nil }
        return { records in
            zones?.annotate(&records)
            observer?.observe(records.span)
        }
    }

    static func logger(_ plan: LivePlan, _ senders: [SyslogSender]) -> Logger {
        Logger(label: "flowprobe") { _ in
            EventLogHandler(LineLogHandler(format: plan.logFormat, level: plan.logLevel), to: senders)
        }
    }

    private static func giveUpRights(_ plan: LivePlan, _ logger: Logger) throws {
        guard let rights = plan.rights else { return }
        do throws(SandboxError) {
            let report = try Sandbox.enter(
                user: rights.user, group: rights.group, readable: rights.readable, writable: rights.writable,
                owned: rights.owned, givesVerdicts: rights.givesVerdicts)
            for line in report.lines { logger.log(level: report.isComplete ? .info : .notice, "\(line)") }
        } catch {
            throw ProbeFailure(code: .inputUnreadable, message: error.description)
        }
    }

    private static func open(_ plan: LivePlan) throws(LiveError) -> [Ring] {
        let frames = FrameCounter()
        var rings: [Ring] = []
        for (index, input) in plan.inputs.enumerated() {
            if input.capture.isSteered {
                let source = try NetfilterSource(input.capture, observationPoint: UInt8(index), frames: frames)
                rings.append(
                    Ring(
                        input: input, ring: source, paths: source.paths, worker: 0, name: input.capture.interface,
                        mtu: plan.mtu))
                continue
            }
            // Now: later this may be out of reach.
            let mtu = plan.mtu ?? NetworkInterface(named: input.capture.interface)?.mtu
            let group = input.capture.workers > 1 ? FanoutGroup() : nil
            for worker in 0..<input.capture.workers {
                let ring = try PacketRing(
                    input.capture, observationPoint: UInt8(index), frames: frames, group: group)
                let name = input.capture.interface + (group == nil ? "" : ", worker \(worker)")
                rings.append(Ring(input: input, ring: ring, worker: worker, name: name, mtu: mtu))
            }
        }
        return rings
    }

    /// Captures until it is told to end, then says what became of everything.
    func run() throws {
        let wake = DispatchSemaphore(value: 0)
        let signals = StopSignals { wake.signal() }
        let balanceRequest = SignalRequest(SIGUSR1) { wake.signal() }
        let reloadRequest = SignalRequest(SIGHUP) { wake.signal() }
        do throws(LiveError) {
            // Before the workers begin: a ring belongs to one thread at a time.
            for ring in rings { try ring.ring.start() }
        } catch {
            throw ProbeFailure(code: error.isUsage ? .usage : .inputUnreadable, message: error.description)
        }
        pipeline.start()
        outputs.delivery?.start()
        for sender in senders { sender.start() }
        for note in outputs.notes { logger.warning("\(note)", metadata: Self.event("found")) }
        sayStart(service.place)
        service.ready(statusLine)
        // Whatever is done to the host's time of day, a second is a second.
        var (lastSummary, lastTurn, lastVerdicts) = (
            ContinuousClock.now, ContinuousClock.now, ContinuousClock.now
        )
        while true {
            _ = wake.wait(timeout: .now() + 1)
            if signals.isRequested { break }
            service.beat(pipeline.workers)
            let now = ContinuousClock.now
            metrics.pass((now - lastTurn) / .seconds(1))
            lastTurn = now
            watchOverload()
            coverage.turn(logger)
            sayChanges()
            sayGivenUp()
            patrol?.observeClock()
            if let seconds = plan.verdictSeconds, now - lastVerdicts >= .seconds(seconds) {
                lastVerdicts = now
                judgeInputs()
            }
            if balanceRequest.take() { sayBalance() }
            if reloadRequest.take() { service.reloading { applyReload() } }
            if now - lastSummary >= .seconds(plan.summarySeconds) {
                lastSummary = now
                saySummary()
                service.tell(statusLine)
            }
        }
        withExtendedLifetime(signals) {}
        coverage.finish(logger)
        service.stopping(within: plan.drainSeconds)
        outputs.captureNumbers.value = captureStatistics(pipeline.snapshot())
        let deadline = Date(timeIntervalSinceNow: plan.drainSeconds)
        let (snapshot, unfinished) = pipeline.stop(within: plan.drainSeconds)
        let hasArrived = outputs.delivery?.finish(until: deadline) ?? true
        if !hasArrived { logger.notice("what collectors have not got stays in the spool for the next run") }
        service.stop()
        defer { endEvents() }
        try conclude(snapshot, unfinished)
    }

    /// Tells of the end, and waits a moment for the receivers of events.
    private func endEvents() {
        guard !senders.isEmpty else { return }
        logger.notice("the run has ended", metadata: Self.event("stop"))
        let deadline = Date(timeIntervalSinceNow: min(2, plan.drainSeconds))
        for sender in senders { sender.finish(until: deadline) }
    }

    private func conclude(_ snapshot: LiveSnapshot, _ unfinished: [Destination]) throws {
        sayChanges()
        let balance = balance(snapshot)
        var unprinted: (any Error)?
        if let summary = outputs.summary, !unfinished.contains(where: { $0.name == "report" }) {
            let descriptor: Int32 = plan.output.json == "-" ? 2 : 1
            var options = ReportOptions()
            options.top = plan.output.top
            options.color = plan.output.color.applies(to: descriptor)
            let text =
                ReportRenderer.render(summary, header: header(balance, snapshot), options: options)
                + Balance.section(captureLines + balance.lines + exportLines)
            do { try Terminal.printReport(text, to: descriptor) } catch { unprinted = error }
        } else {
            for line in captureLines + balance.lines + exportLines { logger.info("\(line)") }
        }
        for destination in unfinished {
            logger.error(
                "\(destination.name): not everything could be handed over within \(plan.drainSeconds) s.",
                metadata: Self.event("records-left", ["destination": destination.name]))
        }
        if let unprinted { throw unprinted }
        let hasFailed = outputs.destinations.contains { $0.failure != nil }
        if hasFailed || !unfinished.isEmpty { throw ProbeExit.outputFailed.parserCode }
        if !balance.mistakes.isEmpty { throw ProbeExit.inputDamaged.parserCode }
    }

    private func header(_ balance: Balance, _ snapshot: LiveSnapshot) -> ReportHeader {
        var header = ReportHeader()
        header.inputs = plan.inputs.map { "\($0.capture.interface), live" }
        header.packets = balance.packetsRead
        header.wireOctets = snapshot.tallies.wireOctets
        let lost = rings.reduce(0) { $0 + $1.ring.status.ringDrops.load(ordering: .relaxed) }
        if lost > 0 {
            header.damage.append("\(lost) packets were lost because a ring was full: see --ring and --workers.")
        }
        let left = snapshot.leftOut.packets.packets
        if left > 0 {
            header.damage.append("\(left) packets are of flows that were not selected under overload: see --overload.")
        }
        return header
    }

    func captureStatistics(_ snapshot: LiveSnapshot) -> ExportStatistics {
        var statistics = ExportStatistics()
        statistics.observedPackets = snapshot.tallies.packets
        statistics.observedOctets = snapshot.tallies.wireOctets
        let left = snapshot.leftOut.packets
        statistics.ignoredPackets =
            snapshot.tallies.nonFlowPackets + snapshot.counters.dropped.packets + left.packets
        statistics.ignoredOctets =
            snapshot.tallies.nonFlowWireOctets + snapshot.counters.dropped.wireOctets + left.wireOctets
        (statistics.notSelectedPackets, statistics.notSelectedOctets) = (left.packets, left.wireOctets)
        statistics.overload = overload?.states ?? []
        statistics.duplicatePackets = snapshot.counters.dropped.packets
        statistics.undecodablePackets = snapshot.tallies.undecodablePackets
        statistics.mirror = patrol?.states.map(\.state) ?? []
        statistics.captureLossPackets = rings.reduce(0) { $0 + $1.ring.status.ringDrops.load(ordering: .relaxed) }
        return statistics
    }
}
