/// An IPv4 or IPv6 address as two integer words in host byte order.
///
/// An IPv6 address `2001:db8::1` is `high = 0x2001_0db8_0000_0000`, `low = 1`. An IPv4 address `192.0.2.1` is
/// `high = 0`, `low = 0xC000_0201`; `version` tells it from the IPv6 address `::192.0.2.1`.
package struct IPAddress: Hashable, Sendable {
    /// The first 64 bits of an IPv6 address; 0 for IPv4.
    package var high: UInt64
    /// The last 64 bits of an IPv6 address, or the 32 bits of an IPv4 address.
    package var low: UInt64
    /// 4 or 6.
    package var version: UInt8

    /// An address from its words. `version` is 4 or 6.
    package init(high: UInt64, low: UInt64, version: UInt8) {
        self.high = high
        self.low = low
        self.version = version
    }

    /// An IPv4 address from its 32 bits in host byte order.
    package init(v4 bits: UInt32) {
        self.init(high: 0, low: UInt64(bits), version: 4)
    }
}

extension IPAddress {
    /// Whether routers forward no packet with this address (RFC 4007 section 9, RFC 6890): the unspecified and loopback
    /// addresses, link-local ones (169.254.0.0/16, fe80::/10), multicast of interface or link scope (224.0.0.0/24, ff01::/16
    /// and ff02::/16 with any flags), and 255.255.255.255.
    package var isLinkScope: Bool {
        if version == 4 {
            let bits = UInt32(truncatingIfNeeded: low)
            return bits == 0 || bits == .max || bits >> 24 == 127 || bits >> 16 == 0xA9FE || bits >> 8 == 0xE0_0000
        }
        // Multicast: ff, four bits of flags, four of scope (RFC 4291 section 2.7).
        let multicastScope = high >> 56 == 0xFF ? high >> 48 & 0xF : 0xF
        return high == 0 && low <= 1 || high >> 54 == 0xFE80 >> 6 || multicastScope == 1 || multicastScope == 2
    }
}

extension IPAddress: Comparable {
    /// IPv4 before IPv6, then by numerical value.
    package static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.version, left.high, left.low) < (right.version, right.high, right.low)
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted quads for IPv4; the canonical form of RFC 5952 for IPv6 (lower case, longest run of zeros elided).
    package var description: String {
        version == 4 ? Self.dottedQuad(UInt32(truncatingIfNeeded: low)) : canonicalIPv6
    }

    private static func dottedQuad(_ bits: UInt32) -> String {
        "\(bits >> 24).\(bits >> 16 & 0xFF).\(bits >> 8 & 0xFF).\(bits & 0xFF)"
    }

    private var canonicalIPv6: String {
        // RFC 5952 section 5: IPv4-mapped addresses are written in mixed notation.
        if high == 0, low >> 32 == 0xFFFF {
            return "::ffff:" + Self.dottedQuad(UInt32(truncatingIfNeeded: low))
        }
        let groups = (0..<8).map { index -> UInt16 in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64((3 - index % 4) * 16))
        }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        let hex = groups.map { String($0, radix: 16) }
        if best.isEmpty { return hex.joined(separator: ":") }
        return hex[..<best.lowerBound].joined(separator: ":") + "::" + hex[best.upperBound...].joined(separator: ":")
    }
}

extension IPAddress {
    /// Parses `192.0.2.1`, `2001:db8::1` or `::ffff:192.0.2.1`. Returns nil for anything else, zone ids included.
    package init?(_ text: some StringProtocol) {
        if text.contains(":") {
            guard let words = Self.parseIPv6(String(text)) else { return nil }
            self.init(high: words.high, low: words.low, version: 6)
        } else {
            guard let bits = Self.parseIPv4(String(text)) else { return nil }
            self.init(v4: bits)
        }
    }

    private static func parseIPv4(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            // A leading zero is refused: other programs read it as octal.
            guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let octet = UInt8(part),
                part.count == 1 || !part.hasPrefix("0")
            else { return nil }
            bits = bits << 8 | UInt32(octet)
        }
        return bits
    }

    private static func parseIPv6(_ text: String) -> (high: UInt64, low: UInt64)? {
        var text = text
        if let dot = text.lastIndex(of: ":"), text[dot...].contains(".") {
            // Mixed notation: the last 32 bits as a dotted quad.
            guard let bits = parseIPv4(String(text[text.index(after: dot)...])) else { return nil }
            text = text[...dot] + String(bits >> 16, radix: 16) + ":" + String(bits & 0xFFFF, radix: 16)
        }
        let halves = text.components(separatedByDoubleColon: ())
        guard halves.count <= 2 else { return nil }
        var groups: [[UInt16]] = []
        for half in halves {
            var words: [UInt16] = []
            if !half.isEmpty {
                for part in half.split(separator: ":", omittingEmptySubsequences: false) {
                    // The digit check refuses signs: the integer parser takes "+1" and "-0".
                    guard (1...4).contains(part.count), part.first?.isHexDigit == true,
                        let word = UInt16(part, radix: 16)
                    else { return nil }
                    words.append(word)
                }
            }
            groups.append(words)
        }
        let all: [UInt16]
        if groups.count == 2 {
            let missing = 8 - groups[0].count - groups[1].count
            guard missing >= 1 else { return nil }
            all = groups[0] + Array(repeating: 0, count: missing) + groups[1]
        } else {
            all = groups[0]
        }
        guard all.count == 8 else { return nil }
        let high = all[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = all[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return (high, low)
    }
}

extension String {
    /// The parts around each `::`, as substrings of the whole.
    fileprivate func components(separatedByDoubleColon: Void) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let position = rest.firstDoubleColon {
            parts.append(rest[..<position])
            rest = rest[rest.index(position, offsetBy: 2)...]
        }
        return parts + [rest]
    }
}

extension Substring {
    fileprivate var firstDoubleColon: Index? {
        indices.first { self[$0...].hasPrefix("::") }
    }
}
