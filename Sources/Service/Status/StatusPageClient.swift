import Glibc

/// Reads a status page of a probe on this host.
package enum StatusPageClient {
    /// Seconds that connecting, and each step of reading, may take.
    private static let patience = 5

    /// The page at `path`, such as `/metrics`, of the probe at a loopback address or a Unix socket (a place that begins with
    /// `/`). Nil with a reason when it cannot be had, or is longer than `limit` octets.
    package static func page(
        _ path: String, of place: String, limit: Int
    ) throws(StatusPageError) -> String {
        let (descriptor, host) = try connected(place)
        defer { close(descriptor) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n".utf8)
        // SAFETY: the call reads the request.
        let sent = unsafe request.withUnsafeBytes {
            unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent == request.count else { throw StatusPageError(place, "it does not listen") }
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // SAFETY: the call writes as many octets as there is room for.
            let count = unsafe piece.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count >= 0 else { throw StatusPageError(place, "it does not answer: \(systemMessage(errno))") }
            if count == 0 { break }
            answer += piece[..<count]
            guard answer.count <= limit else { throw StatusPageError(place, "its page has more than \(limit) octets") }
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 200"), let end = text.firstRange(of: "\r\n\r\n") else {
            throw StatusPageError(place, "its answer is '\(text.prefix { $0 != "\r\n" }.prefix(80))'")
        }
        return String(text[end.upperBound...])
    }

    private static func connected(_ place: String) throws(StatusPageError) -> (Int32, String) {
        if place.hasPrefix("/") {
            guard let address = UnixAddress(path: place) else { throw StatusPageError(place, "the path is too long") }
            let descriptor = try opened(AF_UNIX, place)
            let code = address.connect(descriptor)
            guard code == 0 else {
                close(descriptor)
                throw StatusPageError(place, systemMessage(code))
            }
            return (descriptor, "flowprobe")
        }
        let address: LoopbackAddress
        do throws(StatusServerError) {
            address = try LoopbackAddress(place)
        } catch {
            throw StatusPageError(place, error.description)
        }
        let descriptor = try opened(address.host == "::1" ? AF_INET6 : AF_INET, place)
        guard connect(descriptor, address) == 0 else {
            let reason = systemMessage(errno)
            close(descriptor)
            throw StatusPageError(place, reason)
        }
        return (descriptor, address.description)
    }

    private static func opened(_ family: Int32, _ place: String) throws(StatusPageError) -> Int32 {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw StatusPageError(place, systemMessage(errno)) }
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        // SAFETY: (both) the options take this structure.
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length)
        return descriptor
    }

    private static func connect(_ descriptor: Int32, _ address: LoopbackAddress) -> Int32 {
        if address.host == "::1" {
            var target = sockaddr_in6()
            target.sin6_family = sa_family_t(AF_INET6)
            target.sin6_port = address.port.bigEndian
            target.sin6_addr = in6addr_loopback
            return connect(descriptor, &target)
        }
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = address.port.bigEndian
        // SAFETY: the call writes the address; the text is one of IPv4, as LoopbackAddress has made sure.
        unsafe inet_pton(AF_INET, address.host, &target.sin_addr)
        return connect(descriptor, &target)
    }

    private static func connect<Address>(_ descriptor: Int32, _ target: inout Address) -> Int32 {
        // SAFETY: every socket address may be seen as `sockaddr`; the call reads as much of it as it is told.
        unsafe withUnsafePointer(to: &target) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}

/// Why a probe's status page cannot be had.
package struct StatusPageError: Error, Equatable, CustomStringConvertible {
    /// A sentence for a person: which probe, what is wrong, what to do.
    package let description: String

    init(_ place: String, _ reason: String) {
        description =
            "The probe at \(place) cannot be asked: \(reason). Its log names the place of its status pages "
            + "(service.metrics, service.metricsSocket)."
    }
}
