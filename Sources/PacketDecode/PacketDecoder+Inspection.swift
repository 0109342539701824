extension PacketDecoder {
    /// Looks once more at the packets of `batch` that have facts: whether they are several merged into one, their checksums,
    /// and what tells them from others. Call when the facts are complete.
    @inline(never)
    mutating func inspect(_ batch: PacketBatch, _ facts: FactsBatch) {
        if let mtu = inspection.mtu { noteMerged(facts, mtu) }
        guard inspection.checksums || inspection.identityKeys != nil else { return }
        let (count, factCount) = (batch.count, facts.count)
        // SAFETY: read and written below the two counts only, as `decode` does.
        let (references, places) = unsafe (batch.references, facts.places)
        // SAFETY: as above.
        let (tunnels, identities) = unsafe (facts.tunnelPlaces, facts.identityPlaces)
        var packet = 0
        var last = PacketIdentity()
        for index in 0..<factCount {
            // Both are in the order of the packets.
            // SAFETY: index < factCount; packet < count.
            while packet < count, unsafe references[packet].frameNumber != places[index].frameNumber { packet &+= 1 }
            guard packet < count else { return }
            // SAFETY: index < factCount; all places are initialised.
            if unsafe places[index].flags.contains(.notice) {
                unsafe identities[index] = last.ofNotice
                continue
            }
            // SAFETY: packet < count; the source promises capturedLength readable bytes until the batch is refilled.
            let bytes = unsafe RawSpan(
                _unsafeStart: references[packet].bytes, byteCount: Int(references[packet].capturedLength))
            // SAFETY: as above.
            let (linkType, wire) = unsafe (references[packet].linkType, Int(references[packet].wireLength))
            // SAFETY: index < factCount; all places are initialised.
            unsafe inspect(bytes, linkType, wire, &places[index], tunnels[index], &identities[index])
            // SAFETY: as above.
            if unsafe !places[index].flags.contains(.tunnelCopy) { last = unsafe identities[index] }
        }
    }

    private mutating func inspect(
        _ bytes: RawSpan, _ linkType: UInt16, _ wire: Int, _ facts: inout PacketFacts, _ tunnel: TunnelFacts,
        _ identity: inout PacketIdentity
    ) {
        identity = PacketIdentity()
        let found = HeaderWalk.places(
            bytes, linkType: linkType, wireLength: wire, depth: facts.flags.contains(.tunnel) ? tunnel.depth : 0,
            protocolIdentifier: facts.protocolIdentifier)
        guard let found else { return }
        var header = Cursor(bytes)
        header.truncate(to: wire)
        guard found.network <= header.remaining else { return }
        header.skip(found.network)
        let transport = found.transport.map { $0 &- found.network }
        // A packet is judged once, in the flow that it is counted in first.
        if inspection.checksums, !facts.flags.contains(.tunnelCopy) {
            checkSums(header, transport, &facts, isOwn: Self.isSentByCapturingHost(bytes, linkType))
        }
        if let keys = inspection.identityKeys {
            identity = PacketIdentity.read(header, transport: transport, facts, tunnel, keys)
        }
    }

    /// Notes the packets that are longer than their link takes. Live this is done for every batch: it reads one number a packet.
    private mutating func noteMerged(_ facts: FactsBatch, _ mtu: UInt32) {
        let count = facts.count
        // SAFETY: read and written below the count only.
        let places = unsafe facts.places
        for index in 0..<count {
            // SAFETY: index < count.
            if unsafe places[index].networkOctets > mtu { unsafe noteMerged(&places[index], mtu) }
        }
    }

    /// Notes and counts a packet that is longer than its link takes, and how many it must have been there: full ones, with
    /// these headers each, but for the last.
    private mutating func noteMerged(_ facts: inout PacketFacts, _ mtu: UInt32) {
        facts.flags.insert(.merged)
        guard !facts.flags.contains(.tunnelCopy) else { return }
        facts.note(.merged)
        tallies.add(.merged)
        let headers = facts.networkOctets &- facts.payloadOctets
        let room = mtu > headers ? mtu &- headers : mtu
        tallies.mergedEstimate &+= UInt64((max(1, facts.payloadOctets) &+ room &- 1) / room)
    }

    /// `isOwn`: the host that captured the packet sent it, before an adapter could fill in what it fills in.
    private mutating func checkSums(
        _ header: borrowing Cursor, _ transport: Int?, _ facts: inout PacketFacts, isOwn: Bool
    ) {
        let isExcused = isOwn || facts.flags.contains(.merged)
        if facts.ipVersion == 4 { note(Checksum.network(header), wrong: .networkChecksumWrong, isExcused, &facts) }
        guard let transport, facts.protocolIdentifier == 6 || facts.protocolIdentifier == 17 else { return }
        note(Checksum.transport(header, at: transport, facts), wrong: .transportChecksumWrong, isExcused, &facts)
    }

    private mutating func note(
        _ verdict: Checksum.Verdict, wrong: Anomaly, _ isExcused: Bool, _ facts: inout PacketFacts
    ) {
        let anomaly: Anomaly
        switch verdict {
        case .sound, .unjudged: return
        case .wrong: anomaly = isExcused ? .checksumLeftOut : wrong
        case .leftOut: anomaly = .checksumLeftOut
        }
        // One packet, once, even if both of its sums were left out.
        guard facts.anomalies & (1 << UInt16(anomaly.rawValue)) == 0 else { return }
        facts.note(anomaly)
        tallies.add(anomaly)
    }

    /// Cooked captures say who sent a packet: type 4 is the capturing host (PACKET_OUTGOING).
    private static func isSentByCapturingHost(_ bytes: RawSpan, _ linkType: UInt16) -> Bool {
        let header = Cursor(bytes)
        switch linkType {
        case 113: return header.remaining >= 2 && header.u16(0) == 4
        case 276: return header.remaining >= 11 && header.u8(10) == 4
        default: return false
        }
    }
}
