/// MySQL and MariaDB: the server's greeting is a packet with number 0, protocol version 10 and the server's version.
enum MySQL {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let low = payload.u16LE(0), let high = payload.u8(2), payload.u8(3) == 0, payload.u8(4) == 10,
            (high << 16 | low) == payload.count - 4, let end = payload.first(0, from: 5, before: 80), end > 5,
            payload.isText(5..<end), let digit = payload.u8(5), (0x30...0x39).contains(digit)
        else { return .no }
        flow.attributes.add(.serverSoftware, payload, 5..<end)
        return .certain(.mysql)
    }
}
