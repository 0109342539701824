/// One row of the information-element table: what a field is called, how it looks on the wire, and where a record
/// keeps it. Templates, JSON names, store columns and documentation are made from these rows and nothing else.
package struct InformationElement: Sendable {
    /// Element id without the enterprise bit; private ids stay below 0x4000, so that bit 0x4000 can mean "reverse".
    package let id: UInt16
    /// Who gave out the id.
    package let registry: Registry
    /// The name in the IANA registry, or ours in the same style. The reverse name is `ExportField.name`'s affair.
    package let name: String
    /// Abstract data type (RFC 7012 section 3.1).
    package let type: DataType
    /// Data type semantics (RFC 7012 section 3.2).
    package let semantics: Semantics
    /// Unit of the values.
    package let units: Units
    /// Octets on the wire in our templates; shorter than the type's own size where RFC 7011 section 6.2 allows it.
    package let length: UInt16
    /// One or two sentences in our own words.
    package let description: String
    /// When a record carries the field.
    package let carriage: Carriage
    /// The smallest element set that exports the field.
    package let level: ElementSet
    /// Where a record keeps the value: the forward direction's, when the element has directions.
    package let source: Source
    /// Where a record keeps the reverse direction's value; nil when the element has no directions (RFC 5103).
    package let reverseSource: Source?
    /// Where the value is when a record is written from the responder's side (uniflow output, slices without a forward
    /// packet): the reverse direction's value, and source and destination exchanged.
    package let mirrorSource: Source

    /// Whether the element has a reverse.
    package var isReversible: Bool { reverseSource != nil }
}

extension InformationElement {
    /// Who gave out an element's id.
    package enum Registry: Sendable {
        /// IANA's registry: no enterprise number in templates.
        case iana
        /// This project's list, under the operator's enterprise number.
        case project
    }

    /// Abstract data types; raw values are those of informationElementDataType (IE 339, RFC 5610 section 3.1).
    package enum DataType: UInt8, Sendable {
        case octetArray = 0
        case unsigned8 = 1
        case unsigned16 = 2
        case unsigned32 = 3
        case unsigned64 = 4
        case float64 = 10
        case macAddress = 12
        case string = 13
        case dateTimeMilliseconds = 15
        case dateTimeNanoseconds = 17
        case ipv4Address = 18
        case ipv6Address = 19

        /// Octets of the type's full-size encoding; 65535 stands for variable length.
        package var fullLength: UInt16 {
            switch self {
            case .unsigned8: 1
            case .unsigned16: 2
            case .unsigned32, .ipv4Address: 4
            case .macAddress: 6
            case .unsigned64, .float64, .dateTimeMilliseconds, .dateTimeNanoseconds: 8
            case .ipv6Address: 16
            case .octetArray, .string: 65535
            }
        }
    }

    /// Semantics; raw values are those of informationElementSemantics (IE 344, RFC 5610 section 3.6).
    package enum Semantics: UInt8, Sendable {
        case `default` = 0
        case quantity = 1
        case totalCounter = 2
        case deltaCounter = 3
        case identifier = 4
        case flags = 5
    }

    /// Units; raw values are those of informationElementUnits (IE 345, RFC 5610 section 3.7).
    package enum Units: UInt16, Sendable {
        case none = 0
        case octets = 2
        case packets = 3
        case flows = 4
        case milliseconds = 6
        case nanoseconds = 8
        case messages = 10
        case hops = 11
        case frames = 13
    }

    /// When a record carries an element's forward value. A record's template has no field for what it does not carry.
    package enum Carriage: Sendable {
        case always
        /// `ipVersion` 4.
        case ipv4
        /// `ipVersion` 6.
        case ipv6
        /// `Presence.ports`.
        case ports
        /// TCP with ports.
        case tcp
        /// TCP with ports and packets in both directions; the value 0 means "not measured".
        case tcpBothWays
        /// `Presence.icmpForward` over IPv4.
        case icmpv4
        /// `Presence.icmpForward` over IPv6.
        case icmpv6
        /// `Presence.vlanForward`.
        case vlan
        /// `Presence.segment`; on the wire, in the templates with a VLAN or a tunnel, with 0 for "no segment".
        case segment
        /// `Presence.macs`.
        case macs
        /// `Presence.tunnel`.
        case tunnel
        /// Biflow output only.
        case biflow
        /// `Presence.label`; on the wire in exports with labels, with 0 for "no label".
        case label
        /// `Presence.icmpError`; on the wire always, with 0 for "no error".
        case icmpError
    }

    /// Where the value comes from.
    package enum Source: Sendable {
        /// An unsigned integer of `width` octets in host byte order, or the two words of an IPv6 address (width 16),
        /// at `offset` in a `FlowRecord`. The wire carries its low octets when `length` is smaller.
        case stored(offset: Int, width: Int)
        /// Computed once per record by `DerivedValues`.
        case derived(DerivedValues.Slot)
    }
}

/// Which elements an export carries; each set contains the one before it.
package enum ElementSet: Int, Sendable, CaseIterable, Comparable {
    /// Key, counters, times, end reason.
    case minimal = 0
    /// Everything a record knows, times in milliseconds.
    case standard = 1
    /// `standard`, and times in nanoseconds beside those in milliseconds.
    case precise = 2

    /// Smaller sets first.
    package static func < (left: ElementSet, right: ElementSet) -> Bool { left.rawValue < right.rawValue }
}
