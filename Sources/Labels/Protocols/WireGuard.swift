/// WireGuard: a type, three zeros, and for each type a length.
enum WireGuard {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let type = payload.u8(0), payload.u24(1) == 0 else { return .no }
        switch (type, payload.count) {
        case (1, 148), (2, 92): return .certain(.wireGuard)
        case (3, 64): return .likely(.wireGuard)
        case (4, 32...) where payload.count % 16 == 0: return .hint(.wireGuard)
        default: return .no
        }
    }
}
