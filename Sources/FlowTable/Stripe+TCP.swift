import NetTypes
import PacketDecode

extension Stripe {
    private static let handshakeFlags = TCPFlag.syn | TCPFlag.fin | TCPFlag.rst
    /// A jump of the sequence number beyond this is not a retransmission but another stream of numbers.
    private static let plausibleStep: Int32 = 1 << 30

    /// Follows a TCP connection: flags, state, sequence numbers, handshake time.
    @inline(__always)
    static func updateTCP(
        _ hot: inout HotSlot, _ cold: inout ColdSlot, _ services: inout ServiceMemory, _ facts: Span<PacketFacts>,
        _ packet: Int
    ) {
        let from = facts[packet].sender
        hot.sides[from].tcpFlags |= facts[packet].tcpFlags
        if facts[packet].tcpFlags & handshakeFlags != 0 {
            changeState(&hot, &cold, &services, facts, packet)
        } else if hot.tcpBits &- FlowRecord.TCPState.synSent.rawValue <= 1 {
            // SYN sent or SYN received.
            completeHandshake(&hot, &cold, facts, packet)
        }
        let occupied =
            facts[packet].payloadOctets &+ UInt32(facts[packet].tcpFlags & TCPFlag.syn) >> 1
            &+ UInt32(facts[packet].tcpFlags & TCPFlag.fin)
        if occupied != 0 { follow(&hot.sides[from], &cold.retransmitted[from], facts, packet, occupied: occupied) }
    }

    /// Advances the expected sequence number by `occupied`, and counts payload seen before.
    @inline(__always)
    private static func follow(
        _ side: inout HotSlot.Side, _ retransmitted: inout UInt32, _ facts: Span<PacketFacts>, _ packet: Int,
        occupied: UInt32
    ) {
        let sequence = facts[packet].tcpSequence
        let next = sequence &+ occupied
        if side.marks.contains(.sequence) {
            let behind = Int32(bitPattern: side.nextSequence &- sequence)
            if behind > 0, behind < plausibleStep {
                // A keep-alive probe sends again one octet, or none, that has been acknowledged (RFC 1122 4.2.3.6).
                if occupied > 1 || behind > 1 {
                    let again = min(UInt32(behind), facts[packet].payloadOctets)
                    retransmitted = retransmitted &+ min(again, .max &- retransmitted)
                }
                if Int32(bitPattern: next &- side.nextSequence) <= 0 { return }
            }
        }
        side.marks.insert(.sequence)
        side.nextSequence = next
    }

    /// A packet with SYN, FIN or RST.
    @inline(never)
    private static func changeState(
        _ hot: inout HotSlot, _ cold: inout ColdSlot, _ services: inout ServiceMemory, _ facts: Span<PacketFacts>,
        _ packet: Int
    ) {
        let from = facts[packet].sender
        let flags = facts[packet].tcpFlags
        if flags & TCPFlag.rst != 0 {
            // RST from the side that was asked, before it accepted: the service refuses.
            if hot.tcpState == .synSent, from != hot.initiator { cold.marks.insert(.refused) }
            hot.tcpState = .reset
            return
        }
        if flags & TCPFlag.fin != 0 {
            hot.sides[from].marks.insert(.fin)
            if hot.tcpState == .reset { return }
            hot.tcpState = hot.sides[1 - from].marks.contains(.fin) ? .closed : .closing
            return
        }
        let isAnswer = flags & TCPFlag.ack != 0
        strengthen(&hot, &cold, evidence: isAnswer ? .synAck : .syn, initiator: isAnswer ? 1 - from : from)
        guard isAnswer else {
            hot.sides[from].marks.insert(.syn)
            return
        }
        services.learn(facts, packet, isA: from == 0)
        if hot.tcpState == .synSent, !cold.marks.contains(.synAck) {
            hot.tcpState = .synReceived
            // From the last SYN before the answer, so that a lost SYN does not count as distance.
            if hot.sides[1 - from].marks.contains(.syn) {
                hot.sides[from].marks.insert(.answer)
                cold.handshake = saturated(facts[packet].timestamp &- hot.last[1 - from])
            }
        }
        cold.marks.insert(.synAck)
    }

    /// The initiator's first packet after SYN-ACK completes the handshake. Data both ways say that there was one, though
    /// the SYN-ACK or the last ACK went unseen.
    @inline(never)
    private static func completeHandshake(
        _ hot: inout HotSlot, _ cold: inout ColdSlot, _ facts: Span<PacketFacts>, _ packet: Int
    ) {
        let from = facts[packet].sender
        guard hot.tcpState == .synReceived, facts[packet].tcpFlags & TCPFlag.ack != 0, from == hot.initiator else {
            if facts[packet].payloadOctets != 0, hot.sides[1 - from].marks.contains(.payload) {
                hot.tcpState = .established
            }
            return
        }
        hot.tcpState = .established
        guard hot.sides[1 - from].marks.contains(.answer) else { return }
        let half = saturated(facts[packet].timestamp &- hot.last[1 - from])
        cold.handshake = cold.handshake &+ min(half, .max &- cold.handshake)
        cold.marks.insert(.handshake)
    }

    private static func saturated(_ span: Nanoseconds) -> UInt32 { UInt32(clamping: max(0, span)) }

    /// Takes stronger evidence for the initiator. Only in the flow's first slice: an exported direction stands.
    private static func strengthen(
        _ hot: inout HotSlot, _ cold: inout ColdSlot, evidence: FlowRecord.InitiatorEvidence, initiator: Int
    ) {
        guard evidence.rawValue > cold.evidence.rawValue, cold.sliceIndex == 0 else { return }
        cold.evidence = evidence
        if initiator == 0 { hot.state.remove(.initiatorB) } else { hot.state.insert(.initiatorB) }
    }

    /// Whether a packet is a SYN that opens another connection on the key of the closed one in `slot` (design semantics 3).
    @inline(__always)
    func reopens(_ facts: Span<PacketFacts>, _ packet: Int, _ slot: Int) -> Bool {
        guard facts[packet].tcpFlags & (TCPFlag.syn | TCPFlag.ack) == TCPFlag.syn, hot[slot].isClosed else {
            return false
        }
        let from = facts[packet].sender
        // The same SYN again has the sequence number seen before; it belongs to the flow it opened.
        return !hot[slot].sides[from].marks.contains(.sequence)
            || facts[packet].tcpSequence &+ 1 != hot[slot].sides[from].nextSequence
    }
}
