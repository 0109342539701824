/// PostgreSQL: a startup message of version 3, or a request for TLS, GSSAPI or a cancellation.
enum PostgreSQL {
    private static let requests: Set = [80_877_102, 80_877_103, 80_877_104]

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let length = payload.u32(0), length == payload.count, let code = payload.u32(4) else { return .no }
        if requests.contains(code) { return length == 8 || length == 16 ? .certain(.postgreSQL) : .no }
        guard code >> 16 == 3, code & 0xFFFF <= 2, payload.u8(length - 1) == 0 else { return .no }
        return payload.has("user\0", at: 8) || payload.has("database\0", at: 8)
            ? .certain(.postgreSQL) : .hint(.postgreSQL)
    }
}
