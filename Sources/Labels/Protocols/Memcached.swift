/// Memcached: text commands and replies, binary headers; over UDP behind a header of eight octets.
enum Memcached {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard flow.transport == .udp else { return inspectMessage(payload) }
        // Request, sequence, datagrams, reserved.
        guard let datagrams = payload.u16(4), datagrams >= 1, let sequence = payload.u16(2), sequence < datagrams,
            payload.u16(6) == 0
        else { return .no }
        return inspectMessage(payload.part(8..<payload.count))
    }

    private static func inspectMessage(_ payload: Payload) -> Verdict {
        guard let first = payload.u8(0) else { return .no }
        if first == 0x80 || first == 0x81 {
            // Magic, operation, key length, extras, data type, and the length of the body.
            guard let operation = payload.u8(1), operation <= 0x48, let key = payload.u16(2), key <= 250,
                let extras = payload.u8(4), extras <= 32, payload.u8(5) == 0, let body = payload.u32(8),
                body >= key + extras, 24 + body == payload.count
            else { return .no }
            return .certain(.memcached)
        }
        guard let (line, _) = payload.line(0, limit: 300), payload.isText(line) else { return .no }
        switch first {
        case 0x67:  // get, gets, gat
            return payload.has("get ") || payload.has("gets ") ? .likely(.memcached) : .no
        case 0x73, 0x61, 0x72, 0x70:  // set, add, replace, append, prepend; stats
            if payload.has("stats"), line.upperBound == 5 { return .likely(.memcached) }
            return isStorage(payload, line) ? .certain(.memcached) : .no
        case 0x56, 0x53, 0x45:  // VALUE, VERSION, STORED, STAT, END
            guard payload.has("VALUE ") || payload.has("STAT ") || payload.has("STORED\r\n") || payload.has("END\r\n")
            else {
                return .no
            }
            return payload.has("STAT ") ? .likely(.memcached) : .hint(.memcached)
        default: return .no
        }
    }

    /// `set key flags seconds octets`.
    private static func isStorage(_ payload: Payload, _ line: Range<Int>) -> Bool {
        guard ["set ", "add ", "replace ", "append ", "prepend "].contains(where: { payload.has($0) }) else {
            return false
        }
        var numbers = 0
        var position =
            payload.first(0x20, from: 0).map { payload.first(0x20, from: $0 + 1, before: line.upperBound) } ?? nil
        while let space = position {
            let next = payload.first(0x20, from: space + 1, before: line.upperBound)
            if payload.decimal(space + 1..<(next ?? line.upperBound)) != nil { numbers += 1 }
            position = next
        }
        return numbers >= 3
    }
}
