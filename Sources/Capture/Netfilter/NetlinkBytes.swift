/// A bounds-checked reader over one netlink datagram. The only place that loads its octets.
///
/// Headers of messages and attributes are in the machine's byte order, the values of netfilter's attributes in network
/// byte order (linux/netlink.h, linux/netfilter/nfnetlink.h).
struct NetlinkBytes: ~Escapable {
    private let bytes: RawSpan

    /// A reader over `bytes`.
    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) { self.bytes = bytes }

    /// Octets in all.
    var count: Int { bytes.byteCount }

    /// The octet at `offset`.
    func u8(_ offset: Int) -> UInt8 {
        // SAFETY: RawSpan's load traps when the offset lies outside the datagram.
        unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// 16 bits in the machine's byte order.
    func u16(_ offset: Int) -> UInt16 {
        // SAFETY: as in u8; every bit pattern is a UInt16.
        unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }

    /// 32 bits in the machine's byte order.
    func u32(_ offset: Int) -> UInt32 {
        // SAFETY: as in u8; every bit pattern is a UInt32.
        unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }

    /// 16 bits in network byte order.
    func big16(_ offset: Int) -> UInt16 { UInt16(bigEndian: u16(offset)) }

    /// 32 bits in network byte order.
    func big32(_ offset: Int) -> UInt32 { UInt32(bigEndian: u32(offset)) }

    /// 64 bits in network byte order.
    func big64(_ offset: Int) -> UInt64 { UInt64(big32(offset)) << 32 | UInt64(big32(offset &+ 4)) }
}
