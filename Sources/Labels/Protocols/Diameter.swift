/// Diameter (RFC 6733 section 3): version 1, length, flags, command, application, and attribute-value pairs.
enum Diameter {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u8(0) == 1, let length = payload.u24(1), length >= 28, length % 4 == 0, let flags = payload.u8(4),
            flags & 0x0F == 0, let command = payload.u24(5), (257...330).contains(command) || command >= 8_388_600,
            // The first pair: code, flags, length.
            let code = payload.u32(20), (1...1500).contains(code), let pairFlags = payload.u8(24),
            pairFlags & 0x1F == 0,
            let pair = payload.u24(25), pair >= 8, pair <= length - 20
        else { return .no }
        return .certain(.diameter)
    }
}
