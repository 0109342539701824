import Capture
import Foundation
import MirrorHealth
import NetTypes
import PacketDecode
import Synchronization

/// Interfaces that are watched together, on a thread of its own: their rings, their counters before and after.
// SAFETY: (@unchecked) the thread alone uses what changes, from `start` until `finish` has waited for its end.
final class DoctorWatch: @unchecked Sendable {
    /// One interface.
    private struct Port {
        let input: LiveInput
        let ring: PacketRing
        /// What the host sends, on interfaces where that means something.
        let own: OwnTrafficWatch?
        let mtu: UInt32?
        let receiveOffloads: [String]?
        let before: NetworkInterface.Counters
    }

    private let ports: [Port]
    private let watch: MirrorWatch
    private var clock = ClockWatch()
    private var begun = ContinuousClock.now
    private var ended = ContinuousClock.now
    private let stopping = Atomic(false)
    private let working = DispatchGroup()

    /// Opens the interfaces' rings. Nothing is captured before `start`.
    init(_ inputs: [LiveInput]) throws(LiveError) {
        var ports: [Port] = []
        let frames = FrameCounter()
        for (index, input) in inputs.enumerated() { ports.append(try Self.open(input, UInt8(index), frames)) }
        self.ports = ports
        watch = MirrorWatch(ports.map(\.ring), mtu: ports.compactMap(\.mtu).max())
    }

    private static func open(_ input: LiveInput, _ index: UInt8, _ frames: FrameCounter) throws(LiveError) -> Port {
        guard let interface = NetworkInterface(named: input.interface) else {
            throw .missing(interface: input.interface)
        }
        let ring = try PacketRing(input, observationPoint: index, frames: frames, group: nil)
        var own: OwnTrafficWatch?
        if !interface.isLoopback {
            var outgoing = LiveInput(interface: input.interface)
            outgoing.direction = .out
            outgoing.snapLength = 256
            outgoing.blockOctets = 1 << 16
            outgoing.ringOctets = 1 << 18
            outgoing.isPromiscuous = false
            let ring = try PacketRing(outgoing, observationPoint: index, frames: FrameCounter(), group: nil)
            try ring.start()
            own = OwnTrafficWatch(ring)
        }
        return Port(
            input: input, ring: ring, own: own, mtu: interface.mtu, receiveOffloads: interface.receiveOffloads,
            before: interface.counters)
    }

    /// Begins to watch.
    func start() throws(LiveError) {
        for port in ports { try port.ring.start() }
        begun = .now
        working.enter()
        let thread = Thread {
            self.work()
            self.working.leave()
        }
        thread.name = "doctor"
        thread.start()
    }

    /// Ends the watch; returns at once.
    func stop() { stopping.store(true, ordering: .sequentiallyConsistent) }

    private func work() {
        var maintained = ContinuousClock.now
        clock.observeHost()
        while !stopping.load(ordering: .sequentiallyConsistent) {
            watch.turn()
            guard ContinuousClock.now - maintained >= .seconds(1) else { continue }
            maintained = .now
            watch.maintain()
            clock.observeHost()
            for port in ports { port.own?.turn() }
        }
        ended = .now
        let latency = ports.map(\.ring.latency).max() ?? 0
        watch.finish { ContinuousClock.now - self.ended >= .nanoseconds(latency) }
        clock.observeHost()
        for port in ports { port.own?.turn() }
    }

    private static func nanoseconds(_ duration: Duration) -> Nanoseconds {
        let (seconds, attoseconds) = duration.components
        return seconds * nanosecondsPerSecond + attoseconds / 1_000_000_000
    }

    /// Waits for the thread; what was seen of each interface.
    func finish() -> [MirrorEvidence] {
        working.wait()
        let flows = watch.takeFlows()
        return ports.indices.map { evidence($0, flows) }
    }

    private func evidence(_ index: Int, _ flows: FlowEvidence) -> MirrorEvidence {
        let port = ports[index]
        let status = port.ring.status
        var evidence = MirrorEvidence(interface: port.input.interface)
        evidence.seconds = Double(Self.nanoseconds(begun.duration(to: ended))) / 1e9
        evidence.flows = flows
        evidence.packets = watch.packetEvidence(index)
        evidence.port.mtu = port.mtu
        evidence.port.receiveOffloads = port.receiveOffloads
        evidence.port.ringArrived = status.arrived.load(ordering: .relaxed)
        evidence.port.ringDrops = status.ringDrops.load(ordering: .relaxed)
        evidence.port.ringOctets = port.input.ringOctets
        evidence.port.hostClockSteps = clock.steps
        evidence.port.largestClockStep = clock.largestStep
        guard let interface = NetworkInterface(named: port.input.interface) else {
            evidence.port.exists = false
            return evidence
        }
        let counted = interface.counters.since(port.before)
        evidence.port.isUp = interface.isUp
        evidence.port.hasCarrier = interface.hasCarrier
        evidence.port.carrierChanges = counted.carrierChanges
        evidence.port.adapterLosses = counted.lost
        evidence.port.adapterErrors = counted.damaged
        if let own = port.own {
            var traffic = own.traffic
            traffic.sent = max(traffic.sent, counted.sent)
            evidence.own = traffic
        }
        return evidence
    }
}
