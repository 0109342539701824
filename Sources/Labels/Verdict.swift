/// How sure a label is, weakest first. The numbers are part of the export.
package enum LabelConfidence: UInt8, Sendable, Comparable, CaseIterable {
    /// Nothing is known.
    case none = 0
    /// The port only: nothing in the payload was recognised.
    case guess = 1
    /// A pattern that other protocols could show by chance, but with the port, or twice in one flow.
    case likely = 2
    /// Several fields that have to agree did.
    case certain = 3

    /// By number.
    package static func < (left: LabelConfidence, right: LabelConfidence) -> Bool { left.rawValue < right.rawValue }
}

/// What a label was told by. The numbers are part of the export.
package enum LabelSource: UInt8, Sendable, CaseIterable {
    /// There is no label.
    case none = 0
    /// The responder's port, or the initiator's where the responder's says nothing.
    case port = 1
    /// The payload; the port is not one of the label's own.
    case payload = 2
    /// Payload and port agree.
    case both = 3
}

/// What an inspector says of a payload.
struct Verdict {
    /// How strong the evidence in this one payload is.
    enum Strength {
        /// Another protocol could look like this: counts with the port, or when it comes twice.
        case hint
        case likely
        case certain
    }

    /// What the inspector asks for.
    enum Next {
        /// Nothing: whatever is read of the flow has been read.
        case done
        /// The flow's next packets, of either direction.
        case more
        /// This payload again, with the next segment of its direction behind it.
        case join
    }

    /// The label; nil when the payload is something else, or too short to tell.
    var label: ApplicationLabel?
    var strength = Strength.hint
    var next = Next.done

    /// Something else.
    static let no = Verdict()
    /// Too short to tell.
    static let short = Verdict(next: .join)

    /// Weak evidence.
    static func hint(_ label: ApplicationLabel) -> Verdict { Verdict(label: label) }
    /// Good evidence.
    static func likely(_ label: ApplicationLabel) -> Verdict { Verdict(label: label, strength: .likely) }
    /// Evidence that leaves no doubt.
    static func certain(_ label: ApplicationLabel) -> Verdict { Verdict(label: label, strength: .certain) }

    /// The same, asking for the next packets.
    var more: Verdict { Verdict(label: label, strength: strength, next: .more) }
    /// The same, asking for the next segment.
    var join: Verdict { Verdict(label: label, strength: strength, next: .join) }
}
