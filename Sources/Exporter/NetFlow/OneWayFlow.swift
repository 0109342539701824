import FlowTable
import NetTypes

/// One direction of a flow record, as NetFlow knows flows. What is absent is 0.
struct OneWayFlow {
    /// Which fields mean something: the bits for the IP version, what stands in for ports, MAC addresses and VLAN.
    let shape: TemplateShape
    /// Words as in `IPAddress`; an IPv4 address is in the low one.
    let source: (high: UInt64, low: UInt64)
    let destination: (high: UInt64, low: UInt64)
    let sourcePort: UInt16
    /// For ICMP and ICMPv6 type times 256 plus code, which NetFlow has here.
    let destinationPort: UInt16
    let protocolIdentifier: UInt8
    let classOfService: UInt8
    let tcpControlBits: UInt8
    /// Of this slice.
    var packets: UInt64
    /// Layer 3 octets of this slice.
    var octets: UInt64
    /// Milliseconds since 1970, rounded down.
    let first: Int64
    /// Milliseconds since 1970, rounded down; `first` or later.
    let last: Int64
    let timeToLive: (smallest: UInt8, largest: UInt8)
    let packetLength: (smallest: UInt16, largest: UInt16)
    let vlan: UInt16
    /// 48 bits each.
    let sourceMAC: UInt64
    let destinationMAC: UInt64

    /// The latest second that NetFlow's headers have.
    static let lastMilliseconds = Int64(UInt32.max) * 1000

    /// The bits of a shape that tell NetFlow's templates apart.
    static let shapeBits =
        TemplateShape.versionBit | 3 << TemplateShape.kindShift | TemplateShape.macsBit | TemplateShape.vlanBit

    /// The initiator's packets of `record`, or with `isReverse` the responder's.
    init(_ record: borrowing FlowRecord, isReverse: Bool) {
        let initiator = (record.sourceHigh, record.sourceLow)
        let responder = (record.destinationHigh, record.destinationLow)
        shape = TemplateShape(
            index: Self.shapeBits & (isReverse ? TemplateShape.mirrorIndex(record) : TemplateShape.forwardIndex(record))
        )
        source = isReverse ? responder : initiator
        destination = isReverse ? initiator : responder
        protocolIdentifier = record.protocolIdentifier
        let hasPorts = shape.kind == .ports || shape.kind == .tcp
        let icmp = isReverse ? record.icmpTypeCodeReverse : record.icmpTypeCodeForward
        let ports =
            isReverse ? (record.destinationPort, record.sourcePort) : (record.sourcePort, record.destinationPort)
        sourcePort = hasPorts ? ports.0 : 0
        destinationPort = hasPorts ? ports.1 : shape.kind == .icmp ? icmp : 0
        classOfService = isReverse ? record.classOfServiceReverse : record.classOfServiceForward
        tcpControlBits = UInt8(
            truncatingIfNeeded: isReverse ? record.tcpControlBitsReverse : record.tcpControlBitsForward)
        packets = isReverse ? record.packetsReverse : record.packetsForward
        octets = isReverse ? record.octetsReverse : record.octetsForward
        first = Int64(DerivedValues.milliseconds(isReverse ? record.firstReverse : record.firstForward))
        last = max(first, Int64(DerivedValues.milliseconds(isReverse ? record.lastReverse : record.lastForward)))
        timeToLive =
            isReverse
            ? (record.minimumTTLReverse, record.maximumTTLReverse)
            : (record.minimumTTLForward, record.maximumTTLForward)
        packetLength =
            isReverse
            ? (record.minimumLengthReverse, record.maximumLengthReverse)
            : (record.minimumLengthForward, record.maximumLengthForward)
        vlan = isReverse ? record.vlanReverse : record.vlanForward
        sourceMAC = isReverse ? record.destinationMAC : record.sourceMAC
        destinationMAC = isReverse ? record.sourceMAC : record.destinationMAC
    }
}
