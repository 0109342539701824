import CNetlink
import Glibc
import PacketDecode

/// Memory for datagrams that are taken from a socket with one call, each in a place of its own.
// SAFETY: (@safe) owns its memory from init to deinit; every access is within the place of a datagram.
@safe struct DatagramBuffers: ~Copyable {
    /// Datagrams that fit.
    static let count = 64
    /// Octets of each: a packet of 65,531 octets with all that is said of it, netfilter copying no more, is in memory of the
    /// next power of two, which the kernel then fills with the copies that follow.
    static let octets = 128 << 10

    private let memory: UnsafeMutableRawPointer
    private let vectors: UnsafeMutablePointer<iovec>
    private let messages: UnsafeMutablePointer<flowprobe_mmsghdr>

    /// Nil when there is no memory.
    init?() {
        // SAFETY: new memory, which the kernel gives when it is first touched.
        let mapped = unsafe mmap(
            nil, Self.count * Self.octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return nil }
        // SAFETY: (the rest) arrays of `count` elements, each initialised before it is used.
        unsafe memory = unsafe mapped
        unsafe vectors = UnsafeMutablePointer<iovec>.allocate(capacity: Self.count)
        unsafe messages = UnsafeMutablePointer<flowprobe_mmsghdr>.allocate(capacity: Self.count)
        for index in 0..<Self.count {
            // SAFETY: index < count; the datagram's place lies in the memory mapped above.
            unsafe vectors[index] = unsafe iovec(iov_base: mapped + index * Self.octets, iov_len: Self.octets)
            var message = unsafe flowprobe_mmsghdr()
            unsafe message.header.msg_iov = unsafe vectors + index
            // SAFETY: as above.
            unsafe message.header.msg_iovlen = 1
            unsafe messages[index] = unsafe message
        }
    }

    deinit {
        // SAFETY: made by init; nobody keeps packets of buffers that are gone.
        unsafe munmap(memory, Self.count * Self.octets)
        unsafe vectors.deallocate()
        unsafe messages.deallocate()
    }

    /// Takes what has arrived, without waiting, into the places from `first` on. Returns how many datagrams; 0 with errno
    /// when there are none.
    mutating func receive(_ socket: borrowing PacketDescriptor, from first: Int = 0) -> Int {
        precondition(first >= 0 && first < Self.count)
        // SAFETY: the messages from `first` on, and the memory they name, are ours; nothing keeps a packet of theirs now.
        let taken = unsafe flowprobe_recvmmsg(
            socket.number, messages + first, UInt32(Self.count - first), Int32(MSG_DONTWAIT))
        return max(0, Int(taken))
    }

    /// The datagram in a place; nil when it is empty, or was longer than the place.
    func datagram(_ index: Int) -> NetlinkDatagram? {
        precondition(index >= 0 && index < Self.count)
        // SAFETY: (both) index < count.
        let octets = unsafe Int(messages[index].octets)
        let isCut = unsafe messages[index].header.msg_flags & Int32(MSG_TRUNC) != 0
        guard octets > 0, octets <= Self.octets, !isCut else { return nil }
        // SAFETY: the kernel has written so many octets there.
        return unsafe NetlinkDatagram(
            UnsafeMutableRawBufferPointer(start: memory + index * Self.octets, count: octets))
    }
}
