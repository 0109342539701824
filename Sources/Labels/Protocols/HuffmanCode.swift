/// Huffman's code of HPACK (RFC 7541 appendix B). It is canonical: codes of one length follow each other in the order of their
/// symbols, and longer ones follow shorter ones, so that lengths say it all.
struct HuffmanCode: Sendable {
    /// The code; there is no other.
    static let usual = HuffmanCode()

    /// Codes of one length. Numbers are codes in the highest of 30 bits.
    private struct Length {
        let bits: Int
        /// The first code.
        let first: Int
        /// Behind the last code.
        let end: Int
        /// Place of the first code's symbol.
        let place: Int
    }

    /// Symbols in the order of their codes.
    private var symbols: [UInt8] = []
    /// Lengths of more than eight bits.
    private var lengths: [Length] = []
    /// By the next eight bits: 256 times the length of the code that they begin with, and its symbol; 0 when it has more bits.
    private var short = [UInt16](repeating: 0, count: 256)

    /// The longest code. What follows the last one of 30 bits says that the string has ended, and is never sent.
    private static let longest = 30

    private init() {
        var code = 0
        for (bits, octets) in Self.symbolsByLength {
            let first = code
            for symbol in octets {
                if bits <= 8 {
                    let from = code >> (Self.longest - 8)
                    for index in from..<from + 1 << (8 - bits) { short[index] = UInt16(bits) << 8 | UInt16(symbol) }
                }
                symbols.append(symbol)
                code += 1 << (Self.longest - bits)
            }
            if bits > 8 {
                lengths.append(Length(bits: bits, first: first, end: code, place: symbols.count - octets.count))
            }
        }
    }

    /// Puts the symbols of `text` (section 5.2), at most `limit`, into `octets`. Returns how many; nil when the string, as far as it
    /// was read, is not sound: has no symbol somewhere, or does not end with fewer than eight bits, all of them ones.
    func decode(
        _ text: HeaderBlock.Text, _ payload: Payload, to octets: inout HeaderBlock.TextOctets, limit: Int
    ) -> Int? {
        var (position, count) = (text.start, 0)
        let end = text.start + text.count
        // The next bits, highest first, and how many there are.
        var (window, bits) = (0 as UInt64, 0)
        while count < min(limit, octets.count) {
            while bits <= 56, position < end, let octet = payload.u8(position) {
                window |= UInt64(truncatingIfNeeded: octet) &<< UInt64(truncatingIfNeeded: 56 &- bits)
                bits &+= 8
                position &+= 1
            }
            let entry = short[Int(window &>> 56)]
            var (length, symbol) = (Int(entry >> 8), UInt8(truncatingIfNeeded: entry))
            if length == 0 {
                let ahead = Int(window &>> 34)
                guard let codes = lengths.first(where: { ahead < $0.end }) else { return nil }
                length = codes.bits
                symbol = symbols[codes.place + (ahead - codes.first) >> (Self.longest - length)]
            }
            guard length <= bits else {
                return bits < 8 && window == ~0 << UInt64(64 - bits) ? count : nil
            }
            window &<<= UInt64(truncatingIfNeeded: length)
            bits &-= length
            octets[count] = symbol
            count &+= 1
        }
        return count
    }

    private static let symbolsByLength: [(bits: Int, symbols: [UInt8])] = [
        (5, Array("012aceiost".utf8)),
        (6, Array(" %-./3456789=A_bdfghlmnpru".utf8)),
        (7, Array(":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz".utf8)),
        (8, Array("&*,;XZ".utf8)),
        (10, Array("!\"()?".utf8)),
        (11, Array("'+|".utf8)),
        (12, Array("#>".utf8)),
        (13, [0, 36, 64, 91, 93, 126]),
        (14, Array("^}".utf8)),
        (15, Array("<`{".utf8)),
        (19, [92, 195, 208]),
        (20, [128, 130, 131, 162, 184, 194, 224, 226]),
        (21, [153, 161, 167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230]),
        (
            22,
            [
                129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186,
                187, 189, 190, 196, 198, 228, 232, 233,
            ]
        ),
        (
            23,
            [
                1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166,
                168, 174, 175, 180, 182, 183, 188, 191, 197, 231, 239,
            ]
        ),
        (24, [9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237]),
        (25, [199, 207, 234, 235]),
        (26, [192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255]),
        (
            27,
            [
                203, 204, 211, 212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253,
                254,
            ]
        ),
        (
            28,
            [
                2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29,
                30, 31, 127, 220, 249,
            ]
        ),
        (30, [10, 13, 22]),
    ]
}
