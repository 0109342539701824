import Exporter
import NetTypes

/// How an element tells a time; raw values rise with precision.
enum TimeForm: Int {
    case systemUpTime, deltaMicroseconds, seconds, milliseconds, microseconds, nanoseconds

    /// The member that a time element sets, and its form: `reverseFlowEndMilliseconds` sets the member
    /// `reverseFlowEndNanoseconds`. Nil for other elements.
    static func parse(_ name: String) -> (member: Int, form: TimeForm)? { table[name] }

    private static let table: [String: (member: Int, form: TimeForm)] = {
        let suffixes: [(String, TimeForm)] = [
            ("SysUpTime", .systemUpTime), ("DeltaMicroseconds", .deltaMicroseconds), ("Seconds", .seconds),
            ("Milliseconds", .milliseconds), ("Microseconds", .microseconds), ("Nanoseconds", .nanoseconds),
        ]
        var table: [String: (Int, TimeForm)] = [:]
        for stem in ["flowStart", "flowEnd", "reverseFlowStart", "reverseFlowEnd"] {
            guard let member = RecordAssembly.member(named: stem + "Nanoseconds") else { continue }
            for (suffix, form) in suffixes { table[stem + suffix] = (member, form) }
        }
        return table
    }()

    /// The point in time that `value` tells; nil for times since a start that is not known. 0 is "no time" in every
    /// form that counts from an epoch.
    func time(_ value: UInt64, _ context: RecordContext) -> Nanoseconds? {
        switch self {
        case .seconds: Self.scaled(value, 1_000_000_000)
        case .milliseconds: Self.scaled(value, 1_000_000)
        // RFC 7011 section 6.1.9: the lowest 11 bits of a fraction in microseconds mean nothing.
        case .microseconds: value == 0 ? 0 : Self.ntp(value & ~0x7FF)
        case .nanoseconds: value == 0 ? 0 : Self.ntp(value)
        case .deltaMicroseconds: max(0, context.exportTime - Self.scaled(value, 1000))
        case .systemUpTime: context.time(upTime: value)
        }
    }

    /// `value` units of `unit` nanoseconds, `maximumTimestamp` at most.
    static func scaled(_ value: UInt64, _ unit: UInt64) -> Nanoseconds {
        let (product, overflow) = value.multipliedReportingOverflow(by: unit)
        return overflow ? maximumTimestamp : Nanoseconds(min(product, UInt64(maximumTimestamp)))
    }

    /// From the 64-bit NTP format (RFC 5905 section 6): seconds since 1900 and a binary fraction, cut to nanoseconds.
    /// Seconds below those of 1970 are of the era that begins in 2036.
    static func ntp(_ value: UInt64) -> Nanoseconds {
        var seconds = value >> 32
        seconds = seconds >= 2_208_988_800 ? seconds - 2_208_988_800 : seconds + (1 << 32) - 2_208_988_800
        return scaled(seconds, 1_000_000_000) + Nanoseconds(((value & 0xFFFF_FFFF) * 1_000_000_000) >> 32)
    }
}

/// What a record has from its message.
struct RecordContext {
    /// IE 149, from the header; version 9's source id; version 5's engine.
    var domain: UInt32 = 0
    /// When the message was made.
    var exportTime: Nanoseconds = 0
    /// When the exporter started, which times since then count from, milliseconds since 1970; nil when nobody said.
    var initMilliseconds: Int64?
    /// Whom a message is from where that is not who sent it, as an agent of sFlow says.
    var agent: IPAddress?

    /// The point in time `upTime` milliseconds, modulo 2^32, after the exporter's start: the latest one that is not
    /// more than a minute after the export.
    func time(upTime: UInt64) -> Nanoseconds? {
        guard let initMilliseconds else { return nil }
        let unwrapped = initMilliseconds &+ Int64(upTime & 0xFFFF_FFFF)
        let slack = exportTime / 1_000_000 + 60_000 - unwrapped
        // Arithmetic shift: rounds down, also below zero.
        let time = unwrapped &+ (slack >> 32) << 32
        return time <= 0 ? 0 : TimeForm.scaled(UInt64(time), 1_000_000)
    }
}
