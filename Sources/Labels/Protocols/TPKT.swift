/// TPKT (RFC 1006) and the connection-oriented transport protocol (ITU-T X.224), on which RDP and S7 stand.
///
///     +0 version 3   +1 reserved   +2 length   +4 length of the transport header   +5 its type
struct TPKT {
    static let connectionRequest = 0xE0
    static let connectionConfirm = 0xD0
    static let data = 0xF0

    /// The transport header's type.
    let type: Int
    /// Where the variable part of a connection request or confirm begins, or what follows a data header.
    let rest: Int
    /// Where the packet ends.
    let end: Int

    /// The packet at the beginning of `payload`; nil when lengths do not agree.
    init?(_ payload: Payload) {
        guard payload.u8(0) == 3, payload.u8(1) == 0, let length = payload.u16(2), length >= 7, length <= payload.count,
            let header = payload.u8(4), header + 5 <= length, let type = payload.u8(5)
        else { return nil }
        switch type {
        case Self.connectionRequest, Self.connectionConfirm:
            guard header >= 6, length == header + 5 else { return nil }
            rest = 11
        case Self.data:
            guard header == 2 else { return nil }
            rest = 7
        default: return nil
        }
        self.type = type
        end = length
    }
}
