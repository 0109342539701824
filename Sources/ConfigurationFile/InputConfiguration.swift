import Capture
import Exporter
import PacketDecode

/// One entry of `inputs`: an interface that is listened to. It is one observation point (IE 138).
package struct InputConfiguration: Sendable, Equatable {
    /// Name in logs, metrics and options data; unique. `load` fills in the interface when the file names none.
    package var name = ""
    /// The network interface; or `nflog:GROUP`, `nfqueue:NUMBER`.
    package var interface = ""
    /// Observation domain (IE 149), from 1: inputs of one domain see parts of the same flows. `load` fills in the place
    /// in the list when the file has no number.
    package var domain: UInt32 = 0
    /// What the port is for.
    package var role = PortRole.access
    /// Which way packets pass here, as seen from the port.
    package var position = PortPosition.both
    /// Octets of the capture ring of each worker.
    package var ring = 64 << 20
    /// Octets of one block of the ring: the kernel hands packets over block by block.
    package var block = 1 << 20
    /// Octets kept of each packet.
    package var snapLength = 65535
    /// Whether the interface takes packets addressed to others.
    package var promiscuous = true
    /// Only packets that match, in the language of pcap-filter(7); nil for all. Whether it compiles is not checked here.
    package var filter: String?
    /// Which clock stamps the packets.
    package var timestamps = LiveInput.TimestampSource.host
    /// Threads that read and decode this input, each with a ring of its own.
    package var workers = 1
    /// How packets are shared among the workers.
    package var fanout = LiveInput.Fanout.hash
    /// CPUs the workers are pinned to, one each, in order; empty for none.
    package var cpus: [Int] = []
    /// Which packets of the interface are taken.
    package var direction = LiveInput.Direction.both
    /// Packets that a queue holds at most.
    package var queueLength = 256
    /// What keeps equal addresses apart.
    package var segment = PacketDecoder.SegmentRule.auto

    /// The defaults, without an interface.
    package init() {}

    /// What collectors are told of it, as the point with number `id`.
    package func observationPoint(_ id: UInt32) -> IPFIXOptions.ObservationPoint {
        var point = IPFIXOptions.ObservationPoint(
            id: id, observationDomainId: domain, interface: interface, name: name)
        switch role {
        case .core: point.role = .core
        case .access: point.role = .access
        case .virtual: point.role = .virtual
        }
        switch position {
        case .ingress: point.flowDirection = .ingress
        case .egress: point.flowDirection = .egress
        case .both: break
        }
        return point
    }

    /// What is to be captured, as the capturing room takes it.
    package var liveInput: LiveInput {
        var live = LiveInput(interface: interface)
        live.name = name
        live.ringOctets = ring
        live.blockOctets = block
        live.snapLength = UInt32(clamping: snapLength)
        live.isPromiscuous = promiscuous
        live.filter = filter
        live.direction = direction
        live.timestamps = timestamps
        live.fanout = fanout
        live.workers = workers
        live.queueLength = queueLength
        return live
    }
}

/// What a port is for.
package enum PortRole: String, Sendable, CaseIterable {
    /// Between parts of the network.
    case core
    /// Towards users and hosts.
    case access
    /// Of a virtual switch or machine.
    case virtual
}

/// Which way the packets of an observation point pass (IE 61 says it where it is one way only).
package enum PortPosition: String, Sendable, CaseIterable {
    /// Into the device.
    case ingress
    /// Out of the device.
    case egress
    /// Either.
    case both
}
