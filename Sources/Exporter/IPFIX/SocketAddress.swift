import Glibc

/// A socket address as the kernel takes it.
struct SocketAddress {
    /// AF_INET or AF_INET6.
    let family: Int32
    /// A `sockaddr_in` or `sockaddr_in6`.
    let octets: [UInt8]

    /// 127.0.0.0/8, ::1, and the first in the second's clothes.
    var isLoopback: Bool {
        if family == AF_INET { return octets.count >= 8 && octets[4] == 127 }
        guard octets.count >= 24 else { return false }
        let address = octets[8..<24]
        let start = address.dropLast(6).allSatisfy { $0 == 0 }
        return address.dropLast().allSatisfy { $0 == 0 } && octets[23] == 1
            || start && octets[18] == 0xFF && octets[19] == 0xFF && octets[20] == 127
    }

    /// Looks up the endpoint's host, a name or a numeric address. Never empty.
    static func resolve(_ endpoint: ExportEndpoint) throws(ExportError) -> [SocketAddress] {
        // SAFETY: a C structure, zeroed; its pointers stay nil.
        var hints = unsafe addrinfo()
        // SAFETY: plain numbers.
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = kind(endpoint.transport)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        // SAFETY: the strings and hints outlive the call; the list it makes is freed below.
        let status = unsafe getaddrinfo(endpoint.host, String(endpoint.port), &hints, &list)
        guard status == 0 else {
            // SAFETY: gai_strerror returns a constant string.
            let reason = unsafe String(cString: gai_strerror(status))
            throw ExportError(
                "The collector's host \(endpoint.host) in \(endpoint) is not known: \(reason). "
                    + "Check its name, or give its address.")
        }
        // SAFETY: the list came from getaddrinfo and is not used afterwards.
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        // SAFETY: entries of a live list; each address has the length it states.
        while let entry = unsafe next?.pointee {
            // SAFETY: as above.
            if let address = unsafe entry.ai_addr {
                // SAFETY: as above.
                let octets = unsafe [UInt8](UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen)))
                // SAFETY: as above.
                addresses.append(SocketAddress(family: unsafe entry.ai_family, octets: octets))
            }
            // SAFETY: as above.
            unsafe next = entry.ai_next
        }
        // Nothing leaves the machine in the clear, whatever a name is said to stand for.
        if endpoint.transport == .http { addresses.removeAll { !$0.isLoopback } }
        guard !addresses.isEmpty else {
            throw ExportError("The collector's host \(endpoint.host) in \(endpoint) has no address. Check its name.")
        }
        return addresses
    }

    /// The socket type of a transport.
    static func kind(_ transport: ExportEndpoint.Transport) -> Int32 {
        Int32(transport.isDatagram ? SOCK_DGRAM.rawValue : SOCK_STREAM.rawValue)
    }

    /// A new socket for this address, or nil with `errno` set. `flags` are added to its type.
    func socket(_ transport: ExportEndpoint.Transport, flags: Int32 = 0) -> OwnedDescriptor? {
        let number = Glibc.socket(family, Self.kind(transport) | Int32(SOCK_CLOEXEC.rawValue) | flags, 0)
        return number < 0 ? nil : OwnedDescriptor(number: number)
    }

    /// connect(2): 0, or -1 with `errno` set.
    func connect(_ descriptor: borrowing OwnedDescriptor) -> Int32 {
        let number = descriptor.number
        // SAFETY: the octets are a socket address of the length given, which the call only reads.
        return unsafe octets.withUnsafeBytes { raw in
            // SAFETY: as above; the kernel copes with any alignment.
            unsafe Glibc.connect(number, raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
        }
    }
}

extension OwnedDescriptor {
    /// An integer socket option's value, or nil.
    borrowing func option(_ level: Int32, _ name: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // SAFETY: value and length are of the types and sizes the call writes.
        return unsafe getsockopt(number, level, name, &value, &length) == 0 ? value : nil
    }

    /// send(2) of `octets`, never raising SIGPIPE: octets taken, or -1 with `errno` set.
    borrowing func send(_ octets: Span<UInt8>) -> Int {
        let number = number
        // SAFETY: the pointer is used during the call, for as many octets as there are.
        return unsafe octets.withUnsafeBufferPointer {
            unsafe Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }
}
