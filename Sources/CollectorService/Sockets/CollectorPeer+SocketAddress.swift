import Collector
import Glibc
import NIOCore
import NetTypes

extension CollectorPeer {
    /// The peer with this socket address; nil for what is neither IPv4 nor IPv6.
    init?(_ address: SocketAddress?, socket: Int = 0) {
        switch address {
        case .v4(let v4):
            let raw = v4.address
            self.init(
                address: IPAddress(v4: UInt32(bigEndian: raw.sin_addr.s_addr)), port: UInt16(bigEndian: raw.sin_port),
                socket: socket)
        case .v6(let v6):
            let raw = v6.address
            // SAFETY: the union's members are all 16 octets without padding.
            let words = unsafe raw.sin6_addr.__in6_u.__u6_addr32
            func pair(_ high: UInt32, _ low: UInt32) -> UInt64 {
                UInt64(UInt32(bigEndian: high)) << 32 | UInt64(UInt32(bigEndian: low))
            }
            self.init(
                address: IPAddress(high: pair(words.0, words.1), low: pair(words.2, words.3), version: 6),
                port: UInt16(bigEndian: raw.sin6_port), socket: socket)
        default: return nil
        }
    }
}
