/// Tabular data stream (MS-TDS section 2.2.3): type, status, length, process, packet number, window.
enum TDS {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let type = payload.u8(0), let status = payload.u8(1), status <= 1, let length = payload.u16(2),
            length == payload.count, length > 8, let number = payload.u8(6), number <= 1, payload.u8(7) == 0
        else { return .no }
        switch type {
        case 0x12, 0x04:
            // Prelogin: options of five octets; the first is the version, and its data begins behind the terminator.
            guard payload.u8(8) == 0, let offset = payload.u16(9), offset >= 6, offset < length - 8,
                payload.u8(8 + offset - 1) == 0xFF, payload.u16(11) == 6
            else { return .no }
            return .certain(.tds)
        case 0x10: return payload.u32LE(8) == length - 8 ? .certain(.tds) : .no
        default: return .no
        }
    }
}
