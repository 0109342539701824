import Capture
import Exporter
import MirrorHealth
import NetTypes
import Pipeline

/// The doctor's verdicts while a run goes on, at no cost to its packets: they follow from flow records, the decoders'
/// tallies and the kernel's counters. The run's main loop owns it.
struct MirrorPatrol {
    /// An input with what was known of it when it was last judged.
    private struct Port {
        let input: LivePlan.Input
        let point: UInt32
        let rings: [Int]
        var packets = PacketEvidence()
        var counters = NetworkInterface.Counters()
        var arrived: UInt64 = 0
        var drops: UInt64 = 0
        var standing = StandingVerdicts()
    }

    /// What has changed about an input.
    struct News {
        let input: String
        let entry: StandingVerdicts.Entry
    }

    /// Kinds that say something of the port and its host whatever part of the traffic is asked for.
    private static let ofHost: Set<MirrorVerdict.Kind> = [.offload, .truncation, .clock, .adapter, .ring, .ownTraffic]

    let observer: MirrorObserver
    private var ports: [Port]
    private var clock = ClockWatch()
    private var clockSteps: UInt64 = 0
    /// Copies told by the table, and packets that it looked at for that; of all inputs together.
    private var copies = (told: UInt64(0), compared: UInt64(0))
    private let looksForCopies: Bool
    private var judged = ContinuousClock.now

    /// Of a run's inputs and rings, when nothing has been captured yet.
    init(_ plan: LivePlan, _ rings: [LiveRun.Ring]) {
        looksForCopies = plan.table.duplicates.action != .off
        // What rules bring has no port that could be wrong.
        let inputs = plan.inputs.enumerated().filter { !$0.element.capture.isSteered }
        ports = inputs.map { index, input in
            var port = Port(
                input: input, point: UInt32(index + 1),
                rings: rings.indices.filter { rings[$0].input.capture.name == input.capture.name })
            port.counters = NetworkInterface(named: input.capture.interface)?.counters ?? port.counters
            return port
        }
        let mtus = Dictionary(grouping: inputs.map(\.element), by: \.domain).mapValues { inputs in
            inputs.compactMap { NetworkInterface(named: $0.capture.interface)?.mtu }.max()
        }
        observer = MirrorObserver(domains: mtus.sorted { $0.key < $1.key }.map { (id: $0.key, mtu: $0.value) })
    }

    /// How every verdict stands, by input and kind.
    var states: [(input: String, state: MirrorState)] {
        ports.flatMap { port in
            port.standing.entries.map { entry in
                let state = MirrorState(
                    observationPointId: port.point, observationDomainId: port.input.domain,
                    kind: entry.verdict.kind.rawValue, severity: entry.severity.rawValue, since: entry.since,
                    sentence: entry.verdict.sentence)
                return (port.input.capture.name, state)
            }
        }
    }

    /// Looks at the clocks. Call it about once a second.
    mutating func observeClock() { clock.observeHost() }

    /// Judges what has come since the last time; what is news of it. The inputs may have changed their filters.
    mutating func judge(_ snapshot: LiveSnapshot, _ rings: [LiveRun.Ring], inputs: [LivePlan.Input]) -> [News] {
        let now = ContinuousClock.now
        let seconds = Double(judged.duration(to: now).components.seconds)
        judged = now
        let steps = clock.takeSteps()
        let packetSteps = snapshot.clockSteps &- clockSteps
        clockSteps = snapshot.clockSteps
        let copies = newCopies(snapshot)
        var flows: [UInt32: FlowEvidence] = [:]
        for domain in Set(ports.map(\.input.domain)) { flows[domain] = observer.take(domain: domain) }
        var news: [News] = []
        for index in ports.indices {
            var evidence = evidence(&ports[index], snapshot, rings)
            evidence.seconds = seconds
            evidence.flows = flows[ports[index].input.domain] ?? FlowEvidence()
            evidence.packets.clockSteps = packetSteps
            (evidence.packets.duplicates, evidence.packets.compared) = copies
            evidence.port.hostClockSteps = steps.count
            evidence.port.largestClockStep = steps.largest
            let place = Int(ports[index].point) - 1
            let capture = place < inputs.count ? inputs[place].capture : ports[index].input.capture
            let isPart = capture.filter != nil || capture.direction == .out
            let verdicts = MirrorVerdict.all(of: evidence).map { verdict in
                isPart && !Self.ofHost.contains(verdict.kind) ? verdict.withheld : verdict
            }
            news += ports[index].standing.take(verdicts, at: HostClock.timeOfDay).map {
                News(input: capture.name, entry: $0)
            }
        }
        return news
    }

    /// What the table has told of copies since the last time; nothing compared when nobody looks for them.
    private mutating func newCopies(_ snapshot: LiveSnapshot) -> (told: UInt64, compared: UInt64) {
        guard looksForCopies else { return (0, 0) }
        let counters = snapshot.counters
        let now = (told: counters.duplicates, compared: counters.packets &+ counters.dropped.packets)
        defer { copies = now }
        return (now.told &- copies.told, now.compared &- copies.compared)
    }

    /// What packets and the kernel tell of a port since the last time.
    private func evidence(_ port: inout Port, _ snapshot: LiveSnapshot, _ rings: [LiveRun.Ring]) -> MirrorEvidence {
        let name = port.input.capture.interface
        var evidence = MirrorEvidence(interface: name)
        var packets = PacketEvidence()
        var (arrived, drops) = (UInt64(0), UInt64(0))
        for ring in port.rings {
            packets.add(PacketEvidence(snapshot.workerTallies[ring]))
            arrived += rings[ring].ring.status.arrived.load(ordering: .relaxed)
            drops += rings[ring].ring.status.ringDrops.load(ordering: .relaxed)
        }
        evidence.packets = packets.since(port.packets)
        evidence.port.ringArrived = arrived - port.arrived
        evidence.port.ringDrops = drops - port.drops
        evidence.port.ringOctets = port.input.capture.ringOctets * port.rings.count
        (port.packets, port.arrived, port.drops) = (packets, arrived, drops)
        guard let interface = NetworkInterface(named: name) else {
            evidence.port.exists = false
            return evidence
        }
        let counters = interface.counters
        let counted = counters.since(port.counters)
        port.counters = counters
        evidence.port.isUp = interface.isUp
        evidence.port.hasCarrier = interface.hasCarrier
        evidence.port.carrierChanges = counted.carrierChanges
        evidence.port.mtu = interface.mtu
        evidence.port.receiveOffloads = interface.receiveOffloads
        evidence.port.adapterLosses = counted.lost
        evidence.port.adapterErrors = counted.damaged
        // An interface with an address is the host's own, and may send.
        if !interface.isLoopback, !interface.hasAddress {
            var own = OwnTraffic()
            own.sent = counted.sent
            evidence.own = own
        }
        return evidence
    }
}
