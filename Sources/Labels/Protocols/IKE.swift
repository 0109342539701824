/// IKE (RFC 7296 section 3.1, RFC 2408 section 3.1): two security parameter indexes, next payload, version, exchange, flags,
/// message id, length. On port 4500 four zeros stand in front.
enum IKE {
    private static let exchanges: Set = [2, 4, 5, 6, 32, 33, 34, 35, 36, 37, 43, 44]

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        let start = payload.u32(0) == 0 ? 4 : 0
        guard let initiator = payload.u64(start), initiator != 0, let version = payload.u8(start + 17),
            version == 0x10 || version == 0x20, let exchange = payload.u8(start + 18), exchanges.contains(exchange),
            version == 0x20 ? exchange >= 34 : exchange <= 33, let flags = payload.u8(start + 19),
            version == 0x20 ? flags & 0xC7 == 0 : flags & 0xF8 == 0, let length = payload.u32(start + 24),
            length == payload.count - start, length >= 28
        else { return .no }
        return .certain(.ike)
    }
}
