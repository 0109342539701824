/// Cuts a stream of IPFIX messages, a file (RFC 5655) or a connection (RFC 7011 section 10.4), into messages.
package struct MessageStream {
    private var octets: [UInt8] = []
    private var start = 0
    /// Octets handed out so far.
    package private(set) var consumed: UInt64 = 0
    /// Whether what comes next is no header of an IPFIX message: where one begins can then not be known any more.
    package private(set) var isBroken = false

    /// A stream of which nothing has come.
    package init() {}

    /// Octets that are no whole message yet.
    package var pending: Int { octets.count - start }

    /// Adds what came. At most one message and what was added is held.
    package mutating func append(_ more: some Sequence<UInt8>) {
        octets.removeFirst(start)
        start = 0
        octets.append(contentsOf: more)
    }

    /// The next whole message; nil when more must come, or none can.
    package mutating func next() -> [UInt8]? {
        guard !isBroken, pending >= 4 else { return nil }
        let length = Int(octets[start + 2]) << 8 | Int(octets[start + 3])
        guard octets[start] == 0, octets[start + 1] == 10, length >= 16 else {
            isBroken = true
            return nil
        }
        guard pending >= length else { return nil }
        defer {
            start += length
            consumed += UInt64(length)
        }
        return Array(octets[start..<start + length])
    }
}
