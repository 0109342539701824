/// Kerberos (RFC 4120 section 5): an application tag, a sequence, and protocol version 5 in the first or second element.
enum Kerberos {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        var start = 0
        if flow.transport == .tcp {
            guard let length = payload.u32(0), length >= 16, length <= 1 << 20 else { return .no }
            start = 4
        }
        guard let message = BER.element(payload, start), isMessage(message.tag),
            let fields = BER.element(payload, message.contents.lowerBound, BER.sequence),
            fields.contents.upperBound == message.contents.upperBound,
            // pvno: [1] of requests, [0] of everything else.
            let version = BER.element(payload, fields.contents.lowerBound), version.tag == 0xA0 || version.tag == 0xA1,
            let (value, next) = BER.integer(payload, version.contents.lowerBound), value == 5,
            next == version.contents.upperBound
        else { return .no }
        return .certain(.kerberos)
    }

    /// AS and TGS requests and replies, AP requests and replies, errors.
    private static func isMessage(_ tag: Int) -> Bool { (0x6A...0x6F).contains(tag) || tag == 0x7E }
}
