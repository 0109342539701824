import CPacketRing
import Glibc

/// A socket's ring in memory that the kernel and this program share: blocks of packets, which change hands by their
/// status word (packet(7), TPACKET_V3).
///
///     block     | version | offset of private | status | packets | offset of first | … | packets …
///     packet    | next (offset) | seconds | nanoseconds | kept | length | status | mac (offset) | net | tag …
///               | sockaddr_ll, with the packet's type | … | bytes, from offset mac
///
/// What the kernel wrote is checked against the block's end all the same.
// SAFETY: (@safe) owns the mapping from init to deinit; every access is within a block of it, as `packet` checks.
@safe struct RingMapping: ~Copyable {
    /// What the ring says of a packet.
    // SAFETY: (@safe) only reading through `bytes` is unsafe, and every such place says `unsafe` for itself.
    @safe struct Packet {
        /// The first captured byte, `kept` of which may be read until the block is given back.
        var bytes: UnsafePointer<UInt8>
        var seconds: UInt32
        var nanoseconds: UInt32
        var kept: UInt32
        var length: UInt32
        var status: UInt32
        var tag: UInt16
        /// PACKET_OUTGOING and its like.
        var type: UInt8
        /// Octets from this packet's header to the next one's; 0 at the last.
        var next: Int
    }

    let blockCount: Int
    private let blockOctets: Int
    private let start: UnsafeMutableRawPointer

    /// Maps the ring of `socket`, which has been laid out as said. Nil when there is no memory for it.
    init?(_ socket: borrowing PacketDescriptor, blockCount: Int, blockOctets: Int) {
        // SAFETY: a new shared mapping of the socket's ring; nothing else lies there.
        let mapped = unsafe mmap(
            nil, blockCount * blockOctets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, socket.number, 0)
        // SAFETY: compares an address.
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return nil }
        unsafe start = unsafe mapped
        self.blockCount = blockCount
        self.blockOctets = blockOctets
    }

    deinit {
        // SAFETY: mapped by init with this length; nobody keeps pointers into a ring that is gone.
        unsafe munmap(start, blockCount * blockOctets)
    }

    @inline(__always)
    private func header(_ block: Int) -> UnsafeMutablePointer<tpacket_block_desc> {
        precondition(block >= 0 && block < blockCount)
        // SAFETY: within the mapping; every block begins with its description.
        return unsafe (start + block * blockOctets).assumingMemoryBound(to: tpacket_block_desc.self)
    }

    @inline(__always)
    private func status(_ block: Int) -> UnsafeMutablePointer<UInt32> {
        // SAFETY: a field of the block's description, which lies in the mapping.
        unsafe UnsafeMutableRawPointer(header(block))
            .advanced(by: Self.statusOffset).assumingMemoryBound(to: UInt32.self)
    }

    /// Offset of `hdr.bh1.block_status` in a block: after the version and the private area's offset.
    private static let statusOffset = 8

    /// Whether the kernel has handed over `block`.
    @inline(__always)
    func isOurs(_ block: Int) -> Bool {
        // SAFETY: an aligned word of the mapping.
        unsafe flowprobe_load_acquire(status(block)) & UInt32(TP_STATUS_USER) != 0
    }

    /// Gives `block` back to the kernel.
    func giveBack(_ block: Int) {
        // SAFETY: an aligned word of the mapping.
        unsafe flowprobe_store_release(status(block), UInt32(TP_STATUS_KERNEL))
    }

    /// How many packets are in `block`, and at which offset the first one's header is.
    func contents(_ block: Int) -> (packets: Int, first: Int) {
        // SAFETY: the block is this program's, so that the kernel does not write to it.
        let description = unsafe header(block).pointee.hdr.bh1
        return (Int(description.num_pkts), Int(description.offset_to_first_pkt))
    }

    /// Octets from a packet's header to its socket address (TPACKET_ALIGN of the header's size).
    private static let addressOffset =
        (MemoryLayout<tpacket3_hdr>.size + Int(TPACKET_ALIGNMENT) - 1) & ~(Int(TPACKET_ALIGNMENT) - 1)
    private static let headerOctets = addressOffset + MemoryLayout<sockaddr_ll>.size

    /// Of packets in a block (the kernel's V3_ALIGNMENT, which no header tells).
    private static let alignment = 8

    /// The packet whose header is at `offset` in `block`; nil when it does not lie within the block.
    @inline(__always)
    func packet(_ block: Int, at offset: Int) -> Packet? {
        guard offset >= 0, offset <= blockOctets &- Self.headerOctets,
            offset & (Self.alignment - 1) == 0
        else { return nil }
        // SAFETY: (all three) header and address lie within the block, aligned as the kernel lays them out.
        let base = unsafe UnsafeMutableRawPointer(header(block)).advanced(by: offset)
        let header = unsafe base.assumingMemoryBound(to: tpacket3_hdr.self)
        let address = unsafe base.advanced(by: Self.addressOffset).assumingMemoryBound(to: sockaddr_ll.self)
        // SAFETY: as above.
        let (mac, kept) = unsafe (Int(header.pointee.tp_mac), header.pointee.tp_snaplen)
        guard mac >= Self.headerOctets - MemoryLayout<sockaddr_ll>.size, Int(kept) <= blockOctets &- offset &- mac
        else {
            return nil
        }
        // SAFETY: `kept` octets from `mac` on lie within the block, as was just checked.
        return unsafe Packet(
            bytes: UnsafePointer(base.advanced(by: mac).assumingMemoryBound(to: UInt8.self)),
            seconds: header.pointee.tp_sec, nanoseconds: header.pointee.tp_nsec, kept: kept,
            length: header.pointee.tp_len, status: header.pointee.tp_status,
            tag: UInt16(truncatingIfNeeded: header.pointee.hv1.tp_vlan_tci), type: address.pointee.sll_pkttype,
            next: Int(header.pointee.tp_next_offset))
    }
}
