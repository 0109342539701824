import FlowTable
import NetTypes
import PacketDecode

/// The flow table's semantics over a plain dictionary, as the design and the record's documentation state them: no
/// slots, no stripes' locks, no sweeps. Slow and plain on purpose.
struct Model {
    struct Endpoint: Hashable, Comparable {
        var address: IPAddress
        var port: UInt16

        static func < (left: Endpoint, right: Endpoint) -> Bool {
            (left.address, left.port) < (right.address, right.port)
        }
    }

    struct Key: Hashable {
        var low: Endpoint
        var high: Endpoint
        var protocolIdentifier: UInt8
        var segment: UInt32
        /// ICMP: pair class or type, and identifier.
        var icmp: [UInt16]
    }

    /// What one endpoint has sent.
    struct Side {
        // In this slice.
        var packets: UInt64 = 0
        var octets: UInt64 = 0
        var wireOctets: UInt64 = 0
        var retransmitted: UInt64 = 0
        var first: Nanoseconds = 0
        var lengths: [UInt32] = []
        var timesToLive: [UInt8] = []
        var flags: UInt8 = 0
        // In the flow.
        var last: Nanoseconds?
        var firstPacket: Packet?
        var hasPayload = false
        var hasFIN = false
        var hasSYN = false
        var nextSequence: UInt32?
    }

    struct Flow {
        var first: Packet
        var sides: [Side] = [Side(), Side()]
        var sliceIndex: UInt32 = 0
        var sliceStart: Nanoseconds = 0
        var initiator = 0
        var evidence = FlowRecord.InitiatorEvidence.firstSeen
        var state = FlowRecord.TCPState.none
        var isAnswered = false
        var isRefused = false
        var handshake: Nanoseconds = 0
        var hasHandshake = false
        /// The initiator's SYN and the responder's SYN-ACK were seen.
        var isTimed = false

        var lastSeen: Nanoseconds { max(sides[0].last ?? 0, sides[1].last ?? 0) }
        var isClosed: Bool { state == .closed || state == .reset }
        var hasSlice: Bool { sides[0].packets + sides[1].packets > 0 }
    }

    let configuration: FlowTableConfiguration
    /// Services are remembered per stripe; which one a packet is in is the table's affair.
    let stripe: (Packet) -> Int
    private(set) var flows: [Key: Flow] = [:]
    private(set) var records: [FlowRecord] = []
    private var services: Set<[UInt64]> = []

    init(_ configuration: FlowTableConfiguration, stripe: @escaping (Packet) -> Int) {
        self.configuration = configuration
        self.stripe = stripe
    }

    static func key(_ packet: Packet) -> (key: Key, sender: Int) {
        let source = Endpoint(address: packet.source, port: packet.ports?.source ?? 0)
        let destination = Endpoint(address: packet.destination, port: packet.ports?.destination ?? 0)
        var icmp: [UInt16] = []
        if let message = packet.icmp {
            let pair = Packet.pairType(message.type, version: packet.source.version)
            icmp = [UInt16(pair ?? message.type), pair == nil ? 0 : message.identifier]
        }
        let key = Key(
            low: min(source, destination), high: max(source, destination),
            protocolIdentifier: packet.protocolIdentifier, segment: packet.segment ?? 0, icmp: icmp)
        return (key, source <= destination ? 0 : 1)
    }

    func idleTimeout(_ flow: Flow) -> Nanoseconds {
        switch flow.first.protocolIdentifier {
        case 6: flow.isClosed ? configuration.closedLinger : configuration.idleTimeoutTCP
        case 17: configuration.idleTimeoutUDP
        case 1, 58: configuration.idleTimeoutICMP
        default: configuration.idleTimeoutOther
        }
    }

    mutating func apply(_ packet: Packet) {
        let (key, sender) = Self.key(packet)
        if let flow = flows[key] {
            if packet.time - flow.lastSeen > idleTimeout(flow) || opensAnother(packet, flow, sender) {
                end(key)
            } else if packet.time - flow.sliceStart >= configuration.activeTimeout, flow.hasSlice {
                cut(key)
            }
        }
        var flow = flows[key] ?? begin(packet, sender)
        count(packet, sender, &flow)
        flows[key] = flow
    }

    /// A SYN with a sequence number that is not the one just seen, on a closed key (semantics 3).
    private func opensAnother(_ packet: Packet, _ flow: Flow, _ sender: Int) -> Bool {
        guard flow.isClosed, let tcp = packet.tcp, tcp.flags & F.synAck == F.syn else { return false }
        return flow.sides[sender].nextSequence != tcp.sequence &+ 1
    }

    private func service(_ packet: Packet, _ isSource: Bool) -> [UInt64] {
        let address = isSource ? packet.source : packet.destination
        let port = (isSource ? packet.ports?.source : packet.ports?.destination) ?? 0
        return [UInt64(stripe(packet)), address.high, address.low, UInt64(port), UInt64(packet.protocolIdentifier)]
    }

    private static func role(_ port: UInt16) -> Int { port < 1024 ? 0 : port < 32_768 ? 1 : 2 }

    private func begin(_ packet: Packet, _ sender: Int) -> Flow {
        var flow = Flow(first: packet)
        flow.initiator = sender
        if packet.protocolIdentifier == 6 { flow.state = .midstream }
        if let tcp = packet.tcp, tcp.flags & F.syn != 0 {
            flow.state = .synSent
            flow.evidence = tcp.flags & F.ack == 0 ? .syn : .synAck
            if tcp.flags & F.ack != 0 { flow.initiator = 1 - sender }
        } else if let ports = packet.ports {
            let known = (services.contains(service(packet, true)), services.contains(service(packet, false)))
            let roles = (Self.role(ports.source), Self.role(ports.destination))
            if known.0 != known.1 {
                flow.evidence = .learnedService
                flow.initiator = known.0 ? 1 - sender : sender
            } else if roles.0 != roles.1 {
                flow.evidence = .portRole
                flow.initiator = roles.0 < roles.1 ? 1 - sender : sender
            }
        } else if let icmp = packet.icmp, let query = Packet.pairType(icmp.type, version: packet.source.version),
            query != icmp.type
        {
            flow.evidence = .portRole
            flow.initiator = 1 - sender
        }
        return flow
    }

    private mutating func count(_ packet: Packet, _ sender: Int, _ flow: inout Flow) {
        let octets = packet.headers + packet.payload
        if !flow.hasSlice { flow.sliceStart = packet.time }
        if flow.sides[sender].packets == 0 { flow.sides[sender].first = packet.time }
        if flow.sides[sender].firstPacket == nil { flow.sides[sender].firstPacket = packet }
        flow.sides[sender].packets += 1
        flow.sides[sender].octets += UInt64(octets)
        flow.sides[sender].wireOctets += UInt64(octets + packet.overhead)
        flow.sides[sender].lengths.append(min(octets, 65_535))
        flow.sides[sender].timesToLive.append(packet.timeToLive)
        if let tcp = packet.tcp { follow(packet, tcp, sender, &flow) }
        if packet.payload > 0 { flow.sides[sender].hasPayload = true }
        flow.sides[sender].last = max(flow.sides[sender].last ?? 0, packet.time)
    }

    private mutating func follow(_ packet: Packet, _ tcp: Packet.TCP, _ sender: Int, _ flow: inout Flow) {
        flow.sides[sender].flags |= tcp.flags
        let other = 1 - sender
        if tcp.flags & F.rst != 0 {
            if flow.state == .synSent, sender != flow.initiator { flow.isRefused = true }
            flow.state = .reset
        } else if tcp.flags & F.fin != 0 {
            flow.sides[sender].hasFIN = true
            if flow.state != .reset { flow.state = flow.sides[other].hasFIN ? .closed : .closing }
        } else if tcp.flags & F.synAck == F.synAck {
            strengthen(.synAck, initiator: other, &flow)
            services.insert(service(packet, true))
            if flow.state == .synSent, !flow.isAnswered {
                flow.state = .synReceived
                if flow.sides[other].hasSYN, other == flow.initiator {
                    flow.isTimed = true
                    flow.handshake = max(0, packet.time - (flow.sides[other].last ?? 0))
                }
            }
            flow.isAnswered = true
        } else if tcp.flags & F.syn != 0 {
            flow.sides[sender].hasSYN = true
            strengthen(.syn, initiator: sender, &flow)
        } else if flow.state == .synReceived, tcp.flags & F.ack != 0, sender == flow.initiator {
            flow.state = .established
            if flow.isTimed {
                flow.handshake += max(0, packet.time - (flow.sides[other].last ?? 0))
                flow.hasHandshake = true
            }
        } else if flow.state == .synSent || flow.state == .synReceived, packet.payload > 0, flow.sides[other].hasPayload
        {
            flow.state = .established
        }
        let occupied = packet.payload + (tcp.flags & F.syn != 0 ? 1 : 0) + (tcp.flags & F.fin != 0 ? 1 : 0)
        guard occupied > 0 else { return }
        let next = tcp.sequence &+ occupied
        guard let expected = flow.sides[sender].nextSequence else {
            flow.sides[sender].nextSequence = next
            return
        }
        let behind = Int64(Int32(bitPattern: expected &- tcp.sequence))
        guard behind > 0, behind < 1 << 30 else {
            flow.sides[sender].nextSequence = next
            return
        }
        let isKeepAlive = behind == 1 && occupied == 1
        if !isKeepAlive { flow.sides[sender].retransmitted += UInt64(min(behind, Int64(packet.payload))) }
        if Int64(occupied) > behind { flow.sides[sender].nextSequence = next }
    }

    private func strengthen(_ evidence: FlowRecord.InitiatorEvidence, initiator: Int, _ flow: inout Flow) {
        guard flow.sliceIndex == 0, evidence.rawValue > flow.evidence.rawValue else { return }
        flow.evidence = evidence
        flow.initiator = initiator
    }

    /// A flow whose time is up. When its slice's active timeout came no later than its silence, that ended the slice.
    private mutating func end(_ key: Key) {
        guard let flow = flows[key] else { return }
        if flow.isClosed {
            emit(key, .endOfFlow, isLast: true)
        } else if flow.sliceStart + configuration.activeTimeout <= flow.lastSeen + idleTimeout(flow) {
            emit(key, .activeTimeout, isLast: false)
        } else {
            emit(key, .idleTimeout, isLast: true)
        }
        flows[key] = nil
    }

    private mutating func cut(_ key: Key) {
        emit(key, .activeTimeout, isLast: false)
        flows[key]?.sliceIndex += 1
        for index in 0..<2 {
            guard let old = flows[key]?.sides[index] else { continue }
            var side = Side()
            (side.last, side.firstPacket, side.hasPayload) = (old.last, old.firstPacket, old.hasPayload)
            (side.hasFIN, side.hasSYN, side.nextSequence) = (old.hasFIN, old.hasSYN, old.nextSequence)
            flows[key]?.sides[index] = side
        }
    }

    /// The end of the input at `now`.
    mutating func finish(now: Nanoseconds) {
        for (key, flow) in flows {
            if now - flow.lastSeen > idleTimeout(flow) {
                end(key)
            } else if now - flow.sliceStart >= configuration.activeTimeout, !flow.isClosed {
                emit(key, .activeTimeout, isLast: false)
            } else {
                emit(key, .forcedEnd, isLast: true)
            }
        }
        flows = [:]
    }

    private mutating func emit(_ key: Key, _ reason: FlowRecord.FlowEndReason, isLast: Bool) {
        guard let flow = flows[key], flow.hasSlice else { return }
        let ends = [key.low, key.high]
        let (forward, reverse) = (flow.sides[flow.initiator], flow.sides[1 - flow.initiator])
        var record = FlowRecord()
        record.flowId = flow.first.frame
        record.firstFrameNumber = flow.first.frame
        record.sliceIndex = flow.sliceIndex
        record.ipVersion = key.low.address.version
        record.protocolIdentifier = key.protocolIdentifier
        record.segment = key.segment
        (record.sourceHigh, record.sourceLow) = (ends[flow.initiator].address.high, ends[flow.initiator].address.low)
        (record.destinationHigh, record.destinationLow) =
            (ends[1 - flow.initiator].address.high, ends[1 - flow.initiator].address.low)
        if flow.first.ports != nil {
            record.presence.insert(.ports)
            record.sourcePort = ends[flow.initiator].port
            record.destinationPort = ends[1 - flow.initiator].port
        }
        if flow.first.segment != nil { record.presence.insert(.segment) }
        if let macs = flow.first.macs {
            let firstSender = Self.key(flow.first).sender
            record.presence.insert(.macs)
            record.sourceMAC = firstSender == flow.initiator ? macs.source : macs.destination
            record.destinationMAC = firstSender == flow.initiator ? macs.destination : macs.source
        }
        (record.octetsForward, record.octetsReverse) = (forward.octets, reverse.octets)
        (record.layer2OctetsForward, record.layer2OctetsReverse) = (forward.wireOctets, reverse.wireOctets)
        (record.packetsForward, record.packetsReverse) = (forward.packets, reverse.packets)
        (record.retransmittedOctetsForward, record.retransmittedOctetsReverse) =
            (forward.retransmitted, reverse.retransmitted)
        if forward.packets > 0 { (record.firstForward, record.lastForward) = (forward.first, forward.last ?? 0) }
        if reverse.packets > 0 { (record.firstReverse, record.lastReverse) = (reverse.first, reverse.last ?? 0) }
        (record.tcpControlBitsForward, record.tcpControlBitsReverse) = (UInt16(forward.flags), UInt16(reverse.flags))
        (record.minimumTTLForward, record.maximumTTLForward) =
            (forward.timesToLive.min() ?? 0, forward.timesToLive.max() ?? 0)
        (record.minimumTTLReverse, record.maximumTTLReverse) =
            (reverse.timesToLive.min() ?? 0, reverse.timesToLive.max() ?? 0)
        (record.minimumLengthForward, record.maximumLengthForward) =
            (UInt16(forward.lengths.min() ?? 0), UInt16(forward.lengths.max() ?? 0))
        (record.minimumLengthReverse, record.maximumLengthReverse) =
            (UInt16(reverse.lengths.min() ?? 0), UInt16(reverse.lengths.max() ?? 0))
        record.classOfServiceForward = forward.firstPacket?.classOfService ?? 0
        record.classOfServiceReverse = reverse.firstPacket?.classOfService ?? 0
        if let vlan = forward.firstPacket?.vlan {
            record.vlanForward = vlan
            record.presence.insert(.vlanForward)
        }
        if let vlan = reverse.firstPacket?.vlan {
            record.vlanReverse = vlan
            record.presence.insert(.vlanReverse)
        }
        if let icmp = forward.firstPacket?.icmp {
            record.icmpTypeCodeForward = UInt16(icmp.type) << 8 | UInt16(icmp.code)
            record.presence.insert(.icmpForward)
        }
        if let icmp = reverse.firstPacket?.icmp {
            record.icmpTypeCodeReverse = UInt16(icmp.type) << 8 | UInt16(icmp.code)
            record.presence.insert(.icmpReverse)
        }
        if flow.hasHandshake {
            record.handshakeRoundTrip = min(flow.handshake, Nanoseconds(UInt32.max))
            record.presence.insert(.handshakeRoundTrip)
        }
        record.tcpState = flow.state
        record.service = flow.isAnswered || reverse.hasPayload ? .answered : flow.isRefused ? .refused : .silent
        record.initiator = flow.evidence
        record.endReason = reason
        if isLast { record.presence.insert(.lastSlice) }
        records.append(record)
    }
}
