import Labels
import PacketDecode

/// How flows are labelled.
package struct LabelConfiguration: Sendable {
    /// The enterprise number in `applicationId` (RFC 6759 section 4).
    package var enterpriseNumber: UInt32
    /// Nominal nanoseconds of label work per second of packet time, for each of the table's 16 stripes (`LabelBudget`): one
    /// core's time in all. By stripe, not by worker, since which worker takes a stripe must not show.
    package var nanosecondsPerSecond = 62_500_000
    /// How much of one flow is looked at.
    package var limits = LabelLimits()
    /// Flows of one stripe that are looked at at the same time. One more, and one of them, each in its turn, is decided by
    /// what is known of it.
    package var flowsAtOnce = 512
    /// Which attributes leave the table.
    package var attributes = AttributeSelection.technical
    /// Octets for the attributes of one stripe's flows; nil for an eighth of what its flows may take, which it comes on top of.
    package var attributeOctets: Int?

    /// Labels under `enterpriseNumber`; the default is the one reserved for examples (RFC 5612).
    package init(enterpriseNumber: UInt32 = 32473) { self.enterpriseNumber = enterpriseNumber }
}

/// The labels of a stripe's flows: a few octets for each slot, and inspectors for the flows that are not decided yet.
///
/// Depends on the stripe's packets and their order alone, so that a replay gives the same labels whatever the number of
/// workers. Without labels nothing but one page of address space is taken.
struct LabelTable: ~Copyable {
    /// Whether flows are labelled.
    let isOn: Bool
    private var marks: MappedArray<Mark>
    private var inspectors: [LabelInspector] = []
    /// The slot of each inspector's flow; -1 for none.
    private var owners: [Int] = []
    private var idle: [Int] = []
    /// The inspector to be taken from its flow next, when all are in use.
    private var hand = 0
    private var budget: LabelBudget
    private var arena: AttributeArena
    /// What transport headers said, whatever the label.
    private(set) var transport: TransportMarks
    private var list: [UInt8] = []
    private let configuration: LabelConfiguration

    /// What is known of the flow in a slot.
    struct Mark: BitwiseCopyable {
        /// The label's selector; 0 for none.
        var selector: UInt16 = 0
        var source: UInt8 = 0
        var confidence: UInt8 = 0
        /// Number of the flow's inspector, from 1; 0 for none.
        var inspector: UInt32 = 0
        /// Number of its attributes in the arena; 0 for none.
        var attributes: UInt32 = 0
    }

    /// For `slots` slots, whose flows may take `octets`; nil for no labels.
    init(_ configuration: LabelConfiguration?, slots: Int, octets: Int) {
        isOn = configuration != nil
        self.configuration = configuration ?? LabelConfiguration()
        marks = MappedArray(count: configuration == nil ? 1 : slots)
        budget = LabelBudget(nanosecondsPerSecond: self.configuration.nanosecondsPerSecond)
        transport = TransportMarks(isOn ? self.configuration.attributes : .none, slots: slots)
        arena = AttributeArena(octets: isOn ? self.configuration.attributeOctets ?? octets / 8 : 0)
    }

    /// Payloads and decryptions that there was no budget for.
    var refusals: UInt64 { budget.refusals }

    /// Fingerprints that were not made, since a message had too much to make them of.
    var fingerprintRefusals: UInt64 { budget.refusedFingerprints }

    /// Flows whose attributes there was no room for.
    var attributeRefusals: UInt64 { arena.refusals }

    /// Forgets what is known of `slot`, for a new flow.
    mutating func clear(_ slot: Int) {
        marks[slot] = Mark()
        transport.clear(slot)
    }

    /// Takes what the transport header of a packet from `endpoint` of the flow in `slot` says.
    mutating func note(_ slot: Int, _ endpoint: Int, _ header: TransportHeader) {
        transport.note(slot, endpoint, header)
    }

    /// Whether the flow in `slot` is being looked at.
    func hasInspector(_ slot: Int) -> Bool { marks[slot].inspector != 0 }

    /// Gives the flow in `slot` an inspector. Returns the slot of the flow that had to give up its own, and is decided now;
    /// -1 when there was one to spare.
    mutating func begin(_ slot: Int, _ transport: LabelTransport, initiatorPort: UInt16, responderPort: UInt16) -> Int {
        var given = -1
        let number: Int
        if let spare = idle.popLast() {
            number = spare
        } else if inspectors.count < configuration.flowsAtOnce {
            number = inspectors.count
            inspectors.append(LabelInspector(limits: configuration.limits, wanted: configuration.attributes))
            owners.append(-1)
        } else {
            number = hand
            hand = (hand + 1) % inspectors.count
            given = owners[number]
            inspectors[number].finish()
            keep(number)
        }
        owners[number] = slot
        marks[slot].inspector = UInt32(number + 1)
        inspectors[number].begin(transport: transport, initiatorPort: initiatorPort, responderPort: responderPort)
        return given
    }

    /// Looks at a payload of the flow in `slot`, which has an inspector. True when the flow is decided, and the inspector
    /// free for another.
    mutating func inspect(_ slot: Int, _ payload: Span<UInt8>, _ packet: LabelPacket) -> Bool {
        let number = Int(marks[slot].inspector) - 1
        inspectors[number].inspect(payload, of: packet, budget: &budget)
        guard inspectors[number].isDecided else { return false }
        keep(number)
        idle.append(number)
        return true
    }

    /// Takes inspector and attributes from the flow in `slot`, which has ended, if it has any.
    mutating func release(_ slot: Int) {
        arena.free(marks[slot].attributes)
        marks[slot].attributes = 0
        let number = Int(marks[slot].inspector) - 1
        guard number >= 0 else { return }
        owners[number] = -1
        marks[slot].inspector = 0
        idle.append(number)
    }

    /// Puts what inspector `number` found into its flow's mark.
    private mutating func keep(_ number: Int) {
        var mark = Self.mark(inspectors[number])
        list.removeAll(keepingCapacity: true)
        appendAttributes(of: number)
        // Under a name of its own: a span over a part of the table would borrow all of it.
        let octets = list
        mark.attributes = arena.keep(octets.span)
        marks[owners[number]] = mark
        owners[number] = -1
    }

    /// Appends what inspector `number` read to `list`. Without a label from the payload nothing was read.
    private mutating func appendAttributes(of number: Int) {
        guard inspectors[number].label != nil else { return }
        AttributeList.append(inspectors[number].attributes, configuration.attributes, to: &list)
    }

    private static func mark(_ inspector: borrowing LabelInspector) -> Mark {
        let standing = inspector.standing
        return Mark(
            selector: standing.label?.rawValue ?? 0, source: standing.source.rawValue,
            confidence: standing.confidence.rawValue)
    }

    /// Puts the label of the flow in `slot`, as far as it is known, into its record.
    mutating func fill(_ record: inout FlowRecord, _ slot: Int) {
        var mark = marks[slot]
        if mark.inspector != 0 { mark = Self.mark(inspectors[Int(mark.inspector) - 1]) }
        guard mark.selector != 0 else { return }
        record.applicationId =
            FlowRecord.applicationEngine << 56 | UInt64(configuration.enterpriseNumber) << 24 | UInt64(mark.selector)
        record.labelSource = mark.source
        record.labelConfidence = mark.confidence
        record.presence.insert(.label)
    }

    /// Gives the record that `output` is about to count the attributes of the flow in `slot`, as far as they are known.
    /// `initiator` is 0 for A and 1 for B.
    mutating func addAttributes(_ slot: Int, initiator: Int, to output: RecordBuffer) {
        let mark = marks[slot]
        let hasHeaders = transport.isOn && TransportMarks.reads(output.next.protocolIdentifier)
        guard mark.inspector != 0 || mark.attributes != 0 || hasHeaders else { return }
        list.removeAll(keepingCapacity: true)
        if mark.inspector != 0 {
            appendAttributes(of: Int(mark.inspector) - 1)
        } else {
            arena.append(mark.attributes, to: &list)
        }
        if hasHeaders {
            transport.append(
                slot, initiator: initiator, forward: output.next.packetsForward > 0,
                reverse: output.next.packetsReverse > 0, isTCP: output.next.protocolIdentifier == 6, to: &list)
        }
        output.setAttributes(list.span)
    }
}
