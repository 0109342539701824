/// Solaris's and Linux's IPNET (LINKTYPE_IPNET): an interface's IP packets with a header about where they were seen.
///
///     +---------+--------+-----------+--------+-----------------+-----------------+-----
///     | version | family | hook type | length | group interface | interface, zones | IP
///     +---------+--------+-----------+--------+-----------------+-----------------+-----
///          1        1         2          4            4                 12
enum IPNET {
    private static let headerLength = 24

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let family = cursor.u8(1)
        cursor.skip(headerLength)
        switch family {
        case 2: return .etherType(0x0800)
        case 26: return .etherType(0x86DD)
        default: return .notAFlow(link: 226)
        }
    }
}
