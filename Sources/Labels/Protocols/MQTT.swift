/// MQTT: pings, whose two octets are weak evidence; a CONNECT packet, whose remaining length agrees and which names the protocol. Its user name and password are not
/// looked at.
enum MQTT {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        if payload.count == 2, payload.u16(0) == 0xC000 || payload.u16(0) == 0xD000 { return .hint(.mqtt) }
        guard payload.u8(0) == 0x10 else { return .no }
        var length = 0
        var position = 1
        while let octet = payload.u8(position), position <= 4 {
            length |= (octet & 0x7F) << (7 * (position - 1))
            position += 1
            if octet & 0x80 == 0 { break }
        }
        guard length >= 10, payload.has("\0\u{4}MQTT", at: position) || payload.has("\0\u{6}MQIsdp", at: position)
        else {
            return .no
        }
        return .certain(.mqtt)
    }
}
