/// LDP (RFC 5036 section 3.1): version 1, length, identifier, and a message whose length fits.
enum LDP {
    private static let messages: Set = [
        0x0001, 0x0100, 0x0200, 0x0201, 0x0300, 0x0301, 0x0400, 0x0401, 0x0402, 0x0403, 0x0404,
    ]

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u16(0) == 1, let length = payload.u16(2), length >= 14, 4 + length <= payload.count,
            payload.u16(8) == 0, let type = payload.u16(10), messages.contains(type & 0x7FFF),
            let message = payload.u16(12), message >= 4, message <= length - 10
        else { return .no }
        return .certain(.ldp)
    }
}
