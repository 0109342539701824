/// Redis (RESP): commands are arrays of bulk strings. Replies by themselves are too short to be sure.
enum Redis {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let first = payload.u8(0), let (line, next) = payload.line(0, limit: 64), next == line.upperBound + 2
        else {
            return .no
        }
        switch first {
        case 0x2A:  // *2 and then $4
            guard let count = payload.decimal(1..<line.upperBound), (1...1024).contains(count),
                payload.u8(next) == 0x24,
                let (size, text) = payload.line(next, limit: 16),
                let length = payload.decimal(size.lowerBound + 1..<size.upperBound), (1...64).contains(length),
                payload.isText(text..<text + length), payload.u16(text + length) == 0x0D0A
            else { return .no }
            return .certain(.redis)
        case 0x2B:  // +OK
            return next == payload.count && payload.isText(line) && (payload.has("+OK\r") || payload.has("+PONG"))
                ? .hint(.redis) : .no
        case 0x2D:  // -ERR
            return payload.has("-ERR ") || payload.has("-NOAUTH ") || payload.has("-MOVED ") ? .likely(.redis) : .no
        case 0x24, 0x3A:  // $5 and :1
            return payload.decimal(1..<line.upperBound) != nil ? .hint(.redis) : .no
        default: return .no
        }
    }
}
