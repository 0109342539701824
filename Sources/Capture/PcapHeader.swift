/// The 24-octet header of a classic pcap file (draft-ietf-opsawg-pcap, section 4).
///
///      0                   1                   2                   3
///     |                         magic number                          |  0
///     |         major version         |         minor version         |  4
///     |                          reserved 1                           |  8
///     |                          reserved 2                           | 12
///     |                        snapshot length                        | 16
///     |FCS len|R|P|     reserved 3    |        link-layer type        | 20
///
/// All fields are in the byte order of the machine that wrote the file, which the magic number shows.
struct PcapHeader: Equatable {
    static let octets = 24

    /// Microseconds in the fraction field.
    private static let microseconds: UInt32 = 0xa1b2_c3d4
    /// Nanoseconds in the fraction field.
    private static let nanoseconds: UInt32 = 0xa1b2_3c4d
    /// Alexey Kuznetzov's patched libpcap: microseconds, and records whose header has eight octets more.
    private static let modified: UInt32 = 0xa1b2_cd34

    /// Whether the file's byte order is not this machine's.
    let swapped: Bool
    /// Nanoseconds in one unit of a record's fraction field: 1000 or 1.
    let nanosecondsPerUnit: Int64
    /// Octets of a record header: 16, or 24 in Kuznetzov-modified files.
    let recordHeaderOctets: Int
    /// Whether captured and original length have changed places, as in files of versions before 2.3.
    let lengthsExchanged: Bool
    let linkType: UInt16
    let fcsOctets: UInt8
    let snapLength: UInt32

    /// The header at `magic`'s file start; `field` loads the 32 bits at an offset in this machine's byte order. Returns
    /// nil when the magic number is not one of pcap's.
    init?(_ field: (Int) -> UInt32) {
        let magic = field(0)
        switch magic {
        case Self.microseconds, Self.nanoseconds, Self.modified: swapped = false
        case Self.microseconds.byteSwapped, Self.nanoseconds.byteSwapped, Self.modified.byteSwapped: swapped = true
        default: return nil
        }
        let swapped = swapped
        func value(_ offset: Int) -> UInt32 { swapped ? field(offset).byteSwapped : field(offset) }
        nanosecondsPerUnit = value(0) == Self.nanoseconds ? 1 : 1000
        recordHeaderOctets = value(0) == Self.modified ? 24 : 16
        // The two 16-bit version fields: the first one is in the low half of a little-endian load.
        let bigEndianFile = swapped == (UInt32(1).littleEndian == 1)
        let versions = value(4)
        let (major, minor) =
            bigEndianFile ? (versions >> 16, versions & 0xffff) : (versions & 0xffff, versions >> 16)
        lengthsExchanged = major == 2 && minor < 3
        snapLength = value(16)
        let network = value(20)
        linkType = UInt16(truncatingIfNeeded: network)
        // P says that FCS len is there; FCS len counts 16-bit words.
        fcsOctets = network & 0x0400_0000 == 0 ? 0 : UInt8(network >> 28) * 2
    }

    /// The largest value of a record's fraction field, plus one.
    var fractionLimit: UInt32 { nanosecondsPerUnit == 1 ? 1_000_000_000 : 1_000_000 }

    /// The format for people.
    var format: String {
        let order = swapped == (UInt32(1).littleEndian == 1) ? "big-endian" : "little-endian"
        let unit = nanosecondsPerUnit == 1 ? "nanoseconds" : "microseconds"
        return recordHeaderOctets == 24 ? "pcap (modified, \(unit), \(order))" : "pcap (\(unit), \(order))"
    }
}
