/// Remote framebuffer (RFC 6143 section 7.1.1): both sides begin with `RFB 003.008` and a line end.
enum VNC {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.has("RFB 00"), payload.u8(7) == 0x2E, payload.u8(11) == 0x0A, payload.decimal(4..<7) != nil,
            payload.decimal(8..<11) != nil
        else { return .no }
        return .certain(.vnc)
    }
}
