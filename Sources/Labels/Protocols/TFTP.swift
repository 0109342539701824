/// TFTP (RFC 1350 section 5): a read or write request, file name and mode. Blocks and their acknowledgements come from
/// another port, in a flow of their own, and are weak evidence; an answer to options (RFC 2347) names them.
enum TFTP {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        switch (payload.u16(0), payload.count) {
        case (3, 4...516) where payload.u16(2) != 0, (4, 4): return .hint(.tftp)
        case (6, _):
            for option in ["blksize", "timeout", "tsize", "windowsize"] where payload.hasFolded(option, at: 2) {
                return payload.u8(2 + option.utf8.count) == 0 ? .certain(.tftp) : .no
            }
            return .no
        default: break
        }
        guard let operation = payload.u16(0), operation == 1 || operation == 2,
            let nameEnd = payload.first(0, from: 2), nameEnd > 2, payload.isText(2..<nameEnd)
        else { return .no }
        for mode in ["octet", "netascii", "mail"] where payload.hasFolded(mode, at: nameEnd + 1) {
            return payload.u8(nameEnd + 1 + mode.utf8.count) == 0 ? .certain(.tftp) : .no
        }
        return .no
    }
}
