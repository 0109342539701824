/// What the options of a SYN or SYN-ACK say (RFC 9293 section 3.1): both ends tell here what the connection may use.
///
///     | kind 0, end |      | kind 1, nothing |      | kind | length, with these two octets | value … |
///
/// Read up to where the list stops making sense; what stood before that holds.
package struct TCPOptions: BitwiseCopyable, Sendable, Equatable {
    /// Bit n: there was an option of kind n. The highest, `lastKind`, stands for all kinds from there on.
    package var kinds: UInt64 = 0
    /// Maximum segment size (kind 2, RFC 9293 section 3.7.1), octets of payload that the sender takes; 0 for none.
    package var maximumSegmentSize: UInt16 = 0
    /// Window scale (kind 3, RFC 7323 section 2.2), a number of bits; 0 for none too.
    package var windowScale: UInt8 = 0
    /// Fast open (kind 34, RFC 7413 section 4.1.1, and the experiment before it): 1 a cookie is asked for, 2 there is one.
    package var fastOpen: UInt8 = 0
    /// The version in MP_CAPABLE (kind 30, RFC 8684 section 3.1); `noVersion` without.
    package var multipathVersion: UInt8 = noVersion
    /// The list did not add up: a length that cannot be, or the same option twice.
    package var isDamaged = false

    /// Stands for all kinds from its number on: none has been given out between this and 69.
    package static let lastKind: UInt8 = 47
    /// No MP_CAPABLE: its version has four bits.
    package static let noVersion: UInt8 = 255

    /// Kind numbers (IANA's registry of TCP parameters).
    private enum Kind {
        static let end: UInt8 = 0
        static let nothing: UInt8 = 1
        static let maximumSegmentSize: UInt8 = 2
        static let windowScale: UInt8 = 3
        static let selectiveAcknowledgementPermitted: UInt8 = 4
        static let timestamps: UInt8 = 8
        static let multipath: UInt8 = 30
        static let fastOpen: UInt8 = 34
        static let firstExperiment: UInt8 = 253
        static let secondExperiment: UInt8 = 254
    }

    /// Identifies fast open among experiments (RFC 7413 section 4.1.1, RFC 6994).
    private static let fastOpenExperiment: UInt16 = 0xF989
    private static let minimumLength = 20
    private static let offset = 12

    /// Nothing known.
    package init() {}

    /// Reads the options behind the header at `cursor`; no further than was captured, which is no damage. At most 40 steps.
    init(_ cursor: borrowing Cursor) {
        guard cursor.remaining > Self.offset else { return }
        let whole = Int(cursor.u8(Self.offset) >> 4) &* 4
        let end = min(whole, cursor.remaining)
        let isCut = whole > cursor.remaining
        var position = Self.minimumLength
        while position < end {
            let kind = cursor.u8(position)
            if kind == Kind.end {
                note(kind)
                return
            }
            if kind == Kind.nothing {
                note(kind)
                position &+= 1
                continue
            }
            guard end &- position >= 2 else {
                isDamaged = isDamaged || !isCut
                return
            }
            let length = Int(cursor.u8(position &+ 1))
            guard length >= 2, length <= whole &- position else {
                isDamaged = true
                return
            }
            guard length <= end &- position else { return }
            guard read(kind, length, at: position, cursor) else {
                isDamaged = true
                return
            }
            position &+= length
        }
    }

    /// Takes the option at `position`, all of whose `length` octets are there. False when it has a length that its kind
    /// cannot have. Of the same option twice the first holds.
    private mutating func read(_ kind: UInt8, _ length: Int, at position: Int, _ cursor: borrowing Cursor) -> Bool {
        let isSecond = has(kind)
        switch kind {
        case Kind.maximumSegmentSize:
            guard length == 4 else { return false }
            if !isSecond { maximumSegmentSize = cursor.u16(position &+ 2) }
        case Kind.windowScale:
            guard length == 3 else { return false }
            if !isSecond { windowScale = cursor.u8(position &+ 2) }
        case Kind.selectiveAcknowledgementPermitted:
            guard length == 2 else { return false }
        case Kind.timestamps:
            guard length == 10 else { return false }
        case Kind.fastOpen:
            guard let cookie = Self.cookie(length &- 2) else { return false }
            if !isSecond { fastOpen = cookie }
        case Kind.multipath:
            // Subtype and, in MP_CAPABLE (0), the version.
            guard length >= 3 else { return false }
            let octet = cursor.u8(position &+ 2)
            if octet >> 4 == 0 {
                guard length >= 4 else { return false }
                if multipathVersion == Self.noVersion { multipathVersion = octet & 0x0F }
            }
        case Kind.secondExperiment:
            if length >= 4, cursor.u16(position &+ 2) == Self.fastOpenExperiment, fastOpen == 0 {
                guard let cookie = Self.cookie(length &- 4) else { return false }
                fastOpen = cookie
            }
        default: break
        }
        // Several of a kind are in order where the kind is shared.
        if isSecond, kind < Self.lastKind, kind != Kind.multipath { isDamaged = true }
        note(kind)
        return true
    }

    /// What a fast open option with so many octets of cookie says; nil when there cannot be so many.
    private static func cookie(_ octets: Int) -> UInt8? {
        if octets == 0 { return 1 }
        return (4...16).contains(octets) && octets & 1 == 0 ? 2 : nil
    }

    private mutating func note(_ kind: UInt8) { kinds |= 1 << UInt64(min(kind, Self.lastKind)) }

    private func has(_ kind: UInt8) -> Bool { kinds >> UInt64(min(kind, Self.lastKind)) & 1 != 0 }
}
