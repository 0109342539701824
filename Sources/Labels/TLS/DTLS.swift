/// DTLS 1.0 to 1.2 (RFC 6347) and the hellos of 1.3, which keep that form (RFC 9147).
///
///     +0 type   +1 version   +3 epoch   +5 sequence   +11 length   +13 message: type 1, length 3, number 2, offset 3, length 3
enum DTLS {
    private static let recordHeader = 13
    private static let messageHeader = 12

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let type = payload.u8(0), (20...25).contains(type), let version = payload.u16(1),
            version == 0xFEFF || version == 0xFEFD || version == 0x0100, let length = payload.u16(11), length > 0,
            recordHeader + length <= payload.count
        else { return .no }
        let isClear = payload.u16(3) == 0
        guard type == TLS.handshakeRecord, isClear else { return isClear && type == 23 ? .no : .likely(.dtls) }
        guard let message = payload.u8(recordHeader), let size = payload.u24(recordHeader + 1),
            let offset = payload.u24(recordHeader + 6), let part = payload.u24(recordHeader + 9),
            offset + part <= size, messageHeader + part <= length
        else { return .no }
        let start = recordHeader + messageHeader
        let isWhole = offset == 0 && part == size
        switch message {
        case TLS.clientHello:
            guard isWhole else { return .certain(.dtls).more }
            guard let hello = ClientHello(payload, start..<start + size, over: .dtls) else { return .no }
            hello.add(to: &flow, payload, over: .dtls)
            return .certain(.dtls).more
        case TLS.serverHello:
            guard isWhole, let hello = ServerHello(payload, start..<start + size) else { return .certain(.dtls) }
            hello.add(to: &flow, payload)
            return .certain(.dtls)
        case 3:  // HelloVerifyRequest: the client says hello again, with a cookie.
            return .certain(.dtls).more
        default: return .likely(.dtls)
        }
    }
}
