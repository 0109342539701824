import FlowTable
import NetTypes

/// What the export carries but a record does not keep as such, computed once per record and read by the same kind of
/// load as the record itself: integers in host byte order, in the order of `Slot`.
package struct DerivedValues: BitwiseCopyable, Sendable {
    /// First packet of the forward direction, milliseconds since 1970, rounded down (IE 152).
    package var startMilliseconds: UInt64 = 0
    /// Last packet of the forward direction (IE 153), likewise.
    package var endMilliseconds: UInt64 = 0
    /// As `startMilliseconds`, of the reverse direction.
    package var reverseStartMilliseconds: UInt64 = 0
    /// As `endMilliseconds`, of the reverse direction.
    package var reverseEndMilliseconds: UInt64 = 0
    /// The same four in the 64-bit NTP format (IE 156, 157): filled in for `ElementSet.precise` only.
    package var startNTP: UInt64 = 0
    /// Last packet of the forward direction.
    package var endNTP: UInt64 = 0
    /// First packet of the reverse direction.
    package var reverseStartNTP: UInt64 = 0
    /// Last packet of the reverse direction.
    package var reverseEndNTP: UInt64 = 0
    /// Handshake round trip in 32 bits: 0 not measured, else at least 1.
    package var handshakeRoundTrip: UInt32 = 0
    /// IE 239 of a record in the flow's own orientation.
    package var biflowDirection: UInt8 = 0
    /// IE 239 of a record written from the responder's side: reverseInitiator.
    package var mirroredBiflowDirection: UInt8 = 2
    /// IE 302: the selector of the slice, 1 for every flow; so it is in records of a time when there was no other.
    package var selectorId: UInt8 = 1
    /// IE 136. Derived because an enumeration is stored by the number of its case, and this one begins with 1.
    package var endReason: UInt8 = 0

    /// One of the values, in the order in which they are stored.
    package enum Slot: Int, Sendable, CaseIterable {
        case startMilliseconds, endMilliseconds, reverseStartMilliseconds, reverseEndMilliseconds
        case startNTP, endNTP, reverseStartNTP, reverseEndNTP
        case handshakeRoundTrip, biflowDirection, mirroredBiflowDirection, selectorId, endReason

        /// Octets of the value.
        package var width: Int {
            switch self {
            case .handshakeRoundTrip: 4
            case .biflowDirection, .mirroredBiflowDirection, .selectorId, .endReason: 1
            default: 8
            }
        }

        /// Octets from the start of `DerivedValues`.
        package var offset: Int { Self.allCases.prefix(rawValue).reduce(0) { $0 + $1.width } }
    }

    /// All zero, selector 1.
    package init() {}

    /// The derived values of `record`; the NTP times only when `precise`.
    @inline(__always)
    package init(_ record: borrowing FlowRecord, precise: Bool) {
        startMilliseconds = Self.milliseconds(record.firstForward)
        endMilliseconds = Self.milliseconds(record.lastForward)
        reverseStartMilliseconds = Self.milliseconds(record.firstReverse)
        reverseEndMilliseconds = Self.milliseconds(record.lastReverse)
        if precise {
            startNTP = Self.ntp(record.firstForward)
            endNTP = Self.ntp(record.lastForward)
            reverseStartNTP = Self.ntp(record.firstReverse)
            reverseEndNTP = Self.ntp(record.lastReverse)
        }
        // By raw value: `contains` goes through the SetAlgebra witness in another module, call by call.
        if record.presence.rawValue & Self.handshakeBit != 0 {
            handshakeRoundTrip = UInt32(clamping: max(record.handshakeRoundTrip, 1))
        }
        selectorId = max(record.selectorId, 1)
        biflowDirection = record.initiator.biflowDirection
        endReason = Self.number(record.endReason)
    }

    /// Of `FlowRecord.Presence.handshakeRoundTrip`; a constant, since a lazy global costs a check per record.
    package static let handshakeBit: UInt16 = 1 << 7

    /// The raw value; a switch of our own is compiled into the encoder, where `rawValue` would be a call.
    @inline(__always)
    private static func number(_ reason: FlowRecord.FlowEndReason) -> UInt8 {
        switch reason {
        case .none: 0
        case .idleTimeout: 1
        case .activeTimeout: 2
        case .endOfFlow: 3
        case .forcedEnd: 4
        case .lackOfResources: 5
        }
    }

    /// Whole milliseconds, rounded down. Times before 1970 do not occur (see `Nanoseconds`); they would read 1970.
    @inline(__always)
    package static func milliseconds(_ time: Nanoseconds) -> UInt64 {
        UInt64(bitPattern: max(0, time)) / 1_000_000
    }

    /// Seconds since 1900 modulo 2^32 and a 32-bit binary fraction (RFC 7011 section 6.1.10, RFC 5905 section 6).
    ///
    /// The fraction is rounded up, by less than a quarter of a nanosecond, so that a reader who converts back and
    /// drops the remainder gets the very nanosecond that was put in. From 2036 on the seconds wrap, as the format does.
    @inline(__always)
    package static func ntp(_ time: Nanoseconds) -> UInt64 {
        let time = UInt64(bitPattern: max(0, time))
        let seconds = (time / 1_000_000_000 + 2_208_988_800) & 0xFFFF_FFFF
        let fraction = (((time % 1_000_000_000) << 32) + 999_999_999) / 1_000_000_000
        return seconds << 32 | fraction
    }
}
