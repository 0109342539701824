import PacketDecode

/// What a flow table has done; one per stripe, summed for a report. The balance of design semantics 6 is made of these.
package struct FlowTableCounters: Sendable {
    /// Packets put into flows.
    package var packets: UInt64 = 0
    /// Flows begun.
    package var flowsBegun: UInt64 = 0
    /// Flows ended, by end reason 1...5 (place 0 unused). Ends that left no record are in here too.
    package var flowsEnded = InlineArray<6, UInt64>(repeating: 0)
    /// Of those ended for lack of resources, the ones whose place in the table was needed.
    package var flowsEvicted: UInt64 = 0
    /// Of those ended for lack of resources, the ones that flow selection had come to leave out.
    package var flowsDeselected: UInt64 = 0
    /// Slices cut while their flow went on, by end reason.
    package var slicesCut = InlineArray<6, UInt64>(repeating: 0)
    /// Flow ends without a record: everything had been reported by a cut.
    package var endsWithoutRecord: UInt64 = 0
    /// Records handed out.
    package var records: UInt64 = 0
    /// Packets in those records.
    package var recordPackets: UInt64 = 0
    /// Layer 3 octets in those records.
    package var recordNetworkOctets: UInt64 = 0
    /// Layer 2 octets in those records.
    package var recordWireOctets: UInt64 = 0
    /// ICMP errors about packets of live flows.
    package var errorsLinked: UInt64 = 0
    /// ICMP errors about no flow that is known, or about a packet that it cannot have sent.
    package var errorsWithoutFlow: UInt64 = 0
    /// ICMP errors that were dropped as copies of others, and so are no news.
    package var errorsDropped: UInt64 = 0
    /// Flows without Ethernet addresses because the stripe's table of pairs was full.
    package var macTableOverflows: UInt64 = 0
    /// Flows whose tunnel, or its identifier in one direction, is not told because the stripe's table of tunnels was full.
    package var tunnelTableOverflows: UInt64 = 0
    /// Payloads not looked at, and QUIC Initials not decrypted, for want of label budget.
    package var labelRefusals: UInt64 = 0
    /// Flows whose label was decided early because more flows than a stripe looks at at once had begun.
    package var labelsCutShort: UInt64 = 0
    /// Fingerprints that were not made, since a message had more to make them of than any sender's has.
    package var fingerprintRefusals: UInt64 = 0
    /// Flows whose attributes were not kept because the stripe's memory for them was used up.
    package var attributeRefusals: UInt64 = 0
    /// Packets of those whose transport headers are read that have options or chunks which do not add up.
    package var damagedHeaders: UInt64 = 0
    /// Packets told to be copies of earlier ones, dropped or not.
    package var duplicates: UInt64 = 0
    /// Packets whose like had come just before, and may have been sent again; they are in flows.
    package var uncertainDuplicates: UInt64 = 0
    /// Packets forgotten before their time was over: of those, copies may have been missed.
    package var duplicatesForgotten: UInt64 = 0
    /// Copies kept out of flows.
    package var dropped = PacketSums()
    /// Copies kept out of the flows of tunnels in which they would have been counted a second time.
    package var droppedTunnelCopies = PacketSums()
    /// Most flows alive at once; summed over stripes an upper bound.
    package var peakFlows: UInt64 = 0

    /// All zero.
    package init() {}

    /// Flows ended for any reason.
    package var flowsEndedTotal: UInt64 { flowsEnded.indices.reduce(0) { $0 + flowsEnded[$1] } }
    /// Slices cut for any reason.
    package var slicesCutTotal: UInt64 { slicesCut.indices.reduce(0) { $0 + slicesCut[$1] } }

    /// Adds another stripe's counters.
    package mutating func add(_ other: FlowTableCounters) {
        packets &+= other.packets
        flowsBegun &+= other.flowsBegun
        for index in flowsEnded.indices { flowsEnded[index] &+= other.flowsEnded[index] }
        for index in slicesCut.indices { slicesCut[index] &+= other.slicesCut[index] }
        flowsEvicted &+= other.flowsEvicted
        flowsDeselected &+= other.flowsDeselected
        endsWithoutRecord &+= other.endsWithoutRecord
        records &+= other.records
        recordPackets &+= other.recordPackets
        recordNetworkOctets &+= other.recordNetworkOctets
        recordWireOctets &+= other.recordWireOctets
        errorsLinked &+= other.errorsLinked
        errorsWithoutFlow &+= other.errorsWithoutFlow
        errorsDropped &+= other.errorsDropped
        macTableOverflows &+= other.macTableOverflows
        tunnelTableOverflows &+= other.tunnelTableOverflows
        labelRefusals &+= other.labelRefusals
        labelsCutShort &+= other.labelsCutShort
        fingerprintRefusals &+= other.fingerprintRefusals
        attributeRefusals &+= other.attributeRefusals
        damagedHeaders &+= other.damagedHeaders
        duplicates &+= other.duplicates
        uncertainDuplicates &+= other.uncertainDuplicates
        duplicatesForgotten &+= other.duplicatesForgotten
        dropped.add(other.dropped)
        droppedTunnelCopies.add(other.droppedTunnelCopies)
        peakFlows &+= other.peakFlows
    }
}

/// Packets and their octets.
package struct PacketSums: Sendable, Equatable {
    /// Packets.
    package var packets: UInt64 = 0
    /// Their octets from the IP header on.
    package var networkOctets: UInt64 = 0
    /// Their octets on the wire.
    package var wireOctets: UInt64 = 0

    /// All zero.
    package init() {}

    /// Adds a packet.
    mutating func add(_ facts: PacketFacts) {
        packets &+= 1
        networkOctets &+= UInt64(facts.networkOctets)
        wireOctets &+= UInt64(facts.wireOctets)
    }

    /// Adds other sums.
    package mutating func add(_ other: PacketSums) {
        packets &+= other.packets
        networkOctets &+= other.networkOctets
        wireOctets &+= other.wireOctets
    }
}
