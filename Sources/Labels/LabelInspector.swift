/// How much of a flow is looked at.
package struct LabelLimits: Sendable {
    /// Packets with payload, both directions together.
    package var packets = 12
    /// Octets of payload.
    package var octets = 16_384
    /// Packets in a row in which nothing is recognised, nor waited for, as long as there is no label.
    package var fruitless = 5
    /// Octets of segments that are kept to be joined, per direction; and of one payload that are looked at.
    package static let joinLimit = 4096

    /// The usual limits.
    package init() {}
}

/// A packet of a flow, beside its payload.
package struct LabelPacket: Sendable {
    /// Whether the flow's initiator sent it.
    package var isFromInitiator: Bool
    /// TCP's sequence number of the payload's first octet; of no meaning elsewhere.
    package var sequence: UInt32
    /// When it was seen, nanoseconds of packet time.
    package var time: Int64

    /// A packet.
    package init(isFromInitiator: Bool, sequence: UInt32 = 0, time: Int64 = 0) {
        self.isFromInitiator = isFromInitiator
        self.sequence = sequence
        self.time = time
    }
}

/// Finds the label of one flow from its first payloads. Its memory is kept for the next flow (`begin`).
///
/// Bounded: once `limits` are reached, or an inspector has read all that it reads, `isDecided` holds and nothing is looked
/// at any more. Which label comes out depends on the flow's own packets, their order and the budget only.
package struct LabelInspector: Sendable {
    /// The label; nil as long as nothing is known, or for good.
    package private(set) var label: ApplicationLabel?
    /// How sure it is.
    package private(set) var confidence = LabelConfidence.none
    /// What told it.
    package private(set) var source = LabelSource.none
    /// Whether no further packet has to be looked at.
    package private(set) var isDecided = false
    /// What was read beside the label.
    package var attributes: LabelAttributes { context.attributes }

    private let limits: LabelLimits
    private let triesEverything: Bool
    /// Payloads in a row in which nothing was recognised.
    private var fruitless = 0
    private var context = LabelContext()
    private var packets = 0
    private var octets = 0
    /// The row whose inspector asked for more.
    private var gathering = -1
    private var hinted: ApplicationLabel?
    private var initiatorSegments = Segments()
    private var responderSegments = Segments()

    /// Segments of one direction, kept to be joined with the next.
    private struct Segments {
        var octets: [UInt8] = []
        var next: UInt32 = 0
    }

    /// An inspector that waits for its first flow. `triesEverything` asks about protocols that cannot begin with the
    /// payload's first octet too, as tests of what they can begin with do.
    /// Attributes that are dear and not `wanted` are not made; label and other attributes are the same.
    package init(
        limits: LabelLimits = LabelLimits(), wanted: AttributeSelection = .all, triesEverything: Bool = false
    ) {
        self.limits = limits
        context.wanted = wanted
        self.triesEverything = triesEverything
    }

    /// Begins with a flow. Ports are those of the endpoints that began it and that answered.
    package mutating func begin(transport: LabelTransport, initiatorPort: UInt16, responderPort: UInt16) {
        context.reset(transport: transport, initiatorPort: Int(initiatorPort), responderPort: Int(responderPort))
        (label, confidence, source, isDecided) = (nil, .none, .none, false)
        (packets, octets, gathering, hinted, fruitless) = (0, 0, -1, nil, 0)
        initiatorSegments.octets.removeAll(keepingCapacity: true)
        responderSegments.octets.removeAll(keepingCapacity: true)
    }

    /// What is to be said of the flow if nothing more comes: what is known, else the label of its port.
    package var standing: (label: ApplicationLabel?, source: LabelSource, confidence: LabelConfidence) {
        if isDecided || label != nil { return (label, source, confidence) }
        guard let label = portLabel else { return (nil, .none, .none) }
        return (label, .port, .guess)
    }

    /// The label whose own port is the responder's, or else the initiator's.
    private var portLabel: ApplicationLabel? {
        LabelCatalogue.label(ofPort: context.responderPort, over: context.transport)
            ?? LabelCatalogue.label(ofPort: context.initiatorPort, over: context.transport)
    }

    /// Looks at the payload of the flow's next packet, in the order of capture. An empty one is passed over.
    package mutating func inspect(_ payload: Span<UInt8>, of packet: LabelPacket, budget: inout LabelBudget) {
        guard !isDecided, !payload.isEmpty else { return }
        octets += payload.count
        // A segment that offloading made of many, or a jumbo frame: its beginning tells as much as it would in small ones.
        let payload = payload.extracting(0..<min(payload.count, LabelLimits.joinLimit))
        let joined = packet.isFromInitiator ? initiatorSegments.octets.count : responderSegments.octets.count
        let cost = LabelBudget.lookCost + min(joined + payload.count, LabelLimits.joinLimit) * LabelBudget.octetCost
        guard budget.take(cost, at: packet.time) else { return finish() }
        packets += 1
        context.isFromInitiator = packet.isFromInitiator
        context.label = label
        context.decryptionsLeft = 0
        if context.transport == .udp, Self.mayCostDecryption(payload) {
            context.decryptionsLeft = budget.take(LabelBudget.decryptionCost, at: packet.time) ? 1 : 0
        }
        if context.transport == .tcp {
            inspectSegment(payload, packet)
        } else {
            apply(verdict(of: Payload(payload)))
        }
        budget.refusedFingerprints &+= context.refusedFingerprints
        context.refusedFingerprints = 0
        if packets >= limits.packets || octets >= limits.octets { finish() }
    }

    /// Ends the search: what is known stays; a flow without a label gets that of its port.
    package mutating func finish() {
        isDecided = true
        guard label == nil else { return }
        context.attributes.removeAll()
        if let found = portLabel { (label, confidence, source) = (found, .guess, .port) }
    }

    /// Whether `payload` looks enough like a QUIC Initial for cryptography to be tried.
    private static func mayCostDecryption(_ payload: Span<UInt8>) -> Bool {
        payload[0] >= 0xC0 && payload.count >= 1200
    }

    /// Looks at a TCP segment, joined with what was kept of its direction.
    private mutating func inspectSegment(_ payload: Span<UInt8>, _ packet: LabelPacket) {
        // Taken out for the time of the look, since inspectors change what is around it.
        var kept = Segments()
        if packet.isFromInitiator { swap(&kept, &initiatorSegments) } else { swap(&kept, &responderSegments) }
        var found: Verdict
        if kept.octets.isEmpty {
            found = verdict(of: Payload(payload))
            if found.next == .join, payload.count >= LabelLimits.joinLimit { found.next = .more }
            if found.next == .join { Self.keep(payload, packet, in: &kept) }
        } else if packet.sequence == kept.next {
            let before = kept.octets.count
            Self.keep(payload, packet, in: &kept)
            found = verdict(of: Payload(kept.octets.span))
            // Joined to the limit: what is known by now is all.
            if found.next == .join, kept.octets.count == before || kept.octets.count >= LabelLimits.joinLimit {
                found.next = .more
            }
            if found.next != .join { kept.octets.removeAll(keepingCapacity: true) }
        } else {
            // Sent again, or out of order: its time may still come.
            found = Verdict(next: .join)
        }
        if packet.isFromInitiator { swap(&kept, &initiatorSegments) } else { swap(&kept, &responderSegments) }
        apply(found)
    }

    private static func keep(_ payload: Span<UInt8>, _ packet: LabelPacket, in kept: inout Segments) {
        let count = min(payload.count, LabelLimits.joinLimit - kept.octets.count)
        Payload(payload).append(0..<count, to: &kept.octets)
        kept.next = packet.sequence &+ UInt32(truncatingIfNeeded: payload.count)
    }

    /// Asks the inspector that asked for more, else all of the transport: the first that is sure, else the best hint.
    private mutating func verdict(of payload: Payload) -> Verdict {
        if gathering >= 0 {
            let mark = context.attributes.entries.count
            let found = LabelCatalogue.rows[gathering].inspect?(payload, &context) ?? .no
            if found.label != nil || found.next == .join { return found }
            context.attributes.rewind(to: mark)
            guard confidence < .certain else { return found }
            // What was likely goes on as something else: all are asked again.
            gathering = -1
        }
        var best = Verdict.no
        var (bestIndex, bestCounts) = (-1, false)
        let inspectors = LabelCatalogue.inspectors(
            over: context.transport, first: triesEverything ? nil : payload.u8(0))
        let mark = context.attributes.entries.count
        for place in inspectors.indices {
            let found = inspectors[place].inspect(payload, &context)
            guard let label = found.label else {
                context.attributes.rewind(to: mark)
                if found.next != .done, best.label == nil { best.next = found.next }
                continue
            }
            if found.strength != .hint {
                gathering = found.next == .done ? -1 : inspectors[place].row
                return found
            }
            // Kept until the others have been asked: one of them may be sure. A hint that counts goes first.
            context.attributes.rewind(to: mark)
            let counts = ownsPort(label) || hinted == label
            if best.label == nil || (counts && !bestCounts) {
                (best, bestIndex, bestCounts) = (found, inspectors[place].row, counts)
            }
        }
        if bestCounts, best.next != .done { gathering = bestIndex }
        return best
    }

    private func ownsPort(_ label: ApplicationLabel) -> Bool {
        let row = LabelCatalogue.row(of: label)
        return row.owns(context.responderPort, over: context.transport)
            || row.owns(context.initiatorPort, over: context.transport)
    }

    /// Takes over what an inspector said.
    private mutating func apply(_ verdict: Verdict) {
        guard let found = verdict.label else {
            guard verdict.next == .done else { return }
            fruitless += 1
            if gathering >= 0 || (label == nil && fruitless >= limits.fruitless) { finish() }
            return
        }
        fruitless = 0
        let owns = ownsPort(found)
        switch verdict.strength {
        case .hint:
            guard owns || hinted == found || label == found else {
                hinted = found
                return
            }
            confidence = max(confidence, .likely)
        case .likely: confidence = max(confidence, .likely)
        case .certain: confidence = .certain
        }
        label = found
        source = owns ? .both : .payload
        if verdict.next == .done { isDecided = true }
    }
}
