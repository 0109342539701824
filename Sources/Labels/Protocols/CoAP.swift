/// CoAP (RFC 7252 section 3): version 1, type, token, code, and options up to a marker or the end.
enum CoAP {
    private static let uriPath = 11
    /// Options up to those of RFC 7959, RFC 8613 and the proxies.
    private static let highestOption = 300
    private static let mostOptions = 64

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let first = payload.u8(0), first >> 6 == 1, first & 0xF <= 8, let code = payload.u8(1), isCode(code)
        else {
            return .no
        }
        var position = 4 + (first & 0xF)
        var (number, options) = (0, 0)
        var hasPath = false
        while position < payload.count, let octet = payload.u8(position), octet != 0xFF {
            position += 1
            options += 1
            guard options <= mostOptions else { return .no }
            guard let delta = extended(octet >> 4, payload, &position),
                let length = extended(octet & 0xF, payload, &position),
                position + length <= payload.count
            else { return .no }
            number += delta
            guard number > 0, number <= highestOption else { return .no }
            if number == uriPath, length > 0 {
                guard payload.isText(position..<position + length) else { return .no }
                hasPath = true
            }
            position += length
        }
        // A marker must have something behind it.
        guard position == payload.count || position < payload.count - 1 else { return .no }
        return hasPath && code < 0x20 ? .likely(.coap) : .hint(.coap)
    }

    private static func isCode(_ code: Int) -> Bool {
        code <= 7 || (0x41...0x45).contains(code) || code == 0x5F || (0x80...0x9D).contains(code)
            || (0xA0...0xA5).contains(code)
    }

    private static func extended(_ nibble: Int, _ payload: Payload, _ position: inout Int) -> Int? {
        switch nibble {
        case 13:
            position += 1
            return payload.u8(position - 1).map { $0 + 13 }
        case 14:
            position += 2
            return payload.u16(position - 2).map { $0 + 269 }
        case 15: return nil
        default: return nibble
        }
    }
}
