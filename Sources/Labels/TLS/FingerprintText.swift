import Crypto

/// The text that a fingerprint is the digest of: lists of numbers, written into memory that is taken once.
struct FingerprintText {
    /// Five digits and a separator.
    private static let longestNumber = 6
    /// Octets that the last number may be written over.
    private static let slack = 8
    /// Numbers of all lists, a version before them, and separators of lists that are empty.
    private static let capacity = longestNumber * (FingerprintNumbers.limit + 8) + slack

    private var octets = [UInt8](repeating: 0, count: capacity)
    private var count = 0

    /// Forgets what was written.
    mutating func removeAll() { count = 0 }

    /// Writes one octet.
    mutating func append(_ octet: UInt8) {
        guard count < octets.count else { return }
        octets[count] = octet
        count += 1
    }

    /// Writes numbers in decimal without leading zeros, with dashes between them.
    mutating func append(decimal numbers: inout FingerprintNumbers) {
        var place = count
        guard numbers.count > 0, Self.longestNumber &* numbers.count &+ Self.slack <= octets.count &- place else {
            return
        }
        var span = octets.mutableSpan
        for index in 0..<numbers.count {
            let number = UInt32(numbers[index])
            let digits = number < 10 ? 1 : number < 100 ? 2 : number < 1_000 ? 3 : number < 10_000 ? 4 : 5
            // All five digits at once, the first one in the lowest octet; then those in front go, and a dash comes behind.
            let text = Self.fiveDigits(number) >> UInt64(8 &* (5 &- digits)) | 0x2D << UInt64(8 &* digits)
            Self.put(text, at: place, in: &span)
            place &+= digits &+ 1
        }
        // Without the last dash.
        count = place &- 1
    }

    /// Writes numbers as four hexadecimal digits each, with commas between them.
    mutating func append(hexadecimal numbers: inout FingerprintNumbers) {
        var place = count
        guard numbers.count > 0, Self.longestNumber &* numbers.count &+ Self.slack <= octets.count &- place else {
            return
        }
        var span = octets.mutableSpan
        for index in 0..<numbers.count {
            let text = UInt64(Self.hexadecimalDigits(UInt32(numbers[index]))) | 0x2C << 32
            Self.put(text, at: place, in: &span)
            place &+= 5
        }
        count = place &- 1
    }

    /// Writes eight octets, the lowest first: one store, since the place is known not to wrap.
    @inline(__always)
    private static func put(_ octets: UInt64, at place: Int, in span: inout MutableSpan<UInt8>) {
        let first = Int(UInt16(truncatingIfNeeded: place))
        guard first &+ slack <= span.count else { return }
        for octet in 0..<slack { span[first &+ octet] = UInt8(truncatingIfNeeded: octets &>> UInt64(8 &* octet)) }
    }

    /// The five decimal digits of `number`, the first one in the lowest octet.
    @inline(__always)
    private static func fiveDigits(_ number: UInt32) -> UInt64 {
        let (high, low) = (number / 10_000, number % 10_000)
        // Two numbers below 100 side by side, of which a product with 103, less ten bits, is the tenth.
        let pairs = low / 100 | (low % 100) << 16
        let tens = (pairs &* 103) >> 10 & 0x000F_000F
        let four = tens | (pairs &- tens &* 10) << 8
        return UInt64(high | 0x30) | UInt64(four | 0x3030_3030) << 8
    }

    /// The four hexadecimal digits of `number`, the first one in the lowest octet, in lower case.
    @inline(__always)
    private static func hexadecimalDigits(_ number: UInt32) -> UInt32 {
        let four = number >> 12 & 0xF | number & 0xF00 | (number & 0xF0) << 12 | (number & 0xF) << 24
        // What is ten or more has a bit of its own after six are added.
        let letters = (four &+ 0x0606_0606) >> 4 & 0x0101_0101
        return four &+ 0x3030_3030 &+ letters &* 0x27
    }

    /// All 32 digits of the MD5 (RFC 1321) of what was written.
    var md5: [UInt8] { Fingerprint.hexadecimal(Insecure.MD5.hash(data: octets[0..<count]), digits: 32) }

    /// The first twelve digits of the SHA-256 of what was written.
    var shortSHA256: [UInt8] { Fingerprint.hexadecimal(SHA256.hash(data: octets[0..<count]), digits: 12) }
}
