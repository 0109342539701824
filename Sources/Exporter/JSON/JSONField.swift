import FlowTable
import Labels

/// One member of a JSON record: its name, what its value looks like, and when it is there.
///
/// Names and places come from the information-element table. Members differ from template fields in four ways: times
/// are RFC 3339 text made from nanoseconds, so that the milliseconds are left out; the observation domain, which IPFIX
/// has in its message header, is a member; the VLAN stands once, under its current name; and the name of an application
/// stands in place of its id.
package struct JSONField: Sendable {
    /// What a value looks like.
    package enum Kind: Hashable, Sendable {
        /// A number, from an unsigned integer of 1, 2, 4 or 8 octets.
        case number
        /// Decimal digits in a string: 64-bit identifiers, which jq and JavaScript would round.
        case identifier
        /// Dotted quads in a string.
        case ipv4Address
        /// RFC 5952 in a string.
        case ipv6Address
        /// Six octets in hexadecimal with colons, in a string.
        case macAddress
        /// RFC 3339 in UTC with nine fractional digits, in a string.
        case time
        /// One of the words of an enumeration.
        case word(JSONWords)
        /// The name of an application label, from the selector in `applicationId`.
        case application
    }

    /// What must hold for a member to be there; a record's conditions are worked out once.
    package struct Conditions: OptionSet, Hashable, Sendable {
        /// One bit a condition.
        package let rawValue: UInt16
        /// A set of conditions from its bits.
        package init(rawValue: UInt16) { self.rawValue = rawValue }

        /// A packet from the initiator.
        package static let forward = Conditions(rawValue: 1 << 0)
        /// A packet from the responder.
        package static let reverse = Conditions(rawValue: 1 << 1)
        static let ipv4 = Conditions(rawValue: 1 << 2)
        static let ipv6 = Conditions(rawValue: 1 << 3)
        static let ports = Conditions(rawValue: 1 << 4)
        static let tcp = Conditions(rawValue: 1 << 5)
        static let handshake = Conditions(rawValue: 1 << 6)
        static let icmpForward = Conditions(rawValue: 1 << 7)
        static let icmpReverse = Conditions(rawValue: 1 << 8)
        static let vlanForward = Conditions(rawValue: 1 << 9)
        static let vlanReverse = Conditions(rawValue: 1 << 10)
        static let segment = Conditions(rawValue: 1 << 11)
        static let macs = Conditions(rawValue: 1 << 12)
        static let tunnel = Conditions(rawValue: 1 << 13)
        static let label = Conditions(rawValue: 1 << 14)
        static let icmpError = Conditions(rawValue: 1 << 15)
        /// How many different sets there are.
        static let combinations = 1 << 16

        /// What holds for a record.
        @inline(__always)
        package init(_ record: FlowRecord) {
            var bits: UInt16 = record.packetsForward > 0 ? 1 : 0
            if record.packetsReverse > 0 { bits |= 1 << 1 }
            bits |= record.ipVersion == 4 ? 1 << 2 : 1 << 3
            if record.protocolIdentifier == 6 { bits |= 1 << 5 }
            let presence = record.presence
            if presence.contains(.ports) { bits |= 1 << 4 }
            if presence.contains(.handshakeRoundTrip) { bits |= 1 << 6 }
            if presence.contains(.icmpForward) { bits |= 1 << 7 }
            if presence.contains(.icmpReverse) { bits |= 1 << 8 }
            if presence.contains(.vlanForward) { bits |= 1 << 9 }
            if presence.contains(.vlanReverse) { bits |= 1 << 10 }
            if presence.contains(.segment) { bits |= 1 << 11 }
            if presence.contains(.macs) { bits |= 1 << 12 }
            if presence.contains(.tunnel) { bits |= 1 << 13 }
            if presence.contains(.label) { bits |= 1 << 14 }
            if presence.contains(.icmpError) { bits |= 1 << 15 }
            rawValue = bits
        }
    }

    /// The member's name: the element's name in the IANA registry, or ours in the same style.
    package let name: String
    /// What the value looks like.
    package let kind: Kind
    /// All of these must hold.
    package let conditions: Conditions
    /// Octets from the start of a `FlowRecord`.
    let offset: Int
    /// Octets of the value there.
    let width: Int
    /// The largest value written, for values that a record keeps wider than the element is.
    package let maximum: UInt64
    /// One or two sentences for the schema.
    package let description: String
}

extension JSONField {
    /// Elements that JSON leaves out. A test sees to it that every other element is a member.
    package static let omitted: Set<String> = [
        "flowStartMilliseconds", "flowEndMilliseconds", "vlanId", "applicationId",
    ]

    /// Every member, in the order of output.
    package static let all: [JSONField] = {
        var fields: [JSONField] = []
        for field in ExportField.all {
            guard let member = member(field) else { continue }
            fields.append(member)
            if field.name == "observationPointId" { fields.append(observationDomain) }
        }
        return fields
    }()

    private static let observationDomain = JSONField(
        name: "observationDomainId", kind: .number, conditions: [],
        offset: MemoryLayout<FlowRecord>.offset(of: \.observationDomainId) ?? 0, width: 4, maximum: .max,
        description: "The configured group of observation points, from 1.")

    /// The member for a field of the table; nil for those that JSON leaves out.
    private static func member(_ field: ExportField) -> JSONField? {
        let element = field.element
        if omitted.contains(element.name), element.type != .octetArray { return nil }
        var (kind, offset, width) = (Kind.number, 0, 8)
        var maximum = UInt64.max
        switch field.source {
        case .stored(let place, let octets):
            (offset, width) = (place, octets)
            if element.type == .ipv4Address {
                kind = .ipv4Address
            } else if element.type == .ipv6Address {
                kind = .ipv6Address
            } else if element.type == .octetArray {
                kind = .application
            } else if element.type == .macAddress {
                kind = .macAddress
            } else if let words = JSONWords(element: element.name) {
                kind = .word(words)
            } else if element.type == .unsigned64, element.semantics == .identifier, element.length == 8 {
                kind = .identifier
            }
        case .derived:
            guard let place = derived(field) else { return nil }
            (kind, offset, width, maximum) = place
        }
        return JSONField(
            name: kind == .application ? "applicationName" : field.name, kind: kind, conditions: conditions(field),
            offset: offset, width: width,
            maximum: maximum,
            description: kind == .time
                ? timeDescription(field) : kind == .application ? applicationDescription : element.description)
    }

    /// What JSON makes of values that the export computes: it reads what they are computed from.
    private static func derived(_ field: ExportField) -> (Kind, offset: Int, width: Int, maximum: UInt64)? {
        func place<Value>(_ path: KeyPath<FlowRecord, Value>) -> Int {
            MemoryLayout<FlowRecord>.offset(of: path) ?? 0
        }
        switch field.element.name {
        case "flowStartNanoseconds":
            return (.time, place(field.isReverse ? \.firstReverse : \.firstForward), 8, .max)
        case "flowEndNanoseconds":
            return (.time, place(field.isReverse ? \.lastReverse : \.lastForward), 8, .max)
        case "handshakeRoundTripNanoseconds":
            return (.number, place(\.handshakeRoundTrip), 8, UInt64(UInt32.max))
        case "biflowDirection":
            return (.word(.biflowDirection), place(\.initiator), 1, .max)
        case "flowEndReason":
            return (.word(.flowEndReason), place(\.endReason), 1, .max)
        case "selectorId":
            return (.number, place(\.selectorId), 1, .max)
        default:
            return nil
        }
    }

    private static let applicationDescription =
        "What the flow carries: a name of docs/labels.md, of a flow that has a label."

    /// What JSON calls the application with the id `id`, by the selector in its low 24 bits.
    package static func applicationName(_ id: UInt64) -> String {
        UInt16(exactly: id & 0xFF_FFFF).flatMap { ApplicationLabel(rawValue: $0) }?.name ?? "unknown"
    }

    private static func timeDescription(_ field: ExportField) -> String {
        let which = field.element.name == "flowStartNanoseconds" ? "first" : "last"
        return "Time of the \(which) packet of this record from the \(field.isReverse ? "responder" : "initiator")."
    }

    /// The conditions of `ExportField.isPresent(in:)`.
    private static func conditions(_ field: ExportField) -> Conditions {
        let element = field.element
        var seen: Conditions = []
        if element.isReversible, element.semantics != .deltaCounter { seen = field.isReverse ? .reverse : .forward }
        return switch element.carriage {
        case .always: seen
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        case .ports: .ports
        case .tcp: seen.union(.tcp)
        case .tcpBothWays: .handshake
        case .icmpv4: [.ipv4, field.isReverse ? .icmpReverse : .icmpForward]
        case .icmpv6: [.ipv6, field.isReverse ? .icmpReverse : .icmpForward]
        case .vlan: field.isReverse ? .vlanReverse : .vlanForward
        case .segment: .segment
        case .macs: .macs
        case .tunnel: seen.union(.tunnel)
        case .biflow: []
        case .label: .label
        case .icmpError: .icmpError
        }
    }
}
