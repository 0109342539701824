import CPacketRing
import Foundation
import Glibc

extension NetworkInterface {
    /// What the kernel has counted for an interface since it was made.
    package struct Counters: Sendable, Equatable {
        /// Packets that the adapter or its driver had no room for.
        package var lost: UInt64 = 0
        /// Packets that the adapter found damaged: checksum, framing, length.
        package var damaged: UInt64 = 0
        /// Packets that the host sent.
        package var sent: UInt64 = 0
        /// How often the carrier came or went.
        package var carrierChanges: UInt64 = 0

        /// All zero.
        package init() {}

        /// What was counted since `earlier`. An interface that was made anew begins at zero.
        package func since(_ earlier: Counters) -> Counters {
            func difference(_ now: UInt64, _ before: UInt64) -> UInt64 { now >= before ? now - before : now }
            var counted = Counters()
            counted.lost = difference(lost, earlier.lost)
            counted.damaged = difference(damaged, earlier.damaged)
            counted.sent = difference(sent, earlier.sent)
            counted.carrierChanges = difference(carrierChanges, earlier.carrierChanges)
            return counted
        }
    }

    /// The kernel's counters now; what the kernel does not tell is 0.
    package var counters: Counters {
        func statistic(_ name: String) -> UInt64 { counter("statistics/\(name)") ?? 0 }
        // rx_errors is to hold the other three (rtnl_link_stats64); not every driver adds them up.
        let parts = ["rx_crc_errors", "rx_frame_errors", "rx_length_errors"].reduce(0) { $0 &+ statistic($1) }
        var counters = Counters()
        counters.lost = lostPackets
        counters.damaged = max(statistic("rx_errors"), parts)
        counters.sent = statistic("tx_packets")
        counters.carrierChanges = counter("carrier_changes") ?? 0
        return counters
    }

    /// Packets that it has received; 0 when the kernel does not tell.
    package var receivedPackets: UInt64 { counter("statistics/rx_packets") ?? 0 }

    /// Whether there is a carrier; nil when the interface is down, or its driver does not tell.
    package var hasCarrier: Bool? { counter("carrier").map { $0 != 0 } }

    /// Whether the host uses the interface itself: it has an IPv4 address, or an IPv6 address beyond the link's own.
    package var hasAddress: Bool {
        var first: UnsafeMutablePointer<ifaddrs>?
        // SAFETY: the call makes a list, which is freed below and not kept.
        guard unsafe getifaddrs(&first) == 0 else { return false }
        // SAFETY: the list that getifaddrs made, freed once.
        defer { unsafe freeifaddrs(first) }
        var entry = unsafe first
        while let current = unsafe entry {
            // SAFETY: an entry of the list; its name ends with a NUL, its address may be missing.
            if unsafe String(cString: current.pointee.ifa_name) == name, let address = unsafe current.pointee.ifa_addr {
                // SAFETY: every address begins with its family.
                let family = unsafe Int32(address.pointee.sa_family)
                if family == AF_INET { return true }
                if family == AF_INET6 {
                    // SAFETY: the family says which structure the address is.
                    let octets = unsafe UnsafeRawPointer(address).assumingMemoryBound(to: sockaddr_in6.self).pointee
                        .sin6_addr.__in6_u.__u6_addr8
                    // fe80::/10 (RFC 4291 section 2.5.6).
                    if !(octets.0 == 0xFE && octets.1 & 0xC0 == 0x80) { return true }
                }
            }
            // SAFETY: as above.
            unsafe entry = unsafe current.pointee.ifa_next
        }
        return false
    }

    /// Longest packet that the interface is meant to take, link layer left out.
    package var mtu: UInt32? { counter("mtu").flatMap { UInt32(exactly: $0) } }

    /// Receive offloads that are on, by ethtool's names: `gro` and `lro`, which merge packets before they can be seen. Nil
    /// when the driver does not tell.
    package var receiveOffloads: [String]? {
        let socket = PacketDescriptor(Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        guard socket.isOpen, let gro = socket.ethtoolValue(name, UInt32(ETHTOOL_GGRO)),
            let flags = socket.ethtoolValue(name, UInt32(ETHTOOL_GFLAGS))
        else { return nil }
        return (gro != 0 ? ["gro"] : []) + (flags & UInt32(ETH_FLAG_LRO.rawValue) != 0 ? ["lro"] : [])
    }
}

extension PacketDescriptor {
    /// The answer to a request of ethtool's that asks for one number; nil when the driver does not know it.
    func ethtoolValue(_ name: String, _ command: UInt32) -> UInt32? {
        // SAFETY: a request with the name in it.
        guard var request = unsafe Self.request(name) else { return nil }
        var value = ethtool_value(cmd: command, data: 0)
        // SAFETY: the request reads and writes the value, which outlives the call.
        let status = unsafe withUnsafeMutablePointer(to: &value) { pointer in
            unsafe request.ifr_ifru.ifru_data = unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(
                to: CChar.self)
            // SAFETY: as above.
            return unsafe ioctl(number, UInt(SIOCETHTOOL), &request)
        }
        return status == 0 ? value.data : nil
    }
}
