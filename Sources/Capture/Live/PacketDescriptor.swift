import CPacketRing
import Glibc

/// A socket's descriptor, closed when its owner goes, with the options that capturing needs.
struct PacketDescriptor: ~Copyable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { if number >= 0 { close(number) } }

    var isOpen: Bool { number >= 0 }

    /// Sets an option of one integer; false when the kernel refuses (errno says why).
    func set(_ level: Int32, _ option: Int32, _ value: Int32) -> Bool {
        var value = value
        // SAFETY: the option takes an integer of this size.
        return unsafe setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }

    /// Reads an option of one integer.
    func get(_ level: Int32, _ option: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // SAFETY: the option writes at most `length` octets.
        guard unsafe getsockopt(number, level, option, &value, &length) == 0 else { return nil }
        return value
    }

    /// Lays out the socket's ring.
    func setRing(_ request: tpacket_req3) -> Bool {
        var request = request
        // SAFETY: the option takes this structure.
        return unsafe setsockopt(
            number, SOL_PACKET, PACKET_RX_RING, &request, socklen_t(MemoryLayout<tpacket_req3>.size)) == 0
    }

    /// Has the adapter hand over packets for other hosts while the socket is open.
    func joinPromiscuously(_ index: Int32) -> Bool {
        var membership = packet_mreq()
        membership.mr_ifindex = index
        membership.mr_type = UInt16(PACKET_MR_PROMISC)
        // SAFETY: the option takes this structure.
        return unsafe setsockopt(
            number, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, socklen_t(MemoryLayout<packet_mreq>.size)) == 0
    }

    /// Has the kernel run `program` on each packet and keep as many octets as it says.
    func attach(_ program: KernelFilter) -> Bool {
        var instructions = program.instructions
        // SAFETY: the kernel copies the program during the call.
        return unsafe instructions.withUnsafeMutableBufferPointer { buffer in
            var filter = unsafe sock_fprog(len: UInt16(buffer.count), filter: buffer.baseAddress)
            return unsafe setsockopt(
                number, SOL_SOCKET, SO_ATTACH_FILTER, &filter, socklen_t(MemoryLayout<sock_fprog>.size)) == 0
        }
    }

    /// Ties the socket to the interface with number `index`, for all protocols.
    func bind(to index: Int32) -> Bool {
        var address = sockaddr_ll()
        address.sll_family = sa_family_t(AF_PACKET)
        address.sll_protocol = UInt16(ETH_P_ALL).bigEndian
        address.sll_ifindex = index
        // SAFETY: an address of the family's own type and size.
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.bind(number, $0, socklen_t(MemoryLayout<sockaddr_ll>.size)) == 0
            }
        }
    }

    /// Packets that came to the ring since the last call, those lost, and how often the ring was full. Reading resets.
    func takeStatistics() -> (arrived: UInt64, dropped: UInt64, freezes: UInt64) {
        var statistics = tpacket_stats_v3()
        var length = socklen_t(MemoryLayout<tpacket_stats_v3>.size)
        // SAFETY: the option writes at most `length` octets.
        guard unsafe getsockopt(number, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) == 0 else {
            return (0, 0, 0)
        }
        return (UInt64(statistics.tp_packets), UInt64(statistics.tp_drops), UInt64(statistics.tp_freeze_q_cnt))
    }

    /// The interface's flags, nil when there is no such interface.
    func interfaceFlags(_ name: String) -> Int32? {
        // SAFETY: (both) the request reads the name and writes the union's flags.
        guard var request = unsafe Self.request(name) else { return nil }
        guard unsafe ioctl(number, UInt(SIOCGIFFLAGS), &request) == 0 else { return nil }
        // SAFETY: the call above has made flags of the union.
        return Int32(unsafe request.ifr_ifru.ifru_flags) & 0xFFFF
    }

    /// The ARPHRD_ number of the interface, nil when there is no such interface.
    func interfaceKind(_ name: String) -> UInt16? {
        // SAFETY: (both) the request reads the name and writes the union's hardware address.
        guard var request = unsafe Self.request(name) else { return nil }
        guard unsafe ioctl(number, UInt(SIOCGIFHWADDR), &request) == 0 else { return nil }
        // SAFETY: the call above has made a hardware address of the union.
        return unsafe request.ifr_ifru.ifru_hwaddr.sa_family
    }

    /// Asks the adapter for its own time stamps of every packet.
    func enableAdapterTimestamps(_ name: String) -> Bool {
        // SAFETY: a request with the name in it.
        guard var request = unsafe Self.request(name) else { return false }
        var configuration = hwtstamp_config()
        configuration.rx_filter = Int32(HWTSTAMP_FILTER_ALL.rawValue)
        // SAFETY: the request reads and writes the configuration, which outlives the call.
        let isSet = unsafe withUnsafeMutablePointer(to: &configuration) { pointer in
            unsafe request.ifr_ifru.ifru_data = unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(
                to: CChar.self)
            // SAFETY: as above.
            return unsafe ioctl(number, UInt(SIOCSHWTSTAMP), &request) == 0
        }
        return isSet && set(SOL_PACKET, PACKET_TIMESTAMP, Int32(SOF_TIMESTAMPING_RAW_HARDWARE))
    }

    /// A request about the interface `name`.
    static func request(_ name: String) -> ifreq? {
        guard name.utf8.count < Int(IFNAMSIZ) else { return nil }
        // SAFETY: a union of trivial types, all zero, with the name copied within its bounds.
        var request = unsafe ifreq()
        unsafe withUnsafeMutableBytes(of: &request.ifr_ifrn.ifrn_name) { unsafe $0.copyBytes(from: Array(name.utf8)) }
        return unsafe request
    }
}
