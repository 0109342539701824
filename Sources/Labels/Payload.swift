/// The octets of one payload, or of joined segments, for inspectors to read.
///
/// Nothing here is unsafe, and nothing traps on what a packet says: an octet that is not there is nil, and equals nothing
/// that an inspector asks for. Offsets count from the payload's first octet; numbers are in network byte order unless a
/// name says otherwise.
package struct Payload: ~Escapable {
    private let octets: Span<UInt8>

    /// All of `octets`.
    @_lifetime(copy octets)
    package init(_ octets: Span<UInt8>) {
        self.octets = octets
    }

    /// How many octets there are.
    package var count: Int { octets.count }

    /// The octet at `position`.
    func u8(_ position: Int) -> Int? {
        octets.indices.contains(position) ? Int(octets[position]) : nil
    }

    /// The 16-bit number at `position`.
    func u16(_ position: Int) -> Int? {
        guard position >= 0, position <= octets.count &- 2 else { return nil }
        return Int(octets[position]) << 8 | Int(octets[position &+ 1])
    }

    /// The 24-bit number at `position`.
    func u24(_ position: Int) -> Int? {
        guard position >= 0, position <= octets.count &- 3 else { return nil }
        return Int(octets[position]) << 16 | Int(octets[position &+ 1]) << 8 | Int(octets[position &+ 2])
    }

    /// The 32-bit number at `position`.
    func u32(_ position: Int) -> Int? {
        guard let high = u16(position), let low = u16(position &+ 2) else { return nil }
        return high << 16 | low
    }

    /// The 64-bit number at `position`.
    func u64(_ position: Int) -> UInt64? {
        guard let high = u32(position), let low = u32(position &+ 4) else { return nil }
        return UInt64(high) << 32 | UInt64(low)
    }

    /// The 16-bit little-endian number at `position`.
    func u16LE(_ position: Int) -> Int? {
        u16(position).map { $0 >> 8 | ($0 & 0xFF) << 8 }
    }

    /// The 32-bit little-endian number at `position`.
    func u32LE(_ position: Int) -> Int? {
        guard let low = u16LE(position), let high = u16LE(position &+ 2) else { return nil }
        return high << 16 | low
    }

    /// Whether the octets at `position` are those of `text`.
    func has(_ text: String, at position: Int = 0) -> Bool {
        guard position >= 0, position <= octets.count else { return false }
        var place = position
        for octet in text.utf8 {
            guard place < octets.count, octets[place] == octet else { return false }
            place &+= 1
        }
        return true
    }

    /// As `has`, without regard to the case of ASCII letters; `text` is in lower case.
    func hasFolded(_ text: String, at position: Int = 0) -> Bool {
        guard position >= 0, position <= octets.count else { return false }
        var place = position
        for octet in text.utf8 {
            guard place < octets.count else { return false }
            let found = octets[place]
            guard (found >= 0x41 && found <= 0x5A ? found | 0x20 : found) == octet else { return false }
            place &+= 1
        }
        return true
    }

    /// Where `octet` first stands at or behind `start` and before `limit`.
    func first(_ octet: UInt8, from start: Int, before limit: Int = .max) -> Int? {
        var place = max(0, start)
        let end = min(limit, octets.count)
        while place < end {
            if octets[place] == octet { return place }
            place &+= 1
        }
        return nil
    }

    /// Where `text` first stands within `range`, without regard to case; `text` is in lower case.
    func firstFolded(_ text: String, in range: Range<Int>) -> Int? {
        let last = min(range.upperBound, octets.count) - text.utf8.count
        guard range.lowerBound >= 0, range.lowerBound <= last else { return nil }
        for place in range.lowerBound...last where hasFolded(text, at: place) { return place }
        return nil
    }

    /// Whether `range` lies within the payload and holds only printable ASCII characters and tabs.
    func isText(_ range: Range<Int>) -> Bool {
        guard range.lowerBound >= 0, range.upperBound <= octets.count else { return false }
        for place in range {
            let octet = octets[place]
            guard octet == 0x09 || (octet >= 0x20 && octet < 0x7F) else { return false }
        }
        return true
    }

    /// Whether the first octets are text: told at once, where the end of the first line has to be looked for.
    var beginsWithText: Bool { isText(0..<min(count, 4)) }

    /// Whether `range` lies within the payload and holds only zeros.
    func isZero(_ range: Range<Int>) -> Bool {
        guard range.lowerBound >= 0, range.upperBound <= octets.count else { return false }
        for place in range where octets[place] != 0 { return false }
        return true
    }

    /// The decimal number, of one to nine digits, that fills `range`.
    func decimal(_ range: Range<Int>) -> Int? {
        guard range.lowerBound >= 0, range.upperBound <= octets.count, (1...9).contains(range.count) else { return nil }
        var value = 0
        for place in range {
            guard (0x30...0x39).contains(octets[place]) else { return nil }
            value = value * 10 + Int(octets[place] - 0x30)
        }
        return value
    }

    /// The line of at most `limit` octets that begins at `start`, without its end (LF or CR LF), and where the next one
    /// begins; nil when there is no end.
    func line(_ start: Int, limit: Int = 2048) -> (range: Range<Int>, next: Int)? {
        guard start >= 0, start < octets.count, let end = first(0x0A, from: start, before: start + limit) else {
            return nil
        }
        let isCRLF = end > start && octets[end &- 1] == 0x0D
        return (start..<(isCRLF ? end - 1 : end), end + 1)
    }

    /// A copy of `range`, as far as it lies within the payload.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        var copy: [UInt8] = []
        append(range, to: &copy)
        return copy
    }

    /// Appends `range`, as far as it lies within the payload, to `copy`.
    func append(_ range: Range<Int>, to copy: inout [UInt8]) {
        copy.append(octets.extracting(range.clamped(to: 0..<octets.count)))
    }

    /// What lies within `range`, as far as there is any.
    @_lifetime(copy self)
    func part(_ range: Range<Int>) -> Payload {
        Payload(octets.extracting(range.clamped(to: 0..<octets.count)))
    }
}

extension [UInt8] {
    /// Appends a copy of `octets`, without asking for each whether there is room.
    package mutating func append(_ octets: Span<UInt8>) {
        let start = count
        append(contentsOf: repeatElement(0, count: octets.count))
        var span = mutableSpan
        for index in octets.indices { span[start &+ index] = octets[index] }
    }
}
