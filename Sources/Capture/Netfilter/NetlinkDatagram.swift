import NetTypes
import PacketDecode

/// A datagram in memory: its packets are used where they lie.
// SAFETY: (@safe) `count` octets at `base` may be read and written until whoever made the datagram takes the memory back;
// every access is checked against that.
@safe package struct NetlinkDatagram {
    private let base: UnsafeMutableRawPointer
    private let count: Int

    /// The datagram in `memory`, which stays its own for as long as it and the packets found in it are used.
    package init(_ memory: UnsafeMutableRawBufferPointer) {
        precondition(memory.count > 0)
        // SAFETY: a buffer that is not empty has a first octet.
        unsafe base = memory.baseAddress!
        count = memory.count
    }

    /// Its octets.
    package var bytes: RawSpan {
        @_lifetime(borrow self) get {
            // SAFETY: (both) `count` octets may be read, for at least as long as the datagram is used.
            let span = unsafe RawSpan(_unsafeStart: base, byteCount: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Puts a copy of the octets at `header` right in front of `place`, over what has been read of the message by then.
    func move(_ header: Range<Int>, before place: Int) {
        precondition(header.lowerBound >= 0 && header.upperBound <= count && place >= header.count && place <= count)
        // SAFETY: both ranges lie within the datagram, as was just checked; they may overlap.
        unsafe (base + (place - header.count)).copyMemory(from: base + header.lowerBound, byteCount: header.count)
    }

    /// A reference to the octets at `place`.
    func reference(
        _ place: Range<Int>, wireLength: UInt32, at time: Nanoseconds, linkType: UInt16, observationPoint: UInt8
    ) -> PacketReference {
        precondition(place.lowerBound >= 0 && place.upperBound <= count)
        // SAFETY: the octets lie within the datagram, as was just checked.
        return unsafe PacketReference(
            bytes: UnsafePointer((base + place.lowerBound).assumingMemoryBound(to: UInt8.self)), timestamp: time,
            frameNumber: 0, capturedLength: UInt32(place.count), wireLength: wireLength, linkType: linkType,
            observationPoint: observationPoint)
    }
}
