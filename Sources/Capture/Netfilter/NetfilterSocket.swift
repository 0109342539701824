import CNetlink
import CPacketRing
import Glibc

/// A netlink socket that netfilter hands packets to (netlink(7), NETLINK_NETFILTER).
struct NetfilterSocket: ~Copyable {
    let descriptor: PacketDescriptor

    /// Opens a socket whose receive buffer takes `bufferOctets`. Nil with errno when that is not possible.
    init?(bufferOctets: Int) {
        descriptor = PacketDescriptor(
            socket(AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), Int32(NETLINK_NETFILTER)))
        guard descriptor.isOpen else { return nil }
        // Only who administers the network may exceed the system's limit. The kernel doubles the number.
        let half = Int32(clamping: bufferOctets / 2)
        guard descriptor.set(SOL_SOCKET, SO_RCVBUFFORCE, half) || descriptor.set(SOL_SOCKET, SO_RCVBUF, half) else {
            return nil
        }
        let number = descriptor.number
        // A socket that is connected to the kernel takes datagrams from nobody else.
        // SAFETY: (both) the address lives for the call, which reads as much of it as it is told.
        guard unsafe Self.withAddress({ unsafe bind(number, $0, $1) }) == 0,
            unsafe Self.withAddress({ unsafe connect(number, $0, $1) }) == 0
        else { return nil }
    }

    /// Calls `body` with the kernel's address: port 0, which is any port for one's own.
    private static func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        // SAFETY: an address of the family's own type and size.
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_nl>.size))
            }
        }
    }

    /// Hands a request to the kernel, which has done what it says when this returns; false with errno when it did not get
    /// there.
    func send(_ request: NetlinkRequest) -> Bool {
        // SAFETY: the call reads the octets.
        let sent = unsafe request.octets.withUnsafeBytes {
            unsafe Glibc.send(descriptor.number, $0.baseAddress, $0.count, 0)
        }
        return sent == request.octets.count
    }

    /// Waits until something has arrived, at most so long; whether it has.
    func wait(milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        // SAFETY: one entry, as stated.
        return unsafe poll(&entry, 1, milliseconds) > 0
    }
}
