import NetTypes

/// How one pcapng interface counts time (draft-ietf-opsawg-pcapng, section 4.2, if_tsresol and if_tsoffset).
struct PcapngClock: Equatable {
    /// How ticks become nanoseconds.
    private enum Scale: Equatable {
        /// One tick is this many nanoseconds.
        case multiply(UInt64)
        /// This many ticks are a nanosecond.
        case divide(UInt64)
        /// 2 to this power ticks are a second.
        case shift(UInt8)
        /// A tick is so short that 64 bits of them are less than a nanosecond.
        case zero
    }

    private let scale: Scale
    /// Nanoseconds to add; saturated.
    private let offset: Int64
    /// if_tsresol as it was.
    private let resolution: UInt8

    /// A clock with an if_tsresol octet (high bit clear: 10 to minus that; set: 2 to minus the rest) and an if_tsoffset in
    /// seconds.
    init(resolution: UInt8 = 6, offsetSeconds: Int64 = 0) {
        self.resolution = resolution
        let exponent = Int(resolution & 0x7f)
        if resolution & 0x80 != 0 {
            scale = .shift(UInt8(exponent))
        } else if exponent <= 9 {
            scale = .multiply(Self.powerOfTen(9 - exponent))
        } else if exponent - 9 <= 19 {
            scale = .divide(Self.powerOfTen(exponent - 9))
        } else {
            scale = .zero
        }
        let (product, overflow) = offsetSeconds.multipliedReportingOverflow(by: nanosecondsPerSecond)
        offset = overflow ? (offsetSeconds < 0 ? .min : .max) : product
    }

    private static func powerOfTen(_ exponent: Int) -> UInt64 {
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// The nanoseconds one tick has, when ticks can simply be multiplied and there is no offset; else 0.
    var plainMultiplier: UInt64 {
        if case .multiply(let factor) = scale, offset == 0 { factor } else { 0 }
    }

    /// The point in time of a tick count; nil when it lies outside 0...maximumTimestamp.
    func time(_ ticks: UInt64) -> Nanoseconds? {
        let sinceOffset: UInt64
        switch scale {
        case .multiply(let factor):
            let (product, overflow) = ticks.multipliedReportingOverflow(by: factor)
            if overflow { return nil }
            sinceOffset = product
        case .divide(let divisor):
            sinceOffset = ticks / divisor
        case .shift(let bits):
            let whole = bits >= 64 ? 0 : ticks >> UInt64(bits)
            let rest = bits >= 64 ? ticks : ticks - (whole << UInt64(bits))
            let (seconds, overflow) = whole.multipliedReportingOverflow(by: UInt64(nanosecondsPerSecond))
            if overflow { return nil }
            // rest < 2^bits, so that rest * 10^9 / 2^bits is less than a second.
            let product = rest.multipliedFullWidth(by: UInt64(nanosecondsPerSecond))
            let part =
                bits >= 64
                ? product.high >> UInt64(bits - 64)
                : (bits == 0 ? 0 : (product.high << UInt64(64 - bits)) | (product.low >> UInt64(bits)))
            let (sum, carried) = seconds.addingReportingOverflow(part)
            if carried { return nil }
            sinceOffset = sum
        case .zero:
            sinceOffset = 0
        }
        guard sinceOffset <= UInt64(Int64.max) else { return nil }
        let (sum, overflow) = Int64(sinceOffset).addingReportingOverflow(offset)
        return overflow || sum < 0 || sum > maximumTimestamp ? nil : sum
    }

    /// What an impossible time is clamped to: the end of the range that it lies beyond.
    func clamped(_ ticks: UInt64) -> Nanoseconds {
        if let time = time(ticks) { return time }
        return offset < 0 && (PcapngClock(resolution: resolution).time(ticks) ?? .max) < offset.magnitude
            ? 0 : maximumTimestamp
    }

    /// The resolution for people.
    var description: String {
        if resolution & 0x80 != 0 { return "2^-\(resolution & 0x7f) s" }
        switch resolution {
        case 0: return "1 s"
        case 3: return "1 ms"
        case 6: return "1 us"
        case 9: return "1 ns"
        default: return "10^-\(resolution) s"
        }
    }
}
