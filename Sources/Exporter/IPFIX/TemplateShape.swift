import FlowTable
import Labels

/// Which fields a record carries, as a small number: what is absent has no field in the record's template.
///
/// The list is closed: 2 IP versions x 4 kinds of key x MAC addresses or not x VLAN or not x one direction or both x
/// tunnel or not x attributes of a label or not, 256 in all, of which an export uses those that its options tell apart.
/// ICMP has no attributes: with them, its kind stands for SCTP, whose attributes no other record has to carry.
package struct TemplateShape: Hashable, Sendable {
    /// 0..<256.
    package let index: Int

    /// A shape by its number.
    package init(index: Int) { self.index = index & 255 }

    /// What stands in for ports.
    package enum Kind: Int, Sendable {
        case other = 0
        case ports = 1
        case tcp = 2
        case icmp = 3
    }

    static let versionBit = 1
    static let kindShift = 1
    static let macsBit = 8
    static let vlanBit = 16
    static let biflowBit = 32
    static let tunnelBit = 64
    static let attributesBit = 128
    /// Attributes, and both bits of the kind.
    static let sctpBits = attributesBit | Kind.icmp.rawValue << kindShift

    /// IPv6 addresses in place of IPv4 ones.
    package var isIPv6: Bool { index & Self.versionBit != 0 }
    /// What stands in for ports.
    package var kind: Kind { isSCTP ? .ports : Kind(rawValue: index >> Self.kindShift & 3) ?? .other }
    /// SCTP with attributes; without, SCTP is as others with ports are.
    package var isSCTP: Bool { index & Self.sctpBits == Self.sctpBits }
    /// Ethernet addresses.
    package var hasMACs: Bool { index & Self.macsBit != 0 }
    /// VLAN, and segment.
    package var hasVLAN: Bool { index & Self.vlanBit != 0 }
    /// The tunnel around the flow.
    package var hasTunnel: Bool { index & Self.tunnelBit != 0 }
    /// Attributes of a label, behind all other fields.
    package var hasAttributes: Bool { index & Self.attributesBit != 0 }
    /// Both directions have fields.
    package var isBiflow: Bool { index & Self.biflowBit != 0 }

    /// Whether the shape `index` has ports.
    @inline(__always)
    static func hasPorts(_ index: Int) -> Bool {
        let kind = index >> kindShift & 3
        return kind == Kind.ports.rawValue || kind == Kind.tcp.rawValue
    }

    /// Whether records of this shape carry `field`; `uniflow` is the export's mode.
    package func carries(_ field: ExportField, uniflow: Bool) -> Bool {
        if field.isReverse, !isBiflow { return false }
        return switch field.element.carriage {
        case .always: true
        case .ipv4: !isIPv6
        case .ipv6: isIPv6
        case .ports: kind == .ports || kind == .tcp
        case .tcp: kind == .tcp
        case .tcpBothWays: kind == .tcp && isBiflow
        case .icmpv4: kind == .icmp && !isIPv6
        case .icmpv6: kind == .icmp && isIPv6
        case .vlan: hasVLAN
        case .segment: hasVLAN || hasTunnel
        case .macs: hasMACs
        case .tunnel: hasTunnel
        case .biflow: !uniflow
        // Which exports have labels is `FlowTemplate`'s affair.
        case .label: true
        case .icmpError: true
        }
    }

    /// Index bits that tell templates of `elements` apart: the minimal set has no MAC addresses, VLANs or tunnels.
    static func distinguishingBits(_ elements: ElementSet) -> Int {
        elements == .minimal ? ~(macsBit | vlanBit | tunnelBit | attributesBit) : ~0
    }

    /// Every shape of an export, in template-id order.
    package static func all(
        elements: ElementSet, uniflow: Bool, attributes: AttributeSelection = .none
    ) -> [TemplateShape] {
        (0..<256).filter { index in
            index & distinguishingBits(elements) == index && !(uniflow && index & biflowBit != 0)
        }.map(TemplateShape.init(index:)).filter { shape in
            // Payloads are looked at above ports only.
            !shape.hasAttributes
                || (shape.kind == .ports || shape.kind == .tcp) && !shape.attributes(of: attributes).isEmpty
                    && (!shape.isSCTP || attributes.hasSCTP)
        }
    }

    /// Those of the attributes selected for which records of this shape have fields: what TCP or SCTP alone has does not
    /// burden others, and the reverse direction's value needs that direction (RFC 5103).
    func attributes(of selection: AttributeSelection) -> [LabelAttribute] {
        selection.attributes.filter { attribute in
            if attribute.isReverse, !isBiflow { return false }
            return switch attribute.origin {
            case .payload: true
            case .tcp: kind == .tcp
            case .sctp: isSCTP
            }
        }
    }

    /// The number of the shape with attributes of records that have shape `index` without.
    @inline(__always)
    static func withAttributes(_ index: Int, protocolIdentifier: UInt8, hasSCTP: Bool) -> Int {
        index | (hasSCTP && protocolIdentifier == 132 ? sctpBits : attributesBit)
    }
}

extension AttributeSelection {
    /// Whether any of SCTP's is among them, without which its records need no templates of their own.
    var hasSCTP: Bool { attributes.contains { $0.origin == .sctp } }
}

extension TemplateShape {
    /// Shape of a record with both directions, or nil when it is written as one record for each direction that has
    /// packets: RFC 5103 has no way to leave out a field of one direction only.
    @inline(__always)
    static func biflowIndex(_ record: borrowing FlowRecord) -> Int? {
        let presence = record.presence.rawValue
        // Both directions must carry the same things: a biflow template has a VLAN, or an ICMP type, each way or none.
        let uneven = (presence >> 1 ^ presence >> 2) & 1 | (presence >> 4 ^ presence >> 5) & 1
        guard record.packetsForward != 0, record.packetsReverse != 0, uneven == 0 else { return nil }
        return oneWayIndex(record, icmpBit: 1, vlanBit: 4) | biflowBit
    }

    /// Shape of a record's forward direction.
    @inline(__always)
    static func forwardIndex(_ record: borrowing FlowRecord) -> Int { oneWayIndex(record, icmpBit: 1, vlanBit: 4) }

    /// Shape of a record's reverse direction, written from the responder's side.
    @inline(__always)
    static func mirrorIndex(_ record: borrowing FlowRecord) -> Int { oneWayIndex(record, icmpBit: 2, vlanBit: 5) }

    /// `icmpBit` and `vlanBit` are bit numbers in `FlowRecord.Presence`, of the direction in question.
    @inline(__always)
    private static func oneWayIndex(_ record: borrowing FlowRecord, icmpBit: UInt16, vlanBit: UInt16) -> Int {
        let presence = record.presence.rawValue
        let ports = Int(presence & 1)
        let icmp = Int(presence >> icmpBit & 1)
        let tcp = record.protocolIdentifier == 6 ? 1 : 0
        // other 0, ports 1, tcp 2, icmp 3; ports win over an ICMP type, which no decoder sets together.
        let kind = ports + (ports & tcp) + 3 * (icmp & (1 - ports))
        let version = record.ipVersion == 6 ? 1 : 0
        return version | kind << kindShift | Int(presence >> 6 & 1) * macsBit | Int(presence >> vlanBit & 1)
            * Self.vlanBit | Int(presence >> 9 & 1) * tunnelBit
    }
}
