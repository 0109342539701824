import Labels
import PacketDecode

/// What the transport headers of a flow's first packets said, for each slot of a stripe: options of SYN and SYN-ACK, chunks
/// and tags of SCTP. 24 octets a slot, touched when a flow has such a packet; one page of address space when nobody asks.
///
/// In memory of its own and not among the attributes of payloads, of which a flood of SYNs could take all there is.
struct TransportMarks: ~Copyable {
    /// Whether any of it leaves the table.
    let isOn: Bool
    /// Packets whose options or chunks did not add up.
    private(set) var damaged: UInt64 = 0
    private let selection: AttributeSelection
    private var marks: MappedArray<Mark>

    /// What both endpoints said, at 0 for A and 1 for B of the canonical key.
    struct Mark: BitwiseCopyable {
        var words = InlineArray<2, UInt64>(repeating: 0)
        var rest = InlineArray<2, UInt16>(repeating: 0)
        /// Which endpoints' headers have been read.
        var isKnown = InlineArray<2, Bool>(repeating: false)
    }

    /// SCTP's packets that are looked at, of each endpoint: an association is set up in four.
    static let packetLimit: UInt32 = 8

    private static let kindBits: UInt64 = 48
    private static let kindMask: UInt64 = 1 << kindBits - 1

    /// For `slots` slots, of which what `selection` has is kept.
    init(_ selection: AttributeSelection, slots: Int) {
        self.selection = selection.intersection(.transport)
        isOn = !self.selection.isEmpty
        marks = MappedArray(count: isOn ? slots : 1)
    }

    /// Whether headers of the IP protocol `number` are read.
    static func reads(_ number: UInt8) -> Bool { number == 6 || number == 132 }

    /// Forgets what is known of `slot`, for a new flow.
    mutating func clear(_ slot: Int) {
        guard isOn else { return }
        marks[slot].isKnown = InlineArray(repeating: false)
        marks[slot].words = InlineArray(repeating: 0)
    }

    /// Whether the SYN of `endpoint` of the flow in `slot` has been read: of one sent again the first counts.
    func knows(_ slot: Int, _ endpoint: Int) -> Bool { marks[slot].isKnown[endpoint] }

    /// Takes what a packet from `endpoint` of the flow in `slot` says.
    mutating func note(_ slot: Int, _ endpoint: Int, _ header: TransportHeader) {
        switch header {
        case .tcp(let options):
            if options.isDamaged { damaged &+= 1 }
            marks[slot].isKnown[endpoint] = true
            marks[slot].words[endpoint] =
                options.kinds & Self.kindMask | UInt64(options.maximumSegmentSize) << Self.kindBits
            // Fast open in two bits, MPTCP's version in five, of which one says that there is none.
            let small = options.fastOpen & 3 | (options.multipathVersion & 0x1F) << 2
            marks[slot].rest[endpoint] = UInt16(options.windowScale) | UInt16(small) << 8
        case .sctp(let chunks):
            if chunks.isDamaged { damaged &+= 1 }
            marks[slot].isKnown[endpoint] = true
            marks[slot].words[endpoint] |= UInt64(chunks.types)
            if chunks.verificationTag != 0 { giveTag(chunks.verificationTag, slot, endpoint) }
            // What one end gives out is what the other has to show.
            if chunks.initiateTag != 0 { giveTag(chunks.initiateTag, slot, 1 - endpoint) }
        }
    }

    private mutating func giveTag(_ tag: UInt32, _ slot: Int, _ endpoint: Int) {
        if marks[slot].words[endpoint] >> 32 == 0 { marks[slot].words[endpoint] |= UInt64(tag) << 32 }
    }

    /// Appends what is known of the flow in `slot` to an `AttributeList`, which has lower numbers only: of the directions
    /// that the record at hand counts packets of, as with all that a record has of a direction.
    func append(_ slot: Int, initiator: Int, forward: Bool, reverse: Bool, isTCP: Bool, to list: inout [UInt8]) {
        let mark = marks[slot]
        guard mark.words[0] | mark.words[1] != 0 || mark.isKnown[0] || mark.isKnown[1] else { return }
        let first = isTCP ? LabelAttribute.tcpSynOptions : .sctpChunkTypes
        let count = isTCP ? 5 : 2
        for index in 0..<2 * count {
            let isReverse = index & 1 != 0
            guard isReverse ? reverse : forward,
                let attribute = LabelAttribute(rawValue: first.rawValue + UInt8(index)),
                selection.contains(attribute)
            else { continue }
            let endpoint = isReverse ? 1 - initiator : initiator
            // Tags are known before the endpoint itself is heard.
            guard !isTCP || mark.isKnown[endpoint] else { continue }
            AttributeList.append(attribute, number: Self.value(attribute, mark, endpoint), to: &list)
        }
    }

    private static func value(_ attribute: LabelAttribute, _ mark: Mark, _ endpoint: Int) -> UInt64 {
        let (word, rest) = (mark.words[endpoint], UInt64(mark.rest[endpoint]))
        switch attribute {
        case .tcpSynOptions, .reverseTcpSynOptions: return word & kindMask
        case .tcpMaximumSegmentSize, .reverseTcpMaximumSegmentSize: return word >> kindBits
        case .tcpWindowScale, .reverseTcpWindowScale: return rest & 0xFF
        case .tcpFastOpen, .reverseTcpFastOpen: return rest >> 8 & 3
        case .mptcpVersion, .reverseMptcpVersion:
            let version = rest >> 10 & 0x1F
            return version > 15 ? attribute.absent : version
        case .sctpChunkTypes, .reverseSctpChunkTypes: return word & 0xFFFF_FFFF
        case .sctpVerificationTag, .reverseSctpVerificationTag: return word >> 32
        default: return attribute.absent
        }
    }
}
