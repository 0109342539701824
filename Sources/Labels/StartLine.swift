/// The first line of a request or response in the manner of HTTP (RFC 9112 section 2.1), which SIP, RTSP and SSDP share:
/// `METHOD target VERSION/n.n` or `VERSION/n.n 200 reason`.
struct StartLine {
    /// The request's method; nil for a response.
    let method: Range<Int>?
    /// The request's target; empty for a response.
    let target: Range<Int>
    /// Protocol and version, such as `HTTP/1.1`.
    let version: Range<Int>
    /// The response's status code; 0 for a request.
    let status: Int
    /// Where the first header field begins.
    let next: Int

    private static let longestMethod = 20
    /// Header fields that are looked at: each is gone through several times, and 4 KiB have room for thousands of empty ones.
    private static let fieldLimit = 64

    /// The start line of `payload`, of at most `limit` octets; nil when there is none, or when it has no end yet.
    init?(_ payload: Payload, limit: Int = 2048) {
        guard let first = payload.u8(0), (0x41...0x5A).contains(first), payload.beginsWithText,
            let (line, next) = payload.line(0, limit: limit),
            line.count >= 12, let space = payload.first(0x20, from: 0, before: line.upperBound)
        else { return nil }
        self.next = next
        if let slash = payload.first(0x2F, from: 0, before: space), slash >= 3, slash <= 5 {
            // VERSION/n.n 200
            guard let status = payload.decimal(space + 1..<space + 4), (100...999).contains(status),
                line.upperBound == space + 4 || payload.u8(space + 4) == 0x20
            else { return nil }
            (method, target, version, self.status) = (nil, space..<space, 0..<space, status)
            return
        }
        guard space <= Self.longestMethod else { return nil }
        for place in 0..<space {
            guard let octet = payload.u8(place), (0x41...0x5A).contains(octet) || octet == 0x2D || octet == 0x5F else {
                return nil
            }
        }
        // The version is what stands behind the last space: some targets have spaces that should not be there.
        var last = line.upperBound - 1
        while last > space, payload.u8(last) != 0x20 { last -= 1 }
        guard last > space + 1 else { return nil }
        (method, target, version, status) = (0..<space, space + 1..<last, last + 1..<line.upperBound, 0)
    }

    /// What the header field called `name` (lower case) has, of the fields that begin at `start`; nil when there is none.
    static func field(_ name: String, _ payload: Payload, from start: Int) -> Range<Int>? {
        var position = start
        for _ in 0..<fieldLimit {
            guard let (line, next) = payload.line(position), !line.isEmpty else { return nil }
            let colon = line.lowerBound + name.utf8.count
            if payload.hasFolded(name, at: line.lowerBound), payload.u8(colon) == 0x3A {
                var value = colon + 1..<max(colon + 1, line.upperBound)
                while !value.isEmpty, payload.u8(value.lowerBound) == 0x20 {
                    value = value.lowerBound + 1..<value.upperBound
                }
                return value
            }
            position = next
        }
        return nil
    }

    /// Whether the header fields that begin at `start` have come to their end: an empty line.
    static func hasEnd(_ payload: Payload, from start: Int) -> Bool {
        var position = start
        for _ in 0..<fieldLimit {
            guard let (line, next) = payload.line(position) else { return false }
            if line.isEmpty { return true }
            position = next
        }
        // More fields than are looked at: there is nothing to wait for.
        return true
    }
}
