import Glibc

/// The address of a Unix socket: a path, or a name of the abstract name space.
struct UnixAddress: Sendable {
    /// Octets of `sun_path`.
    static let longest = 108

    private let octets: [UInt8]
    private let isAbstract: Bool

    /// A path of the file system; nil when it is empty, too long or has a zero in it.
    init?(path: String) {
        octets = Array(path.utf8)
        isAbstract = false
        // The closing zero has to fit too.
        guard !octets.isEmpty, octets.count < Self.longest, !octets.contains(0) else { return nil }
    }

    /// A name of the abstract name space (unix(7)), without the leading zero; nil when it is empty or too long.
    init?(abstract name: String) {
        octets = Array(name.utf8)
        isAbstract = true
        guard !octets.isEmpty, octets.count < Self.longest else { return nil }
    }

    /// Connects a socket of the right kind. 0, or the error number.
    func connect(_ descriptor: Int32) -> Int32 {
        // SAFETY: (also below) the pointer is to a whole sockaddr_un and `length` is at most its size.
        unsafe withSocketAddress { (pointer, length) in unsafe Glibc.connect(descriptor, pointer, length) }
    }

    /// Sends one datagram. 0, or the error number.
    func send(_ datagram: [UInt8], by descriptor: Int32) -> Int32 {
        // SAFETY: as above; the datagram's pointer and count are of one array.
        unsafe withSocketAddress { (pointer, length) in
            // SAFETY: as above.
            let sent = unsafe datagram.withUnsafeBytes {
                unsafe sendto(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL), pointer, length)
            }
            return sent == datagram.count ? 0 : -1
        }
    }

    /// Calls `body` with the address; 0 when that returned 0, else `errno`.
    private func withSocketAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: `octets` is shorter than sun_path (checked by both initialisers), and an abstract name begins at 1.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in
            unsafe path.baseAddress?.advanced(by: isAbstract ? 1 : 0).copyMemory(from: octets, byteCount: octets.count)
        }
        // An abstract name is as long as the length says; a path ends at its zero. Both have one octet beside the text.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + octets.count + 1)
        // SAFETY: every socket address may be seen as `sockaddr`; the kernel reads `length` octets, which are there.
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, length) == 0 ? 0 : errno
            }
        }
    }
}
