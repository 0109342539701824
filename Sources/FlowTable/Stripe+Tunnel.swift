import PacketDecode

extension Stripe {
    /// Notes the tunnel around the first packet of an endpoint: it makes the flow one in a tunnel, or adds the identifier
    /// that the other direction has (a TEID, a session id).
    @inline(never)
    mutating func noteTunnel(_ slot: Int, _ facts: PacketFacts, _ tunnel: TunnelFacts) {
        let from = facts.sender
        hot[slot].sides[from].marks.insert(.tunnel)
        let known = cold[slot].tunnel
        let isFirst = !hot[slot].sides[1 - from].marks.contains(.tunnel)
        var entry = TunnelTable.Tunnel()
        if isFirst {
            entry.high[from] = tunnel.sourceHigh
            entry.low[from] = tunnel.sourceLow
            entry.high[1 - from] = tunnel.destinationHigh
            entry.low[1 - from] = tunnel.destinationLow
            entry.kind = tunnel.kind
            entry.depth = tunnel.depth
            if facts.flags.contains(.tunnelCopy) { cold[slot].isTunnelCopy = true }
        } else {
            // Without a place for the first direction there is none for the second.
            guard known != TunnelTable.none else { return }
            entry = tunnels.tunnel(known)
            guard entry.kind == tunnel.kind else { return }
        }
        entry.identifier[from] = tunnel.identifier
        entry.direction[from] = tunnel.direction
        if !isFirst, tunnels.tunnel(known) == entry { return }
        let number = tunnels.enter(entry)
        // Full: what is known of the first direction stays.
        guard number != TunnelTable.none else { return }
        cold[slot].tunnel = number
        tunnels.leave(known)
    }

    /// The part of a record that tells the tunnel.
    ///
    /// Changes nothing: for a call that only borrows it the compiler copies the whole stripe, 4 KB for each record.
    @inline(never)
    mutating func fillTunnel(
        _ record: inout FlowRecord, _ slot: Int, forward: Int, _ presence: inout FlowRecord.Presence
    ) {
        let tunnel = tunnels.tunnel(cold[slot].tunnel)
        record.tunnelSourceHigh = tunnel.high[forward]
        record.tunnelSourceLow = tunnel.low[forward]
        record.tunnelDestinationHigh = tunnel.high[1 - forward]
        record.tunnelDestinationLow = tunnel.low[1 - forward]
        record.tunnelIdForward = tunnel.identifier[forward]
        record.tunnelIdReverse = tunnel.identifier[1 - forward]
        record.tunnelType = tunnel.kind
        record.tunnelDepth = tunnel.depth
        record.tunnelDirectionForward = tunnel.direction[forward]
        record.tunnelDirectionReverse = tunnel.direction[1 - forward]
        presence.insert(.tunnel)
    }
}
