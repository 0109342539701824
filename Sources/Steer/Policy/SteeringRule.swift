import NetTypes

/// One rule of a policy: whose traffic, on whose authority, until when, and where it goes (docs/steering.md).
///
/// Lists are normalised when the policy is read: prefixes without those inside others, ports as ranges in ascending order
/// that do not touch, protocols ascending. Equal rules are then equal values.
package struct SteeringRule: Codable, Hashable, Sendable {
    /// Unique in its policy: 1 to 32 of `a-z`, `0-9` and `-`, not beginning with `-`.
    package var name: String
    /// The management department's reference for this rule.
    package var authorisation: String
    /// Who answers for the rule.
    package var owner: String
    /// From this time on the rule is not installed, and removed where it is.
    package var validUntil: Nanoseconds
    /// What the rule is for, in words.
    package var description: String?
    /// Addresses of one side, the initiator's where direction means something. Empty: any.
    package var from: [Prefix] = []
    /// Addresses of the other side. Empty: any.
    package var to: [Prefix] = []
    /// Whether the answers are steered too: from `to` to `from`.
    package var isBidirectional = true
    /// IP protocol numbers. Empty: any.
    package var protocols: [UInt8] = []
    /// Ports. Empty: any.
    package var ports: [PortRange] = []
    /// Whose ports these are.
    package var portSide = PortSide.destination
    /// Interfaces by which packets from `from` come in and answers leave. Empty: any.
    package var interfaces: [String] = []
    /// One packet in so many, chosen at random; 1 for all.
    package var sample: UInt32 = 1
    /// What becomes of the packets.
    package var action: SteeringAction

    /// A rule that chooses everything, to be narrowed.
    package init(name: String, authorisation: String, owner: String, validUntil: Nanoseconds, action: SteeringAction) {
        self.name = name
        self.authorisation = authorisation
        self.owner = owner
        self.validUntil = validUntil
        self.action = action
    }
}

/// Which end of a conversation a rule's ports belong to.
package enum PortSide: String, Codable, CaseIterable, Sendable {
    /// The end that packets from `from` go to; in the answers it is the source.
    case destination
    /// Either end.
    case either
}

/// Ports `first` to `last`, both included.
package struct PortRange: Codable, Hashable, Comparable, Sendable {
    /// The lowest port.
    package var first: UInt16
    /// The highest port, not below `first`.
    package var last: UInt16

    /// A range; `first` must not be above `last`.
    package init(_ first: UInt16, _ last: UInt16) {
        precondition(first <= last)
        self.first = first
        self.last = last
    }

    /// By first port, then by last.
    package static func < (left: PortRange, right: PortRange) -> Bool {
        (left.first, left.last) < (right.first, right.last)
    }

    /// The same ports as ranges in ascending order that neither overlap nor touch.
    package static func merged(_ ranges: [PortRange]) -> [PortRange] {
        var merged: [PortRange] = []
        for range in ranges.sorted() {
            if let top = merged.last, UInt32(range.first) <= UInt32(top.last) + 1 {
                merged[merged.count - 1].last = max(top.last, range.last)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
