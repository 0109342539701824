/// Tabular data stream (MS-TDS section 2.2.3): type, status, length, process, packet number, window.
enum TDS {
    /// Done, error, information, login acknowledgement, environment, columns, rows, return status.
    private static let responseTokens: Set = [0xFD, 0xFE, 0xFF, 0xAA, 0xAB, 0xAD, 0xE3, 0x81, 0xD1, 0x79]

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let type = payload.u8(0), let status = payload.u8(1), status < 0x20, let length = payload.u16(2),
            length >= payload.count, length > 8, let number = payload.u8(6), number <= 1, payload.u8(7) == 0
        else { return .no }
        guard length == payload.count || type == 1 || type == 3 else { return .no }
        switch type {
        case 0x12, 0x04:
            if type == 4, let token = payload.u8(8), responseTokens.contains(token) { return .hint(.tds) }
            // Prelogin: options of five octets; the first is the version, and its data begins behind the terminator.
            guard payload.u8(8) == 0, let offset = payload.u16(9), offset >= 6, offset < length - 8,
                payload.u8(8 + offset - 1) == 0xFF, payload.u16(11) == 6
            else { return .no }
            return .certain(.tds)
        case 1, 3:
            // A batch or a call, behind its list of headers since version 7.2: lengths 22 and 18, type 2.
            return payload.u32LE(8) == 22 && payload.u32LE(12) == 18 && payload.u16LE(16) == 2
                ? .certain(.tds) : .hint(.tds)
        case 0x10: return payload.u32LE(8) == length - 8 ? .certain(.tds) : .no
        default: return .no
        }
    }
}
