import Labels

/// What became of one input.
package struct LabelOutcome: Equatable, Sendable {
    /// The label, if there is one.
    package var label: ApplicationLabel?
    /// What told it.
    package var source = LabelSource.none
    /// How sure it is.
    package var confidence = LabelConfidence.none
    /// The attributes, as `attribute=value`.
    package var attributes: [String] = []
    /// Packets that were looked at.
    package var packets = 0
}

/// Labels one flow as `octets` say, and traps when what comes out is not sound, or differs for an inspector that had another
/// flow before.
///
/// An input is a transport (6, 17 or 132, else TCP), two ports, and packets: a flag octet (1: from the responder; 2: sent
/// again, with the sequence number before), a length of two octets, and as many octets of payload. A last packet may be cut.
package func inspectFlow(_ octets: [UInt8]) -> LabelOutcome {
    guard octets.count >= 5 else { return LabelOutcome() }
    var inspector = LabelInspector()
    let first = run(&inspector, octets)
    check(first, inspector)
    let again = run(&inspector, octets)
    precondition(first == again, "a used inspector says something else")
    var thorough = LabelInspector(triesEverything: true)
    precondition(run(&thorough, octets) == first, "a protocol begins with an octet that the catalogue does not know")
    // After a flow of all the payloads backwards, too.
    _ = run(&inspector, Array(octets.prefix(5)) + octets.dropFirst(5).reversed())
    precondition(run(&inspector, octets) == first, "what another flow left behind shows")
    return first
}

private func run(_ inspector: inout LabelInspector, _ octets: [UInt8]) -> LabelOutcome {
    var budget = LabelBudget(nanosecondsPerSecond: 1_000_000_000)
    inspector.begin(
        transport: LabelTransport(protocolIdentifier: octets[0]) ?? .tcp,
        initiatorPort: UInt16(octets[1]) << 8 | UInt16(octets[2]),
        responderPort: UInt16(octets[3]) << 8 | UInt16(octets[4]))
    var outcome = LabelOutcome()
    var position = 5
    var sequences: (UInt32, UInt32) = (1000, 2000)
    while position + 3 <= octets.count, !inspector.isDecided {
        let flags = octets[position]
        let length = min(Int(octets[position + 1]) << 8 | Int(octets[position + 2]), octets.count - position - 3)
        position += 3
        let isFromInitiator = flags & 1 == 0
        var sequence = isFromInitiator ? sequences.0 : sequences.1
        if flags & 2 != 0 { sequence &-= UInt32(length) }
        let packet = LabelPacket(isFromInitiator: isFromInitiator, sequence: sequence, time: Int64(outcome.packets))
        inspector.inspect(octets.span.extracting(position..<position + length), of: packet, budget: &budget)
        if flags & 2 == 0 {
            if isFromInitiator { sequences.0 &+= UInt32(length) } else { sequences.1 &+= UInt32(length) }
        }
        outcome.packets += length > 0 ? 1 : 0
        position += length
    }
    inspector.finish()
    (outcome.label, outcome.source, outcome.confidence) = (inspector.label, inspector.source, inspector.confidence)
    outcome.attributes = LabelAttribute.allCases.compactMap { attribute in
        inspector.attributes[attribute].map { "\(attribute)=\($0)" }
    }
    return outcome
}

private func check(_ outcome: LabelOutcome, _ inspector: LabelInspector) {
    let limits = LabelLimits()
    precondition(inspector.isDecided && outcome.packets <= limits.packets, "more packets than the limit")
    precondition(
        (outcome.label == nil) == (outcome.source == .none), "a label without a source, or a source without one")
    precondition((outcome.source == .port) == (outcome.confidence == .guess), "a guess that is none")
    precondition(outcome.source != .port || outcome.attributes.isEmpty, "attributes of nothing that was recognised")
    var sum = 0
    for entry in inspector.attributes.entries {
        let text = inspector.attributes.octets(entry)
        precondition(entry.attribute.isNumber == text.isEmpty, "a text without octets, or a number with some")
        precondition(text.count <= LabelAttributes.longestText && text.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        sum += text.count
    }
    var list: [UInt8] = []
    AttributeList.append(inspector.attributes, .all, to: &list)
    precondition(AttributeList.isSound(list.span, 0..<list.count), "a list of attributes that is not sound")
    precondition(sum <= LabelAttributes.octetLimit, "more text than the limit")
    let kinds = inspector.attributes.entries.map(\.attribute)
    precondition(Set(kinds).count == kinds.count, "an attribute twice")
}
