import Exporter
import Logging
import MirrorHealth
import NetTypes
import Pipeline
import Spool

/// Watches every input for times in which it does not see everything, and has them told: in the log, and through the spool.
final class InputCoverage {
    private struct Watched {
        let name: String
        let point: UInt32
        let domain: UInt32
        let rings: [LiveRun.Ring]
        /// The rings' workers, by number.
        let workers: [Int]
        var watch: CoverageWatch
    }

    private var inputs: [Watched]
    private let spool: Spool?
    private let pipeline: LivePipeline
    private let overload: OverloadPatrol?

    /// For the inputs that `rings` belong to.
    init(
        _ plan: LivePlan, _ rings: [LiveRun.Ring], _ pipeline: LivePipeline, _ overload: OverloadPatrol?, spool: Spool?
    ) {
        self.spool = spool
        self.pipeline = pipeline
        self.overload = overload
        inputs = plan.inputs.enumerated().map { index, input in
            Watched(
                name: input.capture.name, point: UInt32(index + 1), domain: input.domain,
                rings: rings.filter { $0.input.capture.name == input.capture.name },
                workers: rings.indices.filter { rings[$0].input.capture.name == input.capture.name },
                watch: CoverageWatch(at: HostClock.timeOfDay))
        }
    }

    /// Reads every input; to be called about once a second.
    func turn(_ logger: Logger) {
        let now = HostClock.timeOfDay
        for index in inputs.indices {
            let reading = reading(inputs[index])
            tell(inputs[index].watch.observe(reading, at: now), of: inputs[index], logger)
        }
    }

    /// Tells of what is under way; to be called before the spool is closed.
    func finish(_ logger: Logger) {
        turn(logger)
        let now = HostClock.timeOfDay
        for index in inputs.indices { tell(inputs[index].watch.finish(at: now), of: inputs[index], logger) }
    }

    private func reading(_ input: Watched) -> CoverageWatch.Reading {
        let states = input.rings.map(\.ring.status)
        var reading = CoverageWatch.Reading(
            isUp: states.allSatisfy { $0.isUp.load(ordering: .relaxed) },
            ringLoss: states.reduce(0) { $0 + $1.ringDrops.load(ordering: .relaxed) },
            // The interface's, whichever worker read it last.
            adapterLoss: states.map { $0.interfaceDrops.load(ordering: .relaxed) }.max() ?? 0)
        guard let overload else { return reading }
        let given = overload.state(of: input.domain)
        (reading.isWithoutLabels, reading.isSelecting) = (!given.inspectsLabels, given.selector != .all)
        reading.leftOut = input.workers.reduce(0) {
            $0 + pipeline.workers[$1].packetsLeftOut.load(ordering: .relaxed)
        }
        return reading
    }

    private func tell(_ intervals: [CoverageWatch.Interval], of input: Watched, _ logger: Logger) {
        for interval in intervals {
            let (from, to) = (rfc3339(interval.start), rfc3339(interval.end))
            let sentence =
                switch interval.cause {
                case .down: "nothing was seen from \(from) to \(to): it was down."
                case .ring: "\(interval.lost) packets were lost from \(from) to \(to): its ring was full."
                case .adapter: "\(interval.lost) packets were lost from \(from) to \(to) by the adapter."
                case .labelsOff: "payloads were not looked at from \(from) to \(to), under overload."
                case .selection: "\(interval.lost) packets were left out from \(from) to \(to), of flows not selected."
                }
            logger.notice(
                "\(input.name): \(sentence)",
                metadata: LiveRun.event(
                    "coverage-gap",
                    [
                        "input": input.name, "cause": "\(interval.cause)", "start": from, "end": to,
                        "lost": "\(interval.lost)",
                    ]))
        }
        spool?.note(
            intervals.map {
                CoverageGap(
                    Self.cause($0.cause), start: $0.start, end: $0.end, observationPoint: input.point,
                    observationDomain: input.domain, lostPackets: $0.lost)
            })
    }

    private static func cause(_ cause: CoverageWatch.Cause) -> CoverageGap.Cause {
        switch cause {
        case .down: .inputDown
        case .ring: .ringLoss
        case .adapter: .adapterLoss
        case .labelsOff: .labelsOff
        case .selection: .selection
        }
    }
}
