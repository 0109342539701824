/// IP without a link layer (LINKTYPE_RAW, 101; DLT_RAW values 12 and 14): the version is in the first nibble.
enum RawIP {
    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= 1 else { return .undecodable(.networkHeaderCut) }
        switch cursor.u8(0) >> 4 {
        case 4: return IPv4.decode(&cursor, &packet)
        case 6: return IPv6.decode(&cursor, &packet)
        default: return .undecodable(.networkVersionWrong)
        }
    }
}
