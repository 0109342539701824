import FlowTable
import NetTypes

extension FlowRecord {
    /// Takes a later slice of the same flow into this one: counters add up, times and extremes widen, and what is known
    /// of the whole flow (TCP state, evidence, end reason) is the later slice's.
    mutating func merge(_ later: FlowRecord) {
        mergeTimes(later)
        mergeExtremes(later)
        octetsForward &+= later.octetsForward
        octetsReverse &+= later.octetsReverse
        layer2OctetsForward &+= later.layer2OctetsForward
        layer2OctetsReverse &+= later.layer2OctetsReverse
        packetsForward &+= later.packetsForward
        packetsReverse &+= later.packetsReverse
        retransmittedOctetsForward &+= later.retransmittedOctetsForward
        retransmittedOctetsReverse &+= later.retransmittedOctetsReverse
        icmpErrorsForward = UInt16(clamping: UInt32(icmpErrorsForward) + UInt32(later.icmpErrorsForward))
        icmpErrorsReverse = UInt16(clamping: UInt32(icmpErrorsReverse) + UInt32(later.icmpErrorsReverse))
        tcpControlBitsForward |= later.tcpControlBitsForward
        tcpControlBitsReverse |= later.tcpControlBitsReverse
        tcpState = later.tcpState
        service = later.service
        initiator = later.initiator
        endReason = later.endReason
        // Of several selectors the strictest: what was counted while it held is the smaller part.
        selectorId = max(selectorId, later.selectorId)
        endFrameNumber = later.endFrameNumber
        mergeOptional(later)
    }

    private mutating func mergeTimes(_ later: FlowRecord) {
        if later.packetsForward > 0 {
            firstForward = packetsForward > 0 ? min(firstForward, later.firstForward) : later.firstForward
            lastForward = packetsForward > 0 ? max(lastForward, later.lastForward) : later.lastForward
        }
        if later.packetsReverse > 0 {
            firstReverse = packetsReverse > 0 ? min(firstReverse, later.firstReverse) : later.firstReverse
            lastReverse = packetsReverse > 0 ? max(lastReverse, later.lastReverse) : later.lastReverse
        }
    }

    private mutating func mergeExtremes(_ later: FlowRecord) {
        if later.packetsForward > 0 {
            let fresh = packetsForward == 0
            minimumTTLForward = fresh ? later.minimumTTLForward : min(minimumTTLForward, later.minimumTTLForward)
            maximumTTLForward = max(maximumTTLForward, later.maximumTTLForward)
            minimumLengthForward =
                fresh ? later.minimumLengthForward : min(minimumLengthForward, later.minimumLengthForward)
            maximumLengthForward = max(maximumLengthForward, later.maximumLengthForward)
            if fresh { classOfServiceForward = later.classOfServiceForward }
        }
        if later.packetsReverse > 0 {
            let fresh = packetsReverse == 0
            minimumTTLReverse = fresh ? later.minimumTTLReverse : min(minimumTTLReverse, later.minimumTTLReverse)
            maximumTTLReverse = max(maximumTTLReverse, later.maximumTTLReverse)
            minimumLengthReverse =
                fresh ? later.minimumLengthReverse : min(minimumLengthReverse, later.minimumLengthReverse)
            maximumLengthReverse = max(maximumLengthReverse, later.maximumLengthReverse)
            if fresh { classOfServiceReverse = later.classOfServiceReverse }
        }
    }

    /// The tunnel is the flow's; what its header says in one direction may come with a later slice.
    private mutating func mergeTunnel(_ later: FlowRecord, isFresh: Bool) {
        if isFresh {
            tunnelSourceHigh = later.tunnelSourceHigh
            tunnelSourceLow = later.tunnelSourceLow
            tunnelDestinationHigh = later.tunnelDestinationHigh
            tunnelDestinationLow = later.tunnelDestinationLow
            tunnelType = later.tunnelType
            tunnelDepth = later.tunnelDepth
        }
        if tunnelIdForward == 0 { tunnelIdForward = later.tunnelIdForward }
        if tunnelIdReverse == 0 { tunnelIdReverse = later.tunnelIdReverse }
        if tunnelDirectionForward == 0 { tunnelDirectionForward = later.tunnelDirectionForward }
        if tunnelDirectionReverse == 0 { tunnelDirectionReverse = later.tunnelDirectionReverse }
    }

    /// What was seen first stays; what only the later slice has comes in.
    private mutating func mergeOptional(_ later: FlowRecord) {
        let fresh = later.presence.subtracting(presence)
        if fresh.contains(.icmpForward) { icmpTypeCodeForward = later.icmpTypeCodeForward }
        if fresh.contains(.icmpReverse) { icmpTypeCodeReverse = later.icmpTypeCodeReverse }
        if fresh.contains(.vlanForward) { vlanForward = later.vlanForward }
        if fresh.contains(.vlanReverse) { vlanReverse = later.vlanReverse }
        if fresh.contains(.icmpError) { icmpErrorTypeCode = later.icmpErrorTypeCode }
        if fresh.contains(.handshakeRoundTrip) { handshakeRoundTrip = later.handshakeRoundTrip }
        if fresh.contains(.macs) {
            sourceMAC = later.sourceMAC
            destinationMAC = later.destinationMAC
        }
        if later.presence.contains(.tunnel) { mergeTunnel(later, isFresh: fresh.contains(.tunnel)) }
        // A flow may become sure of its label late.
        if later.presence.contains(.label) {
            applicationId = later.applicationId
            labelSource = later.labelSource
            labelConfidence = later.labelConfidence
        }
        presence.formUnion(later.presence)
    }
}
