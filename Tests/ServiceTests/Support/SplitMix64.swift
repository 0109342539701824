/// A generator whose numbers follow from its seed, which tests print.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// Octets as an attacker likes them: ASCII with much that has a meaning somewhere, controls, and any UTF-8.
    mutating func hostileText(upTo longest: Int) -> String {
        let favourites = Array(
            "\n\r\t\"\\={}[]<>,: \0\u{1B}\u{7F}\u{85}\u{2028}\u{2029}\u{202E}\u{FEFF}aZ0é\u{301}😀\u{10FFFF}"
                .unicodeScalars)
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...longest, using: &self) {
            switch next() % 4 {
            case 0: scalars.append(Unicode.Scalar(UInt8.random(in: 0...255, using: &self)))
            case 1: scalars.append(Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &self)) ?? "?")
            default: scalars.append(favourites.randomElement(using: &self) ?? "a")
            }
        }
        return String(scalars)
    }
}
