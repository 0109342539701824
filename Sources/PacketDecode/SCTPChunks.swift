/// What the header and the chunks of an SCTP packet say about its association (RFC 9260 section 3).
///
///     |          Source port          |       Destination port        |
///     |                       Verification tag                        |
///     |                           Checksum                            |
///     | type (8) | flags (8) | length (16), without padding | value …
package struct SCTPChunks: BitwiseCopyable, Sendable, Equatable {
    /// The tag that the packet's receiver gave out: what its sender has to put into every packet. 0 for none: a packet
    /// with INIT has no tag yet, and one that reflects its receiver's own (T bit) tells nothing of the sender's direction.
    package var verificationTag: UInt32 = 0
    /// The tag that INIT or INIT ACK gives out, for packets in the other direction; 0 without.
    package var initiateTag: UInt32 = 0
    /// Chunk types by bit, as `bit(ofType:)` says.
    package var types: UInt32 = 0
    /// The chunks did not add up: a length that cannot be.
    package var isDamaged = false

    private static let headerLength = 12
    private static let tag = 4
    /// Types and flags.
    private enum Chunk {
        static let initiation: UInt8 = 1
        static let initiationAcknowledgement: UInt8 = 2
        static let abort: UInt8 = 6
        static let shutdownComplete: UInt8 = 14
        /// INIT and INIT ACK: tag, window, streams, sequence number (RFC 9260 section 3.3.2).
        static let initiationLength = 20
        /// T: the tag is the receiver's own (RFC 9260 section 8.5.1).
        static let reflectsTag: UInt8 = 1
    }

    /// Chunks that are read of one packet: more than any sender bundles.
    static let limit = 16

    /// Nothing known.
    package init() {}

    /// Reads the packet at `cursor`, whose chunks had `octets` octets; no further than was captured, which is no damage.
    init(_ cursor: borrowing Cursor, octets: Int) {
        guard cursor.remaining >= Self.headerLength else { return }
        let whole = Self.headerLength &+ octets
        let end = min(whole, cursor.remaining)
        var isReflected = false
        var position = Self.headerLength
        for _ in 0..<Self.limit where position < end {
            guard end &- position >= 4 else {
                // Not even a chunk's header.
                isDamaged = isDamaged || whole &- position < 4
                break
            }
            let type = cursor.u8(position)
            let length = Int(cursor.u16(position &+ 2))
            guard length >= 4, length <= whole &- position else {
                isDamaged = true
                break
            }
            types |= 1 << Self.bit(ofType: type)
            switch type {
            case Chunk.initiation, Chunk.initiationAcknowledgement:
                if length < Chunk.initiationLength {
                    isDamaged = true
                } else if initiateTag == 0, end &- position >= 8 {
                    initiateTag = cursor.u32(position &+ 4)
                }
            case Chunk.abort, Chunk.shutdownComplete:
                if cursor.u8(position &+ 1) & Chunk.reflectsTag != 0 { isReflected = true }
            default: break
            }
            position &+= (length &+ 3) & ~3
        }
        if !isReflected { verificationTag = cursor.u32(Self.tag) }
    }

    /// The bit that stands for a chunk type. Types 0 to 15 have their own numbers; those above that are in use have the next
    /// (IANA's registry of SCTP parameters); 31 is for all others.
    package static func bit(ofType type: UInt8) -> UInt32 {
        switch type {
        case 0...15: UInt32(type)
        // I-DATA, RFC 8260.
        case 64: 16
        // ASCONF-ACK, RFC 5061.
        case 128: 17
        // RE-CONFIG, RFC 6525.
        case 130: 18
        // PAD, RFC 4820.
        case 132: 19
        // FORWARD TSN, RFC 3758.
        case 192: 20
        // ASCONF, RFC 5061.
        case 193: 21
        // I-FORWARD-TSN, RFC 8260.
        case 194: 22
        default: 31
        }
    }
}
