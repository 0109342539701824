import FlowTable

/// The words that stand for an enumeration's values in JSON: lower case, parts joined by hyphens (docs/json.md).
package enum JSONWords: String, CaseIterable, Sendable {
    case flowEndReason, tcpState, serviceEvidence, initiatorEvidence, zoneDirection, biflowDirection, labelSource,
        labelConfidence

    /// The words of the element with this name; nil when its values are numbers.
    init?(element: String) { self.init(rawValue: element) }

    /// The word of each value from 0 to 7, as the record keeps it; nil where there is no such value.
    package var words: [String?] {
        let words: [String?] =
            switch self {
            case .flowEndReason:
                [nil, "idle-timeout", "active-timeout", "end-of-flow", "forced-end", "lack-of-resources"]
            case .tcpState:
                [
                    "none", "syn-sent", "syn-received", "established", "closing", "closed", "reset", "midstream",
                ]
            case .serviceEvidence: ["silent", "answered", "refused"]
            case .initiatorEvidence: ["first-seen", "port-role", "learned-service", "syn-ack", "syn", "perimeter"]
            case .zoneDirection: ["unknown", "inbound", "outbound", "internal", "transit"]
            case .labelSource: ["none", "port", "payload", "both"]
            case .labelConfidence: ["none", "guess", "likely", "certain"]
            case .biflowDirection:
                // The record keeps the evidence for the initiator, from which the element's value follows.
                (0..<8).map { value in
                    FlowRecord.InitiatorEvidence(rawValue: value).map {
                        ["arbitrary", "initiator", "reverse-initiator", "perimeter"][Int($0.biflowDirection & 3)]
                    }
                }
            }
        return words + Array(repeating: nil, count: 8 - words.count)
    }
}
