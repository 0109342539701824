/// A stack of MPLS labels directly in IP (RFC 4023, protocol 137) or UDP (RFC 7510, port 6635). What is below the last
/// label is told as in `MPLS`.
enum MPLSTunnel {
    private static let entryLength = 4
    private static let bottom: UInt32 = 0x100
    private static let labelLimit = 32

    /// The tunnel's identifier is the last label, which stands for the service; those above it lead there.
    static func decode(
        _ kind: TunnelKind, _ cursor: borrowing Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        var place = 0
        for _ in 0..<labelLimit {
            guard cursor.remaining >= place &+ entryLength else { return .flow }
            let entry = cursor.u32(place)
            place &+= entryLength
            guard entry & bottom != 0 else { continue }
            if kind == .mplsInUDP, !isPlausible(at: place, cursor, packet) { return .flow }
            return path.enter(kind, identifier: entry >> 12, &packet) ? .etherType(0x8847) : .flow
        }
        return .flow
    }

    /// Whether what is below the last label can be what `MPLS` would take it for, as far as its length tells.
    private static func isPlausible(at place: Int, _ cursor: borrowing Cursor, _ packet: borrowing PacketFacts) -> Bool
    {
        guard cursor.remaining > place else { return false }
        let version = cursor.u8(place) >> 4
        guard version == 4 || version == 6, !Ethernet.looksLikeFrame(cursor, at: place) else { return true }
        return InnerPacket.stands(at: place, within: Int(packet.payloadOctets) &- place, cursor)
    }
}
