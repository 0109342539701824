/// OpenVPN: the hard reset that a client begins with, and the server's answer; over TCP behind a length.
///
/// Operation (5 bits) and key (3 bits), session, [HMAC, packet id and time with `tls-auth`], acknowledgements, packet id.
enum OpenVPN {
    private static let port = 1194

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        var start = 0
        if flow.transport == .tcp {
            guard payload.u16(0) == payload.count - 2 else { return .no }
            start = 2
        }
        guard let first = payload.u8(start), let session = payload.u64(start + 1), session != 0 else { return .no }
        let count = payload.count - start
        switch first {
        case 0x38, 0x50:
            guard flow.isFromInitiator else { return .no }
            if count == 14, payload.isZero(start + 9..<start + 14) { return .certain(.openVPN) }
            // The HMAC of SHA-1, SHA-256 or SHA-512, packet id 1, the time.
            for digest in [20, 32, 64]
            where count >= 22 + digest && payload.u32(start + 9 + digest) == 1
                && isTime(payload.u32(start + 13 + digest))
            {
                return .certain(.openVPN)
            }
            guard count >= 42, count <= 1500 else { return .no }
            flow.sawOpenVPNReset = true
            return .hint(.openVPN)
        case 0x40:
            guard !flow.isFromInitiator else { return .no }
            // One acknowledgement, of packet 0; the client's session; packet 0.
            if count == 26, payload.u8(start + 9) == 1, payload.u32(start + 10) == 0, payload.u32(start + 22) == 0 {
                return .certain(.openVPN)
            }
            // By itself this is any octet 64, with which packets of other protocols begin too.
            return count >= 42 && count <= 1500 && (flow.sawOpenVPNReset || flow.uses(port)) ? .hint(.openVPN) : .no
        default: return .no
        }
    }

    /// From 2001 to 2100.
    private static func isTime(_ seconds: Int?) -> Bool {
        seconds.map { (980_000_000...4_102_444_800).contains($0) } ?? false
    }
}
