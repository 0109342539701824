import NetTypes

extension OctetCursor {
    /// Eight decimal digits of a number below 10^8, first digit in the lowest octet: halves, then quarters, then
    /// eighths, each split by one multiplication for all parts at once.
    @inline(__always)
    private static func eightDigits(_ value: UInt64) -> UInt64 {
        let high = value / 10_000
        let fours = high | (value - high * 10_000) << 32
        let hundreds = (fours &* 10_486) >> 20 & 0x0000_007F_0000_007F
        let twos = hundreds | (fours &- hundreds &* 100) << 16
        let tens = (twos &* 103) >> 10 & 0x000F_000F_000F_000F
        return tens | (twos &- tens &* 10) << 8
    }

    private static let zeros: UInt64 = 0x3030_3030_3030_3030

    /// Decimal digits, without leading zeros.
    @inline(__always)
    mutating func putDecimal(_ value: UInt64) {
        if value < 10 {
            put(UInt8(truncatingIfNeeded: value) | 0x30)
        } else if value < 100_000_000 {
            let digits = Self.eightDigits(value)
            let leading = digits.trailingZeroBitCount >> 3
            put((digits | Self.zeros) >> UInt64(leading << 3), count: 8 - leading)
        } else {
            putLongDecimal(value)
        }
    }

    private mutating func putLongDecimal(_ value: UInt64) {
        let head = value / 100_000_000
        putDecimal(head)
        put(Self.eightDigits(value - head * 100_000_000) | Self.zeros, count: 8)
    }

    /// Exactly nine decimal digits of a number below 10^9.
    @inline(__always)
    mutating func putNineDigits(_ value: UInt64) {
        let head = value / 100_000_000
        put(UInt8(truncatingIfNeeded: head) | 0x30)
        put(Self.eightDigits(value - head * 100_000_000) | Self.zeros, count: 8)
    }

    /// `192.0.2.1`.
    @inline(__always)
    mutating func putIPv4(_ bits: UInt32) {
        putSmall(bits >> 24)
        put(0x2E)
        putSmall(bits >> 16 & 0xFF)
        put(0x2E)
        putSmall(bits >> 8 & 0xFF)
        put(0x2E)
        putSmall(bits & 0xFF)
    }

    /// A number below 256.
    @inline(__always)
    private mutating func putSmall(_ value: UInt32) {
        let hundreds = (value &* 41) >> 12
        let rest = value &- hundreds &* 100
        let tens = (rest &* 103) >> 10
        let digits = hundreds | tens << 8 | (rest &- tens &* 10) << 16
        let leading = value >= 100 ? 0 : value >= 10 ? 1 : 2
        put((digits | 0x30_3030) >> UInt32(leading << 3), count: 3 - leading)
    }

    /// The form of RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups elided.
    mutating func putIPv6(high: UInt64, low: UInt64) {
        if high == 0, low >> 32 == 0xFFFF {
            put(UInt64(littleEndian: 0x3A66_6666_663A_3A), count: 7)
            putIPv4(UInt32(truncatingIfNeeded: low))
            return
        }
        let run = Self.longestRun(high, low)
        var index = 0
        while index < 8 {
            if index == run.start {
                put(0x3A)
                put(0x3A)
                index += run.count
                continue
            }
            if index > 0, index != run.start + run.count { put(0x3A) }
            putGroup(Self.group(high, low, index))
            index += 1
        }
    }

    @inline(__always)
    private static func group(_ high: UInt64, _ low: UInt64, _ index: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64((3 - index & 3) << 4))
    }

    /// The run of zero groups to elide; `start` 8 and `count` 8 when there is none.
    private static func longestRun(_ high: UInt64, _ low: UInt64) -> (start: Int, count: Int) {
        var (best, bestCount) = (8, 1)
        var (start, count) = (0, 0)
        for index in 0..<8 {
            if group(high, low, index) == 0 {
                if count == 0 { start = index }
                count += 1
                if count > bestCount { (best, bestCount) = (start, count) }
            } else {
                count = 0
            }
        }
        return best == 8 ? (8, 8) : (best, bestCount)
    }

    @inline(__always)
    private static func hexDigit(_ nibble: UInt16) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: nibble & 15)
        return digit < 10 ? digit + 0x30 : digit + 0x57
    }

    @inline(__always)
    private mutating func putGroup(_ group: UInt16) {
        if group >= 0x1000 { put(Self.hexDigit(group >> 12)) }
        if group >= 0x100 { put(Self.hexDigit(group >> 8)) }
        if group >= 0x10 { put(Self.hexDigit(group >> 4)) }
        put(Self.hexDigit(group))
    }

    /// `00:53:ff:00:00:01`.
    @inline(__always)
    mutating func putMAC(_ bits: UInt64) {
        var shift: UInt64 = 40
        while true {
            let octet = UInt16(truncatingIfNeeded: bits >> shift & 0xFF)
            put(UInt16(Self.hexDigit(octet >> 4)) | UInt16(Self.hexDigit(octet)) << 8, count: 2)
            if shift == 0 { return }
            put(0x3A)
            shift -= 8
        }
    }

    /// `10:14:23` for a number of seconds below 86,400.
    @inline(__always)
    mutating func putTimeOfDay(_ seconds: UInt64) {
        let minutes = seconds / 60
        let hours = minutes / 60
        let text =
            Self.twoDigits(hours) | 0x3A << 16 | Self.twoDigits(minutes - hours * 60) << 24 | 0x3A << 40
            | Self.twoDigits(seconds - minutes * 60) << 48
        put(text, count: 8)
    }

    @inline(__always)
    private static func twoDigits(_ value: UInt64) -> UInt64 {
        let tens = (value &* 103) >> 10
        return (tens | (value &- tens &* 10) << 8) | 0x3030
    }
}
