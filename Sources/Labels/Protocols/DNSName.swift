/// A domain name as messages have it (RFC 1035 sections 3.1 and 4.1.4), read with its compression pointers.
struct DNSName {
    /// Labels with dots between them; dots and octets that do not print as `\DDD` (RFC 4343 section 2.1). The root is `.`. What
    /// is beyond the longest text of an attribute may be missing.
    let text: [UInt8]
    /// Where what follows the name begins.
    let next: Int
    /// Whether the name ends in `.local`.
    let isLocal: Bool

    private static let longestName = 255
    private static let pointerLimit = 16

    /// The name at `start`; nil when it is cut, too long, or points anywhere but back.
    init?(_ message: Payload, at start: Int) {
        var text: [UInt8] = []
        var (position, lowest, next) = (start, start, -1)
        var (octets, pointers, labels) = (0, 0, 0)
        var last = 0..<0
        while true {
            guard let length = message.u8(position) else { return nil }
            if length == 0 {
                if next < 0 { next = position + 1 }
                break
            }
            if length >= 0xC0 {
                guard let word = message.u16(position), word & 0x3FFF < lowest, pointers < Self.pointerLimit else {
                    return nil
                }
                if next < 0 { next = position + 2 }
                (position, lowest) = (word & 0x3FFF, word & 0x3FFF)
                pointers += 1
                continue
            }
            octets += length + 1
            guard length < 64, octets < Self.longestName, position + length < message.count else { return nil }
            if !text.isEmpty { text.append(0x2E) }
            last = position + 1..<position + 1 + length
            labels += 1
            // What is longer than an attribute may be is not written out: an octet may take four.
            for place in last where text.count < LabelAttributes.longestText {
                Self.append(UInt8(message.u8(place) ?? 0), to: &text)
            }
            position += length + 1
        }
        isLocal = labels > 1 && last.count == 5 && message.has("local", at: last.lowerBound)
        self.text = text.isEmpty ? [0x2E] : text
        self.next = next
    }

    /// Where what follows the name at `start` begins, without reading what it points to; nil when it is cut or too long.
    static func end(_ message: Payload, at start: Int) -> Int? {
        var position = start
        while position - start < longestName, let length = message.u8(position) {
            if length == 0 { return position + 1 }
            if length >= 0xC0 { return position + 2 }
            guard length < 64 else { return nil }
            position += length + 1
        }
        return nil
    }

    private static func append(_ octet: UInt8, to text: inout [UInt8]) {
        if octet > 0x20, octet < 0x7F, octet != 0x2E, octet != 0x5C {
            text.append(octet)
        } else {
            // One by one: an array of four would be allocated for each.
            text.append(0x5C)
            text.append(0x30 + octet / 100)
            text.append(0x30 + octet / 10 % 10)
            text.append(0x30 + octet % 10)
        }
    }
}
