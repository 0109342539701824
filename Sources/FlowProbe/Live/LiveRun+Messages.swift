import Capture
import Foundation
import Logging
import PacketDecode
import Pipeline

extension LiveRun {
    func sayStart(_ statusPages: String?) {
        for (index, input) in plan.inputs.enumerated() {
            let capture = input.capture
            if capture.isSteered {
                sayStart(steered: input, point: index + 1)
                continue
            }
            let workers = "\(capture.workers) worker\(capture.workers == 1 ? "" : "s")"
            let filter = capture.filter.map { ", filter '\($0)'" } ?? ""
            let use = input.described.map { "; \($0.role.rawValue) port, \($0.position.rawValue)" } ?? ""
            logger.notice(
                """
                captures \(capture.interface) as observation point \(index + 1) of domain \(input.domain), \(workers) \
                with a ring of \(capture.ringOctets >> 10) KiB each\(filter)\(use)
                """)
        }
        var names = outputs.destinations.map(\.name).filter { $0 != "report" }
        if let delivery = outputs.delivery { names += delivery.streams.map { "\($0.name) from the spool" } }
        if let statusPages { logger.notice("status pages at \(statusPages)") }
        let named = plan.name.map { ", as \($0)" } ?? ""
        logger.notice(
            "\(names.isEmpty ? "exports to nobody" : "exports to \(names.joined(separator: ", "))")\(named)",
            metadata: Self.event(
                "start",
                ["version": flowprobeVersion, "inputs": plan.inputs.map(\.capture.name).joined(separator: " ")]))
    }

    private func sayStart(steered input: LivePlan.Input, point: Int) {
        let buffer = "a buffer of \(input.capture.ringOctets >> 10) KiB"
        let place = "as observation point \(point) of domain \(input.domain)"
        switch input.capture.source {
        case .log: logger.notice("takes the copies of \(input.capture.interface) \(place), with \(buffer)")
        case .queue, .interface:
            logger.notice(
                """
                takes the packets of \(input.capture.interface) \(place) and lets them go on, with \(buffer); at most \
                \(input.capture.queueLength) are held
                """)
        }
    }

    /// Says what has become better or worse with inputs and destinations.
    func sayChanges() {
        sayDelivery()
        for (index, ring) in rings.enumerated() {
            let problem = ring.ring.status.problem
            guard problem != ringProblems[index] else { continue }
            ringProblems[index] = problem
            if let problem {
                logger.warning(
                    "\(problem)",
                    metadata: Self.event("input-state", ["input": ring.input.capture.name, "state": "down"]))
            } else {
                logger.notice(
                    "\(ring.input.capture.interface): captured again.",
                    metadata: Self.event("input-state", ["input": ring.input.capture.name, "state": "up"]))
            }
        }
        for (index, destination) in outputs.destinations.enumerated() {
            let failure = destination.failure
            guard failure != failures[index] else { continue }
            failures[index] = failure
            if let failure {
                logger.error(
                    "\(failure)",
                    metadata: Self.event("destination-state", ["destination": destination.name, "state": "failing"]))
            } else {
                logger.notice(
                    "\(destination.name): takes records again.",
                    metadata: Self.event("destination-state", ["destination": destination.name, "state": "streaming"]))
            }
        }
    }

    /// Says what has changed between the spool and its collectors.
    func sayDelivery() {
        guard let delivery = outputs.delivery else { return }
        let problem = delivery.spool.status.problem
        if problem != spoolProblem {
            spoolProblem = problem
            if let problem {
                logger.error(
                    "\(problem) Capture goes on; records that do not fit in memory are counted as lost.",
                    metadata: Self.event("spool-state", ["state": "failing"]))
            } else {
                logger.notice("the spool takes records again", metadata: Self.event("spool-state", ["state": "ok"]))
            }
        }
        for (index, stream) in delivery.streams.enumerated() {
            let status = stream.status
            // Not while all members fail in turn: that they do is said below.
            if let active = status.active, active.switches != deliverySwitches[index], status.state != .failing {
                deliverySwitches[index] = active.switches
                if let sentence = active.sentence {
                    logger.warning(
                        "\(sentence)",
                        metadata: Self.event("member-switch", ["destination": stream.name, "member": active.member]))
                }
            }
            if let refusal = status.refusal, refusal != deliveryRefusals[index] {
                deliveryRefusals[index] = refusal
                logger.warning("\(refusal)", metadata: Self.event("records-refused", ["destination": stream.name]))
            }
            guard status.state != deliveryStates[index] || status.problem != deliveryProblems[index] else { continue }
            (deliveryStates[index], deliveryProblems[index]) = (status.state, status.problem)
            let event = Self.event("destination-state", ["destination": stream.name, "state": status.state.rawValue])
            if let problem = status.problem {
                logger.warning("\(problem) Records stay in the spool meanwhile.", metadata: event)
            } else {
                logger.notice("\(stream.name): \(status.state.rawValue)", metadata: event)
            }
        }
    }

    /// Judges the inputs, and says what has changed about them.
    func judgeInputs() {
        let snapshot = pipeline.snapshot()
        guard let news = patrol?.judge(snapshot, rings, inputs: plan.inputs) else { return }
        outputs.captureNumbers.value = captureStatistics(snapshot)
        metrics.verdicts.withLock { $0 = patrol?.states ?? [] }
        for one in news {
            let verdict = one.entry.verdict
            let mending = [verdict.command.map { "See: \($0)" }, verdict.advice].compactMap { $0 }.joined(
                separator: " ")
            let message = "\(one.input), \(verdict.kind.name): \(verdict.sentence) \(mending)"
            let event = Self.event(
                "input-verdict",
                ["input": one.input, "verdict": verdict.kind.name, "severity": "\(one.entry.severity)"])
            switch one.entry.severity {
            case .fault: logger.error("\(message)", metadata: event)
            case .warning: logger.warning("\(message)", metadata: event)
            case .ok, .unknown:
                logger.notice("\(one.input), \(verdict.kind.name): mended. \(verdict.sentence)", metadata: event)
            }
        }
    }

    /// Gives up, or takes up again, what there is too much or too little to do for, and says so.
    func watchOverload() {
        guard let news = overload?.turn(), !news.isEmpty else { return }
        for one in news {
            let (from, to) = (one.change.from, one.change.to)
            var parts: [String] = []
            if to.inspectsLabels != from.inspectsLabels {
                parts.append("payloads are \(to.inspectsLabels ? "looked at again" : "no longer looked at for labels")")
            }
            if to.selector != from.selector {
                parts.append(
                    to.selector == .all
                        ? "every flow is counted again" : "one of \(to.selector.factor) flows is counted")
            }
            let isWorse = one.change.signal != .calm
            let lost = one.lost > 0 ? "; \(one.lost) packets were lost since the last look" : ""
            logger.log(
                level: isWorse ? .warning : .notice,
                "domain \(one.domain): \(one.change.signal.rawValue): \(parts.joined(separator: ", "))\(lost)",
                metadata: Self.event(
                    "overload-step",
                    [
                        "domain": "\(one.domain)", "step": "\(OverloadController.State.stepNames[Int(to.step)])",
                        "selector": "\(to.selector.id)", "lost": "\(one.lost)",
                    ]))
        }
        // At once: collectors are to know which selector holds since when.
        outputs.captureNumbers.value = captureStatistics(pipeline.snapshot())
    }

    func saySummary() {
        let snapshot = pipeline.snapshot()
        outputs.captureNumbers.value = captureStatistics(snapshot)
        let lost = rings.reduce(0) { $0 + $1.ring.status.ringDrops.load(ordering: .relaxed) }
        logger.info(
            "so far",
            metadata: [
                "packets": "\(snapshot.tallies.packets)", "lost": "\(lost)",
                "notSelected": "\(snapshot.leftOut.packets.packets)",
                "duplicates": "\(snapshot.counters.duplicates)", "flows": "\(snapshot.liveFlows)",
                "records": "\(snapshot.counters.records)", "tableMiB": "\(snapshot.tableOctets >> 20)",
                "seconds": "\((ContinuousClock.now - started).components.seconds)",
            ])
    }

    /// The run in a line, for `systemctl status`.
    var statusLine: String {
        let taken = rings.reduce(0) { $0 + $1.ring.status.handedOut.load(ordering: .relaxed) }
        let lost = rings.reduce(0) { $0 + $1.ring.status.ringDrops.load(ordering: .relaxed) }
        return
            "captures \(plan.inputs.map(\.capture.interface).joined(separator: ", ")): \(taken) packets, \(lost) lost"
    }

    func sayBalance() {
        let snapshot = pipeline.snapshot()
        for line in captureLines + balance(snapshot).lines + exportLines { logger.info("\(line)") }
    }

    func balance(_ snapshot: LiveSnapshot) -> Balance {
        var balance = Balance(snapshot)
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

    var captureLines: [String] {
        rings.flatMap { ring in
            let status = ring.ring.status
            if let paths = ring.paths { return steeredLines(ring.name, status, paths) }
            let other = status.otherDirection.load(ordering: .relaxed)
            return [
                "capture    \(ring.name): \(status.arrived.load(ordering: .relaxed)) arrived,"
                    + " \(status.ringDrops.load(ordering: .relaxed)) lost in the ring;"
                    + (other > 0 ? " \(other) went the other way;" : "")
                    + " the adapter lost \(status.interfaceDrops.load(ordering: .relaxed))"
            ]
        }
    }

    private func steeredLines(_ name: String, _ status: LiveSourceStatus, _ paths: SteeredPaths) -> [String] {
        let unreadable = status.malformed.load(ordering: .relaxed)
        return [
            "capture    \(name): \(status.arrived.load(ordering: .relaxed)) arrived,"
                + " \(status.ringDrops.load(ordering: .relaxed)) lost in the socket's buffer,"
                + " which was full \(status.ringFreezes.load(ordering: .relaxed)) times"
                + (unreadable > 0 ? "; \(unreadable) messages could not be read" : "")
        ] + paths.now.map { SteeredText.line(name, $0) }
    }

    var exportLines: [String] {
        var lines = outputs.books.map { Balance.exportLine($0.name, $0.statistics) }
        for destination in outputs.destinations {
            let discarded =
                destination.discardedByQueue.load(ordering: .relaxed)
                + destination.discardedByFailure.load(ordering: .relaxed)
            if discarded > 0 { lines.append("export     \(destination.name): \(discarded) records discarded") }
        }
        let lost = pipeline.discarded.load(ordering: .relaxed)
        if lost > 0 { lines.append("export     \(lost) records discarded before any destination") }
        return lines + (outputs.delivery.map(Balance.deliveryLines) ?? [])
    }
}
