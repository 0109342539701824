import NetTypes
import PacketDecode

/// The part of a live flow that every packet touches: 128 octets, two cache lines. All zero when unused.
///
/// What there is one of for each endpoint is at index 0 for A and 1 for B of the canonical key, not at forward and
/// reverse: a change of mind about the initiator changes one bit, and with it the meaning of every counter.
package struct HotSlot: BitwiseCopyable {
    /// A slot without a flow.
    package init() {}

    // First line: the key, and octets.
    var addressAHigh: UInt64 = 0
    /// Low word of endpoint A's address.
    package var addressALow: UInt64 = 0
    var addressBHigh: UInt64 = 0
    var addressBLow: UInt64 = 0
    /// `PacketFacts.keyWord` in the low 56 bits, `state` above.
    private var keyAndState: UInt64 = 0
    var segment: UInt32 = 0
    /// The key's hash, kept so that the index can be rebuilt without computing it again.
    package var hash: UInt32 = 0
    /// Layer 3 octets of this slice.
    var octets = InlineArray<2, UInt64>(repeating: 0)
    // Second line: the rest of the slice.
    /// Time of the flow's last packet from each endpoint, earlier slices included.
    var last = InlineArray<2, Nanoseconds>(repeating: 0)
    /// Time of the slice's first packet.
    var sliceStart: Nanoseconds = 0
    var sides = InlineArray<2, Side>(repeating: Side())

    /// What one endpoint has sent. All but `marks` and `nextSequence` is about this slice.
    struct Side: BitwiseCopyable {
        var packets: UInt32 = 0
        /// Layer 2 octets less layer 3 octets.
        var overhead: UInt32 = 0
        /// The sequence number expected next.
        var nextSequence: UInt32 = 0
        var minimumLength: UInt16 = 0
        var maximumLength: UInt16 = 0
        var minimumTTL: UInt8 = 0
        var maximumTTL: UInt8 = 0
        var tcpFlags: UInt8 = 0
        var marks: Marks = []
    }

    /// Bits about what an endpoint has sent in the flow.
    struct Marks: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// Any packet.
        static let seen = Marks(rawValue: 1 << 0)
        /// TCP: `nextSequence` holds.
        static let sequence = Marks(rawValue: 1 << 1)
        static let fin = Marks(rawValue: 1 << 2)
        static let payload = Marks(rawValue: 1 << 3)
        /// TCP: a SYN without ACK.
        static let syn = Marks(rawValue: 1 << 4)
        /// TCP: a SYN-ACK to a SYN that was seen, so that the time between them is known.
        static let answer = Marks(rawValue: 1 << 5)
        /// The tunnel around what the endpoint sends has been noted.
        static let tunnel = Marks(rawValue: 1 << 6)
        /// An ICMP error came about what the endpoint sent: the stripe's `errors` hold for the slot.
        static let error = Marks(rawValue: 1 << 7)
    }

    /// Bits about the flow as a whole. The low three are the TCP state.
    package struct State: OptionSet, BitwiseCopyable {
        /// The bits.
        package let rawValue: UInt8
        /// Bits from their number.
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        static let tcpMask: UInt8 = 0x07
        /// The slot holds a flow.
        package static let live = State(rawValue: 1 << 3)
        /// The ports are ports.
        static let ports = State(rawValue: 1 << 4)
        /// B is the initiator; without it, A is.
        static let initiatorB = State(rawValue: 1 << 5)
        /// B sent the slice's first packet; without it, A did.
        static let sliceFromB = State(rawValue: 1 << 6)
        /// The flow's label is decided, or there are no labels: payloads are not looked at.
        static let labelled = State(rawValue: 1 << 7)
    }

    private static let keyMask: UInt64 = (1 << 56) - 1

    /// Ports, protocol, IP version and domain, as `PacketFacts.keyWord` packs them.
    @inline(__always)
    var keyWord: UInt64 {
        get { keyAndState & Self.keyMask }
        set { keyAndState = keyAndState & ~Self.keyMask | newValue }
    }

    /// What is known of the flow as a whole.
    @inline(__always)
    package var state: State {
        get { State(rawValue: UInt8(truncatingIfNeeded: keyAndState >> 56)) }
        set { keyAndState = keyAndState & Self.keyMask | UInt64(newValue.rawValue) << 56 }
    }

    /// Makes the slot one without a flow, that no key matches: a stale index entry may still point here.
    package mutating func markFree() { keyAndState = Self.keyMask }

    /// The flow's TCP state.
    @inline(__always)
    var tcpState: FlowRecord.TCPState {
        get { FlowRecord.TCPState(rawValue: tcpBits) ?? .none }
        set { state = State(rawValue: state.rawValue & ~State.tcpMask | newValue.rawValue) }
    }

    /// The raw value of `tcpState`, for comparisons that every packet makes.
    @inline(__always)
    var tcpBits: UInt8 { state.rawValue & State.tcpMask }

    /// Both sides have closed, or one has reset: what comes now is the tail.
    @inline(__always)
    var isClosed: Bool {
        tcpBits == FlowRecord.TCPState.closed.rawValue || tcpBits == FlowRecord.TCPState.reset.rawValue
    }

    /// The initiator's index: 0 for A, 1 for B.
    @inline(__always)
    var initiator: Int { state.contains(.initiatorB) ? 1 : 0 }

    /// Whether this slice has no packet yet.
    @inline(__always)
    var sliceIsEmpty: Bool { sides[0].packets | sides[1].packets == 0 }

    /// Time of the flow's last packet.
    @inline(__always)
    var lastSeen: Nanoseconds { max(last[0], last[1]) }

    /// IE 4.
    @inline(__always)
    var protocolIdentifier: UInt8 { UInt8(truncatingIfNeeded: keyAndState >> 32) }
}

/// The part of a live flow that is written when it begins and read when it ends: 48 octets. Indices as in `HotSlot`.
package struct ColdSlot: BitwiseCopyable {
    /// Time of this slice's first packet of the endpoint that did not begin the slice; 0 when there is none.
    var firstOther: Nanoseconds = 0
    /// Number of the flow's first packet.
    var firstFrame: UInt64 = 0
    var sliceIndex: UInt32 = 0
    /// TCP: handshake round trip in nanoseconds, saturating. ICMP: type and code as each endpoint first sent them, A's in the
    /// lower half. No flow is both.
    var handshake: UInt32 = 0
    var retransmitted = InlineArray<2, UInt32>(repeating: 0)
    var vlan = InlineArray<2, UInt16>(repeating: 0)
    /// Number of the tunnel in the stripe's `TunnelTable`.
    var tunnel = TunnelTable.none
    var classOfService = InlineArray<2, UInt8>(repeating: 0)
    /// Number of the pair of Ethernet addresses in the stripe's `MACTable`.
    var macPair = MACTable.none
    var evidence: FlowRecord.InitiatorEvidence = .firstSeen
    var observationPoint: UInt8 = 0
    var marks: Marks = []
    /// In the low three bits the exponent of the slice's selector; above them what `isDeselected` and `isTunnelCopy` say.
    private var selection: UInt8 = 0

    /// The selector in force when the slice began.
    var selector: FlowSelector {
        get { FlowSelector(exponent: selection & 0x07) }
        set { selection = selection & ~0x07 | newValue.exponent }
    }

    /// Flow selection has come to leave the flow out: packets of the slice may be missing.
    var isDeselected: Bool {
        get { selection & 0x40 != 0 }
        set { selection = newValue ? selection | 0x40 : selection & ~0x40 }
    }

    /// The flow is that of a tunnel in which packets of other flows are counted a second time.
    var isTunnelCopy: Bool {
        get { selection & 0x80 != 0 }
        set { selection = newValue ? selection | 0x80 : selection & ~0x80 }
    }

    /// ICMP type and code of an endpoint's first packet.
    var icmp: InlineArray<2, UInt16> {
        get { [UInt16(truncatingIfNeeded: handshake), UInt16(truncatingIfNeeded: handshake >> 16)] }
        set { handshake = UInt32(newValue[0]) | UInt32(newValue[1]) << 16 }
    }

    /// Which optional values hold.
    struct Marks: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// Endpoint 0's or 1's `vlan`.
        @inline(__always)
        static func vlan(_ endpoint: Int) -> Marks { Marks(rawValue: 1 << UInt8(endpoint)) }
        /// Endpoint 0's or 1's `icmp`.
        @inline(__always)
        static func icmp(_ endpoint: Int) -> Marks { Marks(rawValue: 4 << UInt8(endpoint)) }
        static let segment = Marks(rawValue: 1 << 4)
        static let handshake = Marks(rawValue: 1 << 5)
        static let synAck = Marks(rawValue: 1 << 6)
        static let refused = Marks(rawValue: 1 << 7)
    }
}

/// A flow's key as it is compared: addresses in canonical order, `PacketFacts.keyWord`, segment.
package struct FlowKey {
    var addressAHigh: UInt64
    var addressALow: UInt64
    var addressBHigh: UInt64
    var addressBLow: UInt64
    var keyWord: UInt64
    var segment: UInt32

    /// The key of a packet's flow.
    @inline(__always)
    package init(_ facts: Span<PacketFacts>, _ packet: Int) {
        addressAHigh = facts[packet].addressAHigh
        addressALow = facts[packet].addressALow
        addressBHigh = facts[packet].addressBHigh
        addressBLow = facts[packet].addressBLow
        keyWord = facts[packet].keyWord
        segment = facts[packet].segment
    }

    /// Whether the flow in `slot` has this key.
    @inline(__always)
    func matches(_ hot: borrowing MappedArray<HotSlot>, _ slot: Int) -> Bool {
        hot[slot].addressALow == addressALow && hot[slot].addressBLow == addressBLow && hot[slot].keyWord == keyWord
            && hot[slot].addressAHigh == addressAHigh && hot[slot].addressBHigh == addressBHigh
            && hot[slot].segment == segment
    }
}
