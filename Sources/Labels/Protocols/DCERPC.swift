/// DCE RPC (The Open Group C706 chapter 12): connection-oriented over TCP; connectionless over UDP, which PROFINET uses with
/// object identifiers of its own.
enum DCERPC {
    /// Connection-oriented: version 5, type, flags, data representation, fragment length.
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u8(0) == 5, let minor = payload.u8(1), minor <= 1, let type = payload.u8(2), type <= 20,
            let order = payload.u8(4), order & 0xEF == 0, payload.u8(5) == 0, payload.u16(6) == 0
        else { return .no }
        guard let length = order == 0x10 ? payload.u16LE(8) : payload.u16(8), length >= 16, length <= 0x4000,
            type != 11 || length >= 40
        else { return .no }
        return length <= payload.count ? .certain(.dceRPC) : .likely(.dceRPC)
    }

    /// Connectionless: version 4, type, data representation, then the object's identifier at octet 8.
    static func inspectDatagram(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u8(0) == 4, let type = payload.u8(1), type <= 10, let order = payload.u8(4), order & 0xEF == 0,
            payload.u8(5) == 0, payload.count >= 80
        else { return .no }
        let isLittle = order == 0x10
        guard let length = isLittle ? payload.u16LE(74) : payload.u16(74), 80 + length <= payload.count else {
            return .no
        }
        // DEA00000-6C97-11D1-8271-...
        guard (isLittle ? payload.u32LE(8) : payload.u32(8)) == 0xDEA0_0000,
            (isLittle ? payload.u16LE(12) : payload.u16(12)) == 0x6C97,
            (isLittle ? payload.u16LE(14) : payload.u16(14)) == 0x11D1, payload.u16(16) == 0x8271
        else { return .hint(.dceRPC) }
        return .certain(.profinet)
    }
}
