import Exporter
import FlowTable
import Labels
import NetTypes

/// A flow record as it was collected: the record of ours that it amounts to, and which members of it the exporter gave.
struct CollectedFlow {
    /// Values by member.
    var assembly = RecordAssembly()
    /// Members that the line of JSON may have: bit n for `JSONField.all[n]`.
    var members: UInt128 = 0
    /// IE 239 as it came.
    var biflowDirection: UInt8?
    /// Whether the exporter is a flowprobe: then only what holds for the record decides which members are written.
    var isOwn = false
    /// The label's attributes, an `AttributeList`.
    var attributes: [UInt8] = []
    /// Whether there is a pair of addresses, so that the store can take it.
    var hasAddresses = false
}

extension CollectedFlow {
    /// Reads the record `octets[range]` of a template whose fields are at `places`.
    init(
        _ octets: Span<UInt8>, _ range: Range<Int>, _ places: [FieldPlace], _ plan: FlowPlan, _ context: RecordContext
    ) {
        members = plan.members
        isOwn = plan.isOwn
        var record = FlowRecord()
        record.observationDomainId = context.domain
        assembly.record = record
        var context = context
        var addresses = Addresses()
        for step in plan.steps {
            let place = places[step.field]
            let offset = range.lowerBound + place.offset
            switch step.action {
            case .sourceIPv4: addresses.source4 = octets.unsigned(at: offset, 4)
            case .destinationIPv4: addresses.destination4 = octets.unsigned(at: offset, 4)
            case .sourceIPv6:
                addresses.source6 = (octets.unsigned(at: offset, 8), octets.unsigned(at: offset + 8, 8))
            case .destinationIPv6:
                addresses.destination6 = (octets.unsigned(at: offset, 8), octets.unsigned(at: offset + 8, 8))
            case .tunnelSource:
                assembly.record.tunnelSourceHigh = octets.unsigned(at: offset, 8)
                assembly.record.tunnelSourceLow = octets.unsigned(at: offset + 8, 8)
            case .tunnelDestination:
                assembly.record.tunnelDestinationHigh = octets.unsigned(at: offset, 8)
                assembly.record.tunnelDestinationLow = octets.unsigned(at: offset + 8, 8)
            case .biflowDirection: biflowDirection = UInt8(clamping: octets.unsigned(at: offset, place.length))
            case .applicationId:
                assembly.record.applicationId = place.length == 8 ? octets.unsigned(at: offset, 8) : 0
            case .initTime:
                context.initMilliseconds = Int64(clamping: octets.unsigned(at: offset, place.length))
            case .member(let member):
                if !assembly.set(member, to: octets.unsigned(at: offset, place.length)) {
                    members &= ~(1 << UInt128(member))
                }
            case .unlessSet(let member):
                _ = assembly.set(member, to: octets.unsigned(at: offset, place.length))
            case .time(let member, let form):
                let time = form.time(octets.unsigned(at: offset, place.length), context) ?? 0
                _ = assembly.set(member, to: UInt64(max(0, time)))
                // No flow of 1970 is on its way: 0 is how exporters say that there is no time.
                if time <= 0 { members &= ~(1 << UInt128(member)) }
            }
        }
        complete(addresses, plan)
        for (attribute, field) in plan.attributes {
            let start = range.lowerBound + places[field].offset
            let value = start..<start + places[field].length
            if attribute.isNumber {
                let number = octets.unsigned(at: start, value.count)
                AttributeList.append(attribute, number: number, to: &attributes)
            } else {
                AttributeList.append(attribute, text: octets, value, to: &attributes)
            }
        }
        // What came from the responder's side has its directions exchanged, as the record has.
        if isOwn, biflowDirection == 2 { attributes = AttributeList.mirrored(attributes) }
    }

    private struct Addresses {
        var source4: UInt64?
        var destination4: UInt64?
        var source6: (high: UInt64, low: UInt64)?
        var destination6: (high: UInt64, low: UInt64)?
    }

    /// Sets what follows from several fields.
    private mutating func complete(_ addresses: Addresses, _ plan: FlowPlan) {
        var record = assembly.record
        // A template with both kinds of addresses has the other kind's at zero: the IP version tells, else the values.
        let has6 = addresses.source6 != nil || addresses.destination6 != nil
        let has4 = addresses.source4 != nil || addresses.destination4 != nil
        let isSet4 = (addresses.source4 ?? 0) | (addresses.destination4 ?? 0) != 0
        let saysVersion = members & Self.ipVersionBit != 0
        if has6, !has4 || (saysVersion ? record.ipVersion == 6 : !isSet4) {
            record.ipVersion = 6
            if let source = addresses.source6 { (record.sourceHigh, record.sourceLow) = source }
            if let destination = addresses.destination6 {
                (record.destinationHigh, record.destinationLow) = destination
            }
            hasAddresses = addresses.source6 != nil && addresses.destination6 != nil
        } else if has4 {
            record.ipVersion = 4
            (record.sourceLow, record.destinationLow) = (addresses.source4 ?? 0, addresses.destination4 ?? 0)
            hasAddresses = addresses.source4 != nil && addresses.destination4 != nil
        }
        members |= Self.alwaysBits
        if has4 || has6 { members |= Self.ipVersionBit }
        setPresence(&record, plan)
        if !isOwn { complete(&record) }
        if record.endReason != .activeTimeout { record.presence.insert(.lastSlice) }
        assembly.record = record
        // A slice without a packet from its initiator travels from the responder's side (RFC 5103 section 6.3).
        if isOwn, biflowDirection == 2 {
            assembly.record = record.mirrored
            members = Self.mirrored(members)
        }
        // Our own records count both directions, and the one that did not travel is empty.
        if isOwn, biflowDirection != nil { members |= Self.counterBits }
    }

    private func setPresence(_ record: inout FlowRecord, _ plan: FlowPlan) {
        let number = record.protocolIdentifier
        // Exporters with one template for all protocols write ports of 0 for those that have none.
        if plan.hasPorts, isOwn || Self.protocolsWithPorts.contains(number) { record.presence.insert(.ports) }
        if plan.hasICMP {
            if members & Self.icmpBits.forward != 0 { record.presence.insert(.icmpForward) }
            if members & Self.icmpBits.reverse != 0 { record.presence.insert(.icmpReverse) }
        } else if plan.hasPorts, number == 1 || number == 58, !isOwn {
            // NetFlow has the type and code of ICMP where the destination port is.
            record.icmpTypeCodeForward = record.destinationPort
            record.presence.insert(.icmpForward)
        }
        if !record.presence.contains(.ports) { (record.sourcePort, record.destinationPort) = (0, 0) }
        if members & Self.vlanBits.forward != 0, isOwn || record.vlanForward != 0 {
            record.presence.insert(.vlanForward)
        }
        if members & Self.vlanBits.reverse != 0, isOwn || record.vlanReverse != 0 {
            record.presence.insert(.vlanReverse)
        }
        if record.segment != 0 { record.presence.insert(.segment) }
        if plan.hasMACs, isOwn || record.sourceMAC | record.destinationMAC != 0 { record.presence.insert(.macs) }
        if record.tunnelType != 0 { record.presence.insert(.tunnel) }
        if record.applicationSelector != 0 { record.presence.insert(.label) }
        if record.icmpErrorTypeCode != 0 { record.presence.insert(.icmpError) }
        if record.handshakeRoundTrip > 0 { record.presence.insert(.handshakeRoundTrip) }
    }

    /// What a record for the store needs and other exporters do not say (docs/collect.md).
    private mutating func complete(_ record: inout FlowRecord) {
        let icmp = members & Self.icmpBits.forward != 0 ? 0 : Self.icmpBits.forward
        if record.presence.contains(.icmpForward) { members |= icmp }
        switch biflowDirection {
        case 1: record.initiator = .syn
        case 3: record.initiator = .perimeter
        default: break
        }
        if record.packetsForward == 0, record.octetsForward > 0 { record.packetsForward = 1 }
        if record.packetsReverse == 0, record.octetsReverse > 0 { record.packetsReverse = 1 }
        let flags = record.tcpControlBitsForward | record.tcpControlBitsReverse
        // A lone SYN asks; a flow of one direction that acknowledges was answered. Of other protocols nothing is known.
        if record.packetsReverse > 0 || record.protocolIdentifier != 6 || flags == 0 || flags & 0x10 != 0 {
            record.service = .answered
        }
        if record.protocolIdentifier == 6 { record.tcpState = .midstream }
        if record.firstForward == 0 { record.firstForward = record.lastForward }
        if record.lastForward == 0 { record.lastForward = record.firstForward }
        if record.packetsReverse > 0, record.firstReverse == 0 {
            (record.firstReverse, record.lastReverse) = (record.firstForward, record.lastForward)
        }
    }

    /// The record as a store keeps it: from its initiator's side.
    var storeRecord: FlowRecord {
        let record = assembly.record
        return !isOwn && biflowDirection == 2 ? record.mirrored : record
    }

    /// Protocols whose first four octets are ports: TCP, UDP, DCCP, SCTP, UDP-Lite.
    private static let protocolsWithPorts: Set<UInt8> = [6, 17, 33, 132, 136]
}

extension CollectedFlow {
    private static func bit(_ names: String...) -> UInt128 {
        names.reduce(0) { bits, name in
            JSONField.all.firstIndex { $0.name == name }.map { bits | 1 << UInt128($0) } ?? bits
        }
    }

    private static let ipVersionBit = bit("ipVersion")
    private static let alwaysBits = bit("observationDomainId")
    private static let icmpBits = (
        forward: bit("icmpTypeCodeIPv4", "icmpTypeCodeIPv6"),
        reverse: bit("reverseIcmpTypeCodeIPv4", "reverseIcmpTypeCodeIPv6")
    )
    private static let vlanBits = (forward: bit("dot1qVlanId"), reverse: bit("reverseDot1qVlanId"))
    private static let counterBits: UInt128 = ExportField.all.reduce(0) { bits, field in
        field.element.semantics == .deltaCounter ? bits | bit(field.name) : bits
    }

    /// Each member's index beside that of the other direction's.
    private static let partners: [(forward: Int, reverse: Int)] = JSONField.all.indices.compactMap { index in
        let reverse = KnownElements.reverseName(JSONField.all[index].name)
        return JSONField.all.firstIndex { $0.name == reverse }.map { (index, $0) }
    }

    /// The members of a record that was seen from the other side.
    private static func mirrored(_ members: UInt128) -> UInt128 {
        var result = members
        for (forward, reverse) in partners {
            let (one, other) = (UInt128(1) << UInt128(forward), UInt128(1) << UInt128(reverse))
            result &= ~(one | other)
            if members & one != 0 { result |= other }
            if members & other != 0 { result |= one }
        }
        return result
    }
}
