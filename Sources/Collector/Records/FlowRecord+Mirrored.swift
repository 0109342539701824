import FlowTable

extension FlowRecord {
    /// The same slice with source and destination exchanged, and with them everything that has a direction (RFC 5103
    /// section 6.3). What has none stays, `zoneDirection` among it: it is the flow's.
    var mirrored: FlowRecord {
        var record = self
        swap(&record.sourceHigh, &record.destinationHigh)
        swap(&record.sourceLow, &record.destinationLow)
        swap(&record.sourcePort, &record.destinationPort)
        swap(&record.sourceMAC, &record.destinationMAC)
        swap(&record.octetsForward, &record.octetsReverse)
        swap(&record.layer2OctetsForward, &record.layer2OctetsReverse)
        swap(&record.packetsForward, &record.packetsReverse)
        swap(&record.retransmittedOctetsForward, &record.retransmittedOctetsReverse)
        swap(&record.firstForward, &record.firstReverse)
        swap(&record.lastForward, &record.lastReverse)
        swap(&record.tcpControlBitsForward, &record.tcpControlBitsReverse)
        swap(&record.icmpTypeCodeForward, &record.icmpTypeCodeReverse)
        swap(&record.vlanForward, &record.vlanReverse)
        swap(&record.minimumTTLForward, &record.minimumTTLReverse)
        swap(&record.maximumTTLForward, &record.maximumTTLReverse)
        swap(&record.classOfServiceForward, &record.classOfServiceReverse)
        swap(&record.minimumLengthForward, &record.minimumLengthReverse)
        swap(&record.maximumLengthForward, &record.maximumLengthReverse)
        swap(&record.icmpErrorsForward, &record.icmpErrorsReverse)
        swap(&record.tunnelSourceHigh, &record.tunnelDestinationHigh)
        swap(&record.tunnelSourceLow, &record.tunnelDestinationLow)
        swap(&record.tunnelIdForward, &record.tunnelIdReverse)
        swap(&record.tunnelDirectionForward, &record.tunnelDirectionReverse)
        for (one, other) in [(Presence.icmpForward, Presence.icmpReverse), (.vlanForward, .vlanReverse)] {
            let (hadOne, hadOther) = (presence.contains(one), presence.contains(other))
            record.presence.remove(one)
            record.presence.remove(other)
            if hadOne { record.presence.insert(other) }
            if hadOther { record.presence.insert(one) }
        }
        return record
    }
}
