import Exporter
import Glibc

/// A bound socket for datagrams, with the receive buffer that was asked for. Its number is handed to the socket library,
/// which closes it; until then the kernel's counts can be read.
struct DatagramSocket {
    /// The kernel's number.
    let number: Int32

    /// Octets of receive buffer that are asked for: 20 ms of 10 Gbit/s. The kernel counts each datagram with its own
    /// overhead, and gives no more than net.core.rmem_max unless the process may.
    static let receiveBuffer: Int32 = 32 << 20
    /// SO_MEMINFO (linux/sock_diag.h): nine words, the last of them datagrams dropped for want of buffer.
    private static let memoryInformation: Int32 = 55
    private static let droppedWord = 8

    /// Opens and binds a socket.
    init(_ listen: ListenAddress) throws(ExportError) {
        let isIPv6 = listen.address.version == 6
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        number = socket(isIPv6 ? AF_INET6 : AF_INET, type, 0)
        guard number >= 0 else { throw Self.failure(listen, errno) }
        if !set(SO_RCVBUFFORCE, Self.receiveBuffer) { _ = set(SO_RCVBUF, Self.receiveBuffer) }
        guard bind(listen) == 0 else {
            let reason = errno
            Glibc.close(number)
            throw Self.failure(listen, reason)
        }
    }

    private func set(_ name: Int32, _ value: Int32) -> Bool {
        var value = value
        // SAFETY: one integer, which lives for the call.
        return unsafe setsockopt(number, SOL_SOCKET, name, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }

    private func bind(_ listen: ListenAddress) -> Int32 {
        let address = listen.address
        if address.version == 6 {
            var raw = sockaddr_in6()
            raw.sin6_family = sa_family_t(AF_INET6)
            raw.sin6_port = listen.port.bigEndian
            func word(_ bits: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: bits).bigEndian }
            // SAFETY: the union's members are all 16 octets without padding.
            unsafe raw.sin6_addr.__in6_u.__u6_addr32 = (
                word(address.high >> 32), word(address.high), word(address.low >> 32), word(address.low)
            )
            return bind(&raw, socklen_t(MemoryLayout<sockaddr_in6>.size))
        }
        var raw = sockaddr_in()
        raw.sin_family = sa_family_t(AF_INET)
        raw.sin_port = listen.port.bigEndian
        raw.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.low).bigEndian
        return bind(&raw, socklen_t(MemoryLayout<sockaddr_in>.size))
    }

    private func bind<Address>(_ address: inout Address, _ length: socklen_t) -> Int32 {
        // SAFETY: a socket address of the length given, which the call only reads.
        unsafe withUnsafeBytes(of: &address) { raw in
            // SAFETY: as above; the kernel copies it.
            unsafe Glibc.bind(number, raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), length)
        }
    }

    /// Octets of the receive buffer, as the kernel counts them.
    var bufferOctets: Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // SAFETY: value and length are of the types and sizes that the call writes.
        _ = unsafe getsockopt(number, SOL_SOCKET, SO_RCVBUF, &value, &length)
        return value
    }

    /// Datagrams that the kernel dropped because the buffer was full, modulo 2^32.
    var droppedDatagrams: UInt32 {
        var words = [UInt32](repeating: 0, count: 16)
        var length = socklen_t(words.count * MemoryLayout<UInt32>.stride)
        // SAFETY: the call writes at most as many octets as the array has, which is what `length` says.
        let result = unsafe getsockopt(number, SOL_SOCKET, Self.memoryInformation, &words, &length)
        return result == 0 ? words[Self.droppedWord] : 0
    }

    private static func failure(_ listen: ListenAddress, _ number: Int32) -> ExportError {
        // SAFETY: strerror returns a C string; it is copied at once.
        let reason = unsafe String(cString: strerror(number))
        return ExportError(listening("udp", listen, reason))
    }

    /// What is said when an address cannot be listened at.
    static func listening(_ transport: String, _ listen: ListenAddress, _ reason: String) -> String {
        "Listening at \(transport)://\(listen) failed: \(reason). Check that the address is this host's and that no other "
            + "program has the port: ss -lntup."
    }
}
