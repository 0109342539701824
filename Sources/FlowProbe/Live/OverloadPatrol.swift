import Exporter
import FlowTable
import NetTypes
import Pipeline
import Synchronization

/// Sees to it that a run that has too much to do gives up what its policy allows, in order, domain by domain. The run's main
/// loop owns it; what it tells is for anyone.
final class OverloadPatrol {
    /// What is given up in a domain, and how long each step has lasted.
    struct Standing: Sendable {
        /// Observation domain id.
        var domain: UInt32
        var state = OverloadController.State()
        /// Unix time of the last change.
        var since: Nanoseconds
        /// By step.
        var seconds = [Double](repeating: 0, count: OverloadController.State.stepNames.count)
        /// How often each step was come to.
        var entered = [UInt64](repeating: 0, count: OverloadController.State.stepNames.count)
    }

    /// A step that was taken.
    struct News {
        var domain: UInt32
        var change: OverloadController.Change
        var lost: UInt64
    }

    private struct Domain {
        let workers: [Int]
        var controller: OverloadController
        var lost: UInt64 = 0
        var busy: [UInt64]
        /// A change that the table has to be told of once more.
        var isFresh = false
    }

    /// How every domain stands, for anyone.
    final class Board: Sendable {
        private let all: Mutex<[Standing]>

        init(_ standings: [Standing]) { all = Mutex(standings) }

        var standings: [Standing] {
            get { all.withLock { $0 } }
            set { all.withLock { $0 = newValue } }
        }
    }

    let board: Board
    private var domains: [Domain] = []
    private let pipeline: LivePipeline
    private let rings: [LiveRun.Ring]
    private var last: Nanoseconds
    private var evicted: UInt64 = 0

    /// For the domains of a run; nil when it is to give up nothing.
    init?(_ plan: LivePlan, _ rings: [LiveRun.Ring], _ pipeline: LivePipeline) {
        guard plan.overload.limit != .off else { return nil }
        self.pipeline = pipeline
        self.rings = rings
        last = HostClock.monotonic
        let ids = Set(rings.map(\.input.domain)).sorted()
        for id in ids {
            let workers = rings.indices.filter { rings[$0].input.domain == id }
            domains.append(
                Domain(
                    workers: workers,
                    controller: OverloadController(plan.overload, labels: plan.table.labels != nil, at: last),
                    busy: workers.map { _ in 0 }))
        }
        board = Board(ids.map { Standing(domain: $0, since: HostClock.timeOfDay) })
    }

    /// Looks at every domain; what has changed. Call it about once a second.
    func turn() -> [News] {
        let now = HostClock.monotonic
        let seconds = max(Double(now - last) / 1e9, 1e-3)
        last = now
        let turnover = turnover(seconds)
        var news: [News] = []
        var standings = board.standings
        for index in domains.indices {
            let (reading, id) = (reading(&domains[index], seconds, turnover), standings[index].domain)
            let domain = UInt16(truncatingIfNeeded: id - 1)
            if domains[index].isFresh { pipeline.confirm(domains[index].controller.state, domain: domain) }
            standings[index].seconds[Int(standings[index].state.step)] += seconds
            let change = domains[index].controller.observe(reading, at: now)
            domains[index].isFresh = change != nil
            guard let change else { continue }
            pipeline.give(up: change.to, domain: domain)
            standings[index].state = change.to
            standings[index].since = HostClock.timeOfDay
            standings[index].entered[Int(change.to.step)] += 1
            news.append(News(domain: id, change: change, lost: reading.lost))
        }
        board.standings = standings
        return news
    }

    /// For options data.
    var states: [OverloadState] {
        board.standings.map {
            OverloadState(
                observationDomainId: $0.domain, step: $0.state.step, selector: $0.state.selector, since: $0.since)
        }
    }

    /// What is given up in a domain.
    func state(of domain: UInt32) -> OverloadController.State {
        board.standings.first { $0.domain == domain }?.state ?? OverloadController.State()
    }

    private func turnover(_ seconds: Double) -> Double {
        let pressure = pipeline.tablePressure
        let evictions = Double(pressure.evicted - min(pressure.evicted, evicted))
        evicted = pressure.evicted
        return evictions / seconds / Double(max(pressure.live, 1))
    }

    private func reading(
        _ domain: inout Domain, _ seconds: Double, _ turnover: Double
    ) -> OverloadController.Reading {
        var reading = OverloadController.Reading()
        reading.turnover = turnover
        var lost: UInt64 = 0
        for (place, worker) in domain.workers.enumerated() {
            let status = rings[worker].ring.status
            lost += status.ringDrops.load(ordering: .relaxed)
            reading.backlog = max(reading.backlog, Double(status.backlog.load(ordering: .relaxed)) / 100)
            let busy = pipeline.workers[worker].busy.load(ordering: .relaxed)
            reading.busy = max(reading.busy, Double(busy - domain.busy[place]) / 1e9 / seconds)
            domain.busy[place] = busy
        }
        reading.lost = lost - min(lost, domain.lost)
        domain.lost = lost
        return reading
    }
}
