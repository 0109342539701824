import Capture
import Exporter
import Foundation
import NetTypes
import PacketDecode
import Pipeline

/// A live run from its first packet to its exit code.
final class LiveRun {
    /// A ring, and the input it belongs to.
    private struct Ring {
        let input: LivePlan.Input
        let ring: PacketRing
        /// The interface, and which of its workers when there are several.
        let name: String
    }

    private var plan: LivePlan
    private var rings: [Ring] = []
    private let outputs: LiveOutputs
    private let pipeline: LivePipeline
    private let started = Date()
    /// What was last said about each ring and each destination, so that a change is said once.
    private var ringProblems: [String?]
    private var failures: [String?]
    /// Reads the configuration again: the plan it makes, and what has changed, a line each. Nil when there is none.
    var reload: (() throws -> (LivePlan, [String]))?

    /// Opens inputs and outputs; nothing is captured yet. Throws when one cannot be opened.
    init(_ plan: LivePlan) throws {
        self.plan = plan
        try plan.output.checkOverlap(inputs: [])
        do throws(LiveError) {
            rings = try Self.open(plan)
        } catch {
            throw ProbeFailure(code: error.isUsage ? .usage : .inputUnreadable, message: error.description)
        }
        outputs = try LiveOutputs(plan)
        var configuration = LivePipeline.Configuration()
        configuration.table = plan.table
        configuration.table.stripeKey = UInt64.random(in: .min ... .max)
        // 64 ns for each number: no probe sees packets faster for as long as it runs, so that no two runs meet.
        configuration.table.flowIdBase = UInt64(Date().timeIntervalSince1970 * 1e9) / 64
        configuration.annotate = Self.annotation(plan)
        var places = [String: Int]()
        let inputs = rings.map { ring in
            let place = places[ring.input.capture.interface, default: 0]
            places[ring.input.capture.interface] = place + 1
            return LivePipeline.Input(
                source: ring.ring, domain: UInt16(ring.input.domain - 1), segmentRule: ring.input.segmentRule,
                processor: place < ring.input.processors.count ? ring.input.processors[place] : nil)
        }
        pipeline = LivePipeline(configuration: configuration, inputs: inputs, destinations: outputs.destinations)
        ringProblems = rings.map { _ in nil }
        failures = outputs.destinations.map { _ in nil }
    }

    private static func annotation(_ plan: LivePlan) -> LivePipeline.Annotation? {
        guard let zones = plan.zones else { return nil }
        return { zones.annotate(&$0) }
    }

    private static func open(_ plan: LivePlan) throws(LiveError) -> [Ring] {
        let frames = FrameCounter()
        var rings: [Ring] = []
        for (index, input) in plan.inputs.enumerated() {
            let group = input.capture.workers > 1 ? FanoutGroup() : nil
            for worker in 0..<input.capture.workers {
                let ring = try PacketRing(
                    input.capture, observationPoint: UInt8(index), frames: frames, group: group)
                let name = input.capture.interface + (group == nil ? "" : ", worker \(worker)")
                rings.append(Ring(input: input, ring: ring, name: name))
            }
        }
        return rings
    }

    /// Captures until it is told to end, then says what became of everything.
    func run() throws {
        let stop = DispatchSemaphore(value: 0)
        let signals = StopSignals { stop.signal() }
        let balanceRequest = SignalRequest(SIGUSR1)
        let reloadRequest = SignalRequest(SIGHUP)
        pipeline.start()
        do throws(LiveError) {
            for ring in rings { try ring.ring.start() }
        } catch {
            _ = pipeline.stop(within: 1)
            throw ProbeFailure(code: error.isUsage ? .usage : .inputUnreadable, message: error.description)
        }
        sayStart()
        var lastSummary = Date()
        while stop.wait(timeout: .now() + 1) == .timedOut {
            sayChanges()
            if balanceRequest.take() { sayBalance() }
            if reloadRequest.take() { applyReload() }
            if Date().timeIntervalSince(lastSummary) >= plan.summarySeconds {
                lastSummary = Date()
                saySummary()
            }
        }
        withExtendedLifetime(signals) {}
        outputs.captureNumbers.value = captureStatistics(pipeline.snapshot())
        let (snapshot, unfinished) = pipeline.stop(within: plan.drainSeconds)
        try conclude(snapshot, unfinished)
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
            for line in captureLines + balance.lines + exportLines { say(line) }
        }
        for destination in unfinished {
            say("\(destination.name): not everything could be handed over within \(plan.drainSeconds) s.")
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
        return header
    }

    private func captureStatistics(_ snapshot: LiveSnapshot) -> ExportStatistics {
        var statistics = ExportStatistics()
        statistics.observedPackets = snapshot.tallies.packets
        statistics.observedOctets = snapshot.tallies.wireOctets
        statistics.ignoredPackets = snapshot.tallies.nonFlowPackets
        statistics.ignoredOctets = snapshot.tallies.nonFlowWireOctets
        statistics.undecodablePackets = snapshot.tallies.undecodablePackets
        statistics.captureLossPackets = rings.reduce(0) { $0 + $1.ring.status.ringDrops.load(ordering: .relaxed) }
        return statistics
    }
}

// What changes while the run lasts.
extension LiveRun {
    /// Takes over what can change without losing a packet, and says what it was; a wrong configuration changes nothing.
    private func applyReload() {
        guard let reload else {
            say("SIGHUP: this run has no configuration file to read again.")
            return
        }
        do {
            let (fresh, changes) = try reload()
            pipeline.change(timeouts: fresh.table, annotate: Self.annotation(fresh))
            for (index, input) in fresh.inputs.enumerated() where index < plan.inputs.count {
                guard input.capture.filter != plan.inputs[index].capture.filter else { continue }
                for ring in rings where ring.input.capture.interface == input.capture.interface {
                    try ring.ring.change(filter: input.capture.filter)
                }
            }
            plan = fresh
            say(changes.isEmpty ? "configuration read again: nothing has changed" : "configuration read again:")
            for change in changes { say("  \(change)") }
        } catch let failure as ProbeFailure {
            say("the configuration stays as it is: \(failure.message)")
        } catch let error as LiveError {
            say("the configuration stays as it is: \(error.description)")
        } catch {
            say("the configuration stays as it is.")
        }
    }
}

// What the run says while it lasts.
extension LiveRun {
    private func say(_ text: String) { Terminal.write("flowprobe: \(text)\n", to: 2) }

    private func sayStart() {
        for (index, input) in plan.inputs.enumerated() {
            let capture = input.capture
            say(
                "captures \(capture.interface) as observation point \(index + 1) of domain \(input.domain),"
                    + " \(capture.workers) worker\(capture.workers == 1 ? "" : "s") with a ring of"
                    + " \(capture.ringOctets >> 10) KiB each"
                    + (capture.filter.map { ", filter '\($0)'" } ?? ""))
        }
        let names = outputs.destinations.map(\.name).filter { $0 != "report" }
        say(names.isEmpty ? "exports to nobody" : "exports to \(names.joined(separator: ", "))")
    }

    /// Says what has become better or worse with inputs and destinations.
    private func sayChanges() {
        for (index, ring) in rings.enumerated() {
            let problem = ring.ring.status.problem
            guard problem != ringProblems[index] else { continue }
            ringProblems[index] = problem
            say(problem ?? "\(ring.input.capture.interface): captured again.")
        }
        for (index, destination) in outputs.destinations.enumerated() {
            let failure = destination.failure
            guard failure != failures[index] else { continue }
            failures[index] = failure
            say(failure ?? "\(destination.name): takes records again.")
        }
    }

    private func saySummary() {
        let snapshot = pipeline.snapshot()
        outputs.captureNumbers.value = captureStatistics(snapshot)
        let lost = rings.reduce(0) { $0 + $1.ring.status.ringDrops.load(ordering: .relaxed) }
        say(
            "\(snapshot.tallies.packets) packets, \(lost) lost; \(snapshot.liveFlows) flows alive,"
                + " \(snapshot.counters.records) records; table \(snapshot.tableOctets >> 20) MiB;"
                + " up \(Int(Date().timeIntervalSince(started))) s")
    }

    private func sayBalance() {
        let snapshot = pipeline.snapshot()
        for line in captureLines + balance(snapshot).lines + exportLines { say(line) }
    }

    private func balance(_ snapshot: LiveSnapshot) -> Balance {
        var balance = Balance(snapshot, inputs: rings.map { $0.ring.status })
        for ring in rings where !pipelineRuns {
            let status = ring.ring.status
            let arrived = status.arrived.load(ordering: .relaxed)
            let lost = status.ringDrops.load(ordering: .relaxed)
            balance.inputSums.append(
                Balance.Sum(
                    what: "\(ring.name): arrived = lost + handed out + other direction", left: arrived,
                    right: lost + status.handedOut.load(ordering: .relaxed)
                        + status.otherDirection.load(ordering: .relaxed)))
        }
        return balance
    }

    /// While packets come, those that lie in a ring have arrived but are not handed out.
    private var pipelineRuns: Bool { !pipeline.isOver }

    private var captureLines: [String] {
        rings.map { ring in
            let status = ring.ring.status
            let other = status.otherDirection.load(ordering: .relaxed)
            return "capture    \(ring.name): \(status.arrived.load(ordering: .relaxed)) arrived,"
                + " \(status.ringDrops.load(ordering: .relaxed)) lost in the ring;"
                + (other > 0 ? " \(other) went the other way;" : "")
                + " the adapter lost \(status.interfaceDrops.load(ordering: .relaxed))"
        }
    }

    private var exportLines: [String] {
        var lines = outputs.books.map { Balance.exportLine($0.name, $0.statistics) }
        for destination in outputs.destinations {
            let discarded =
                destination.discardedByQueue.load(ordering: .relaxed)
                + destination.discardedByFailure.load(ordering: .relaxed)
            if discarded > 0 { lines.append("export     \(destination.name): \(discarded) records discarded") }
        }
        let lost = pipeline.discarded.load(ordering: .relaxed)
        if lost > 0 { lines.append("export     \(lost) records discarded before any destination") }
        return lines
    }
}
