import FlowTable
import NetTypes
import PacketDecode

/// One packet as a test thinks of it: who sent what to whom. `facts` puts it the decoder's way.
struct Packet {
    struct TCP {
        var flags: UInt8
        var sequence: UInt32 = 1000
        var acknowledgement: UInt32 = 0
    }

    var time: Nanoseconds = 0
    var frame: UInt64 = 1
    var source = IPAddress(v4: 0xC000_0201)
    var destination = IPAddress(v4: 0xC000_0202)
    var protocolIdentifier: UInt8 = 17
    /// Nil: no ports were seen.
    var ports: (source: UInt16, destination: UInt16)?
    /// Nil: no TCP header was seen.
    var tcp: TCP?
    var icmp: (type: UInt8, code: UInt8, identifier: UInt16)?
    var segment: UInt32?
    var vlan: UInt16?
    var macs: (source: UInt64, destination: UInt64)?
    /// What carried the packet, as the decoder tells it: from sender to receiver.
    var tunnel: TunnelFacts?
    /// The flow is a tunnel's own, in which the packet counts again.
    var isTunnelCopy = false
    var payload: UInt32 = 0
    /// IP and transport headers.
    var headers: UInt32 = 40
    /// Octets on the wire beyond the IP packet.
    var overhead: UInt32 = 14
    var timeToLive: UInt8 = 64
    var classOfService: UInt8 = 0
    /// Not nil: no packet, but the news that an ICMP error with this type and code came about this packet.
    var error: UInt16?

    static let second = nanosecondsPerSecond

    /// A datagram between two fixed hosts, of which `byPort` chooses the sender.
    static func udp(_ time: Nanoseconds, _ source: UInt16, _ destination: UInt16, payload: UInt32 = 0) -> Packet {
        Packet(time: time, ports: (source, destination), payload: payload).byPort
    }

    /// A segment between two fixed hosts, of which `byPort` chooses the sender.
    static func tcp(
        _ time: Nanoseconds, _ source: UInt16, _ destination: UInt16, _ flags: UInt8, sequence: UInt32 = 1000,
        payload: UInt32 = 0
    ) -> Packet {
        Packet(
            time: time, protocolIdentifier: 6, ports: (source, destination),
            tcp: TCP(flags: flags, sequence: sequence), payload: payload
        ).byPort
    }

    /// The host with the lower port is always the same one, so that a pair of ports tells who sends.
    private var byPort: Packet {
        var packet = self
        if let ports, ports.source < ports.destination { swap(&packet.source, &packet.destination) }
        return packet
    }

    /// The news that an ICMP error came about this packet, at `time`.
    func failing(_ error: UInt16, at time: Nanoseconds) -> Packet {
        var packet = self
        packet.error = error
        packet.time = time
        return packet
    }

    /// The same packet from the other side: endpoints and Ethernet addresses swapped.
    var reversed: Packet {
        var packet = self
        swap(&packet.source, &packet.destination)
        if let ports { packet.ports = (ports.destination, ports.source) }
        if let macs { packet.macs = (macs.destination, macs.source) }
        return packet
    }

    /// The type of the query that an ICMP type belongs to.
    static func pairType(_ type: UInt8, version: UInt8) -> UInt8? {
        let pairs: [(UInt8, UInt8)] = version == 4 ? [(8, 0), (13, 14)] : [(128, 129)]
        return pairs.first { $0.0 == type || $0.1 == type }?.0
    }

    var facts: PacketFacts {
        var facts = PacketFacts()
        facts.timestamp = time
        facts.frameNumber = frame
        facts.protocolIdentifier = protocolIdentifier
        facts.ipVersion = source.version
        facts.networkOctets = headers + payload
        facts.wireOctets = headers + payload + overhead
        facts.payloadOctets = payload
        facts.timeToLive = timeToLive
        facts.classOfService = classOfService
        var (portA, portB): (UInt16, UInt16) = (0, 0)
        var isSwapped = destination < source
        if let ports {
            facts.flags.insert(.ports)
            isSwapped = (destination, ports.destination) < (source, ports.source)
            (portA, portB) = isSwapped ? (ports.destination, ports.source) : (ports.source, ports.destination)
        }
        if let icmp {
            facts.flags.insert(.icmp)
            facts.icmpTypeCode = UInt16(icmp.type) << 8 | UInt16(icmp.code)
            let pair = Self.pairType(icmp.type, version: source.version)
            (portA, portB) = (pair == nil ? 0 : icmp.identifier, UInt16(pair ?? icmp.type) << 8)
        }
        (facts.portA, facts.portB) = (portA, portB)
        let (a, b) = isSwapped ? (destination, source) : (source, destination)
        (facts.addressAHigh, facts.addressALow) = (a.high, a.low)
        (facts.addressBHigh, facts.addressBLow) = (b.high, b.low)
        if isSwapped { facts.flags.insert(.fromB) }
        if let tcp {
            facts.flags.insert(.tcp)
            (facts.tcpFlags, facts.tcpSequence, facts.tcpAcknowledgement) = (
                tcp.flags, tcp.sequence, tcp.acknowledgement
            )
        }
        if let error {
            facts.flags.insert(.notice)
            facts.icmpTypeCode = error
            (facts.networkOctets, facts.wireOctets, facts.payloadOctets) = (0, 0, 0)
        }
        if tunnel != nil { facts.flags.insert(.tunnel) }
        if isTunnelCopy { facts.flags.insert(.tunnelCopy) }
        if let segment {
            facts.flags.insert(.segment)
            facts.segment = segment
        }
        if let vlan {
            facts.flags.insert(.vlan)
            facts.vlan = vlan
        }
        if let macs {
            facts.flags.insert(.macs)
            (facts.sourceMAC, facts.destinationMAC) = macs
        }
        return facts
    }
}

/// TCP flags, short enough for a line of packets.
enum F {
    static let fin = TCPFlag.fin
    static let syn = TCPFlag.syn
    static let rst = TCPFlag.rst
    static let ack = TCPFlag.ack
    static let synAck = TCPFlag.syn | TCPFlag.ack
    static let finAck = TCPFlag.fin | TCPFlag.ack
}
