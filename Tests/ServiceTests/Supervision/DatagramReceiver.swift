import Foundation
import Glibc

/// A datagram socket as systemd has one, at a path or in the abstract name space.
final class DatagramReceiver: Sendable {
    private let descriptor: Int32

    init?(_ place: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var octets = Array(place.utf8)
        if octets.first == UInt8(ascii: "@") { octets[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in
            for (index, octet) in octets.enumerated() { unsafe path[index] = octet }
        }
        let length = socklen_t(2 + octets.count + (octets.first == 0 ? 0 : 1))
        let isBound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length) == 0
            }
        }
        guard isBound else { return nil }
    }

    deinit { close(descriptor) }

    /// The next datagram; nil when none is there within the time.
    func receive(milliseconds: Int32 = 2000) -> String? {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&poller, 1, milliseconds) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
