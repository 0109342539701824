import CPacketRing
import Foundation
import Glibc

/// A network interface as the kernel describes it now.
package struct NetworkInterface: Sendable, Equatable {
    /// Name, as in `ip link`.
    package var name: String
    /// The kernel's number, which a device that is removed and made again does not keep.
    package var index: Int32
    /// What its packets begin with (ARPHRD_ number).
    package var kind: UInt16
    /// Whether somebody has set it up.
    package var isUp: Bool
    /// Whether it has a carrier.
    package var isRunning: Bool
    /// Whether it is the loopback interface.
    package var isLoopback: Bool

    /// The LINKTYPE_ number of packets captured from it, nil when they cannot be decoded.
    package var linkType: UInt16? {
        switch Int32(kind) {
        case ARPHRD_ETHER, ARPHRD_LOOPBACK: 1
        // Bare IP: PPP, IP in IP, sit, tun devices, raw IP.
        case ARPHRD_PPP, ARPHRD_TUNNEL, ARPHRD_TUNNEL6, ARPHRD_SIT, ARPHRD_NONE, ARPHRD_RAWIP: 101
        default: nil
        }
    }

    /// The interface `name`, nil when there is none.
    package init?(named name: String) {
        guard !name.isEmpty, name.utf8.count < Int(IFNAMSIZ), !name.utf8.contains(0) else { return nil }
        // SAFETY: a string that lives for the call.
        let index = unsafe if_nametoindex(name)
        guard index != 0 else { return nil }
        let socket = PacketDescriptor(Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        guard socket.isOpen else { return nil }
        guard let flags = socket.interfaceFlags(name), let kind = socket.interfaceKind(name) else { return nil }
        self.name = name
        self.index = Int32(bitPattern: index)
        self.kind = kind
        isUp = flags & Int32(IFF_UP) != 0
        isRunning = flags & Int32(IFF_RUNNING) != 0
        isLoopback = flags & Int32(IFF_LOOPBACK) != 0
    }

    /// The name of the interface with this number; nil when there is none.
    package static func name(ofIndex index: UInt32) -> String? {
        var name = [CChar](repeating: 0, count: Int(IFNAMSIZ))
        // SAFETY: the call writes a name of at most IFNAMSIZ octets, its zero among them.
        guard unsafe if_indextoname(index, &name) != nil else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// All interfaces of this network namespace, by number.
    package static var all: [NetworkInterface] {
        // SAFETY: (both) if_nameindex allocates a list that if_freenameindex frees.
        guard let list = unsafe if_nameindex() else { return [] }
        defer { unsafe if_freenameindex(list) }
        var names: [String] = []
        // SAFETY: (both) the list ends with index 0, and is not read beyond it.
        var entry = unsafe list
        while unsafe entry.pointee.if_index != 0, let name = unsafe entry.pointee.if_name {
            // SAFETY: a string of the list that ends with 0.
            names.append(unsafe String(cString: name))
            // SAFETY: the list goes on until index 0.
            unsafe entry += 1
        }
        return names.compactMap { NetworkInterface(named: $0) }
    }

    /// A number that the kernel keeps about the interface under /sys/class/net, such as `statistics/rx_dropped`.
    package func counter(_ path: String) -> UInt64? {
        text(path).flatMap { UInt64($0) }
    }

    /// A line that the kernel keeps about the interface under /sys/class/net, such as `operstate`.
    package func text(_ path: String) -> String? {
        guard let text = try? String(contentsOfFile: "/sys/class/net/\(name)/\(path)", encoding: .utf8) else {
            return nil
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Packets that the adapter or its driver lost so far.
    package var lostPackets: UInt64 {
        // rx_dropped counts packets that no protocol wanted as well; on a mirror port, packets that the host is not meant
        // to take, which a packet socket has seen. Losses are the adapter's own.
        ["rx_missed_errors", "rx_fifo_errors", "rx_over_errors"].reduce(0) { $0 &+ (counter("statistics/\($1)") ?? 0) }
    }
}
