/// FDDI (LINKTYPE_FDDI): frame control, destination, source, then LLC in frames whose control says so.
enum FDDI {
    private static let headerLength = 13
    private static let formatMask: UInt8 = 0xF0
    private static let asynchronousLLC: UInt8 = 0x50

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let control = cursor.u8(0)
        guard control & formatMask == asynchronousLLC else { return .notAFlow(link: 10) }
        cursor.skip(1)
        guard Ethernet.readAddresses(&cursor, &packet) else { return .undecodable(.linkHeaderCut) }
        return .llc
    }
}
