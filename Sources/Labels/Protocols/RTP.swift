/// RTP and RTCP (RFC 3550). One RTP packet looks like anything; two of one direction with the same source, whose numbers
/// follow each other, do not.
enum RTP {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let first = payload.u8(0), first >> 6 == 2, let second = payload.u8(1), isPayloadType(second & 0x7F),
            let sequence = payload.u16(2), let source = payload.u32(8), source != 0,
            payload.count >= 12 + 4 * (first & 0xF)
        else { return .no }
        if first & 0x10 != 0 {
            // An extension header, whose length fits.
            guard let words = payload.u16(14 + 4 * (first & 0xF)), 16 + 4 * (first & 0xF) + 4 * words <= payload.count
            else { return .no }
        }
        let state = UInt64(source) << 16 | UInt64(sequence)
        let last = flow.isFromInitiator ? flow.mediaStreams.initiator : flow.mediaStreams.responder
        if flow.isFromInitiator { flow.mediaStreams.initiator = state } else { flow.mediaStreams.responder = state }
        guard last != .max, last >> 16 == UInt64(source) else { return .no }
        let step = (sequence - Int(last & 0xFFFF)) & 0xFFFF
        return (1...8).contains(step) ? .likely(.rtp) : .no
    }

    /// Compound control packets: a report first, and lengths that fill the datagram.
    static func inspectControl(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        var position = 0
        var packets = 0
        while position < payload.count {
            guard let first = payload.u8(position), first >> 6 == 2, let type = payload.u8(position + 1),
                (packets == 0 ? 200...201 : 200...207).contains(type), let words = payload.u16(position + 2)
            else { return .no }
            if packets == 0, type == 200 ? words < 6 : words < 1 { return .no }
            packets += 1
            position += 4 + 4 * words
        }
        guard position == payload.count, packets > 0 else { return .no }
        return packets > 1 ? .certain(.rtcp) : .hint(.rtcp)
    }

    /// Assigned statically or dynamically; not those that RTCP's types would be taken for.
    private static func isPayloadType(_ type: Int) -> Bool { type <= 34 || (96...127).contains(type) }
}
