/// BitTorrent: the peers' handshake (BEP 3), also within uTP (BEP 29), the distributed hash table (BEP 5), and connections to
/// trackers over UDP (BEP 15).
enum BitTorrent {
    private static let trackerMagic: UInt64 = 0x0417_2710_1980
    private static let utpHeader = 20

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        if payload.has("\u{13}BitTorrent protocol") { return .certain(.bitTorrent) }
        guard flow.transport == .udp else { return .no }
        if payload.has("\u{13}BitTorrent protocol", at: utpHeader) { return .certain(.bitTorrent) }
        if payload.u64(0) == trackerMagic, payload.u32(8) == 0, payload.count == 16 { return .certain(.bitTorrent) }
        guard payload.has("d1:"), payload.u8(payload.count - 1) == 0x65 else { return .no }
        let isKRPC =
            payload.has("d1:ad2:id20:") || payload.has("d1:rd2:id20:") || payload.has("d1:eli2")
            || payload.has("d2:ip6:")
        return isKRPC ? .certain(.bitTorrent) : .no
    }
}
