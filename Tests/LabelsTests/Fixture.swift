import Labels

/// One flow of a protocol: its payloads, made here octet by octet, on ports that are not the protocol's own.
struct Fixture: CustomStringConvertible, Sendable {
    struct Packet: Sendable {
        let isFromInitiator: Bool
        let octets: [UInt8]
    }

    let name: String
    let label: ApplicationLabel
    let transport: LabelTransport
    let packets: [Packet]
    var confidence = LabelConfidence.certain
    var attributes: [LabelAttribute: String] = [:]
    var port: UInt16 = 40_404

    var description: String { name }

    /// The octets that the initiator sends, and with `reply` what it gets.
    init(
        _ name: String, _ label: ApplicationLabel, _ transport: LabelTransport, _ packets: [Packet],
        confidence: LabelConfidence = .certain, _ attributes: [LabelAttribute: String] = [:], port: UInt16 = 40_404
    ) {
        self.name = name
        self.label = label
        self.transport = transport
        self.packets = packets
        self.confidence = confidence
        self.attributes = attributes
        self.port = port
    }

    static let all = text + services + tls + binary + industrial
}

/// From the flow's initiator.
func out(_ parts: [UInt8]...) -> Fixture.Packet { Fixture.Packet(isFromInitiator: true, octets: parts.flatMap { $0 }) }
/// From its responder.
func back(_ parts: [UInt8]...) -> Fixture.Packet {
    Fixture.Packet(isFromInitiator: false, octets: parts.flatMap { $0 })
}
/// One after the other.
func cat(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } }
func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
/// Big-endian numbers of one, two, three and four octets.
func u8(_ values: Int...) -> [UInt8] { values.map { UInt8($0) } }
func u16(_ values: Int...) -> [UInt8] { values.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } }
func u24(_ value: Int) -> [UInt8] { [UInt8(value >> 16), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
func u32(_ values: Int...) -> [UInt8] { values.flatMap { u16($0 >> 16, $0 & 0xFFFF) } }
/// Little-endian numbers.
func u16LE(_ value: Int) -> [UInt8] { u16(value).reversed() }
func u32LE(_ value: Int) -> [UInt8] { u32(value).reversed() }
func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
/// Octets that look like nothing, the same every time.
func noise(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}
/// A frame of HTTP/2 (RFC 9113 section 4.1).
func frame(_ type: Int, flags: Int = 0, stream: Int = 0, _ contents: [UInt8]...) -> [UInt8] {
    let octets = contents.flatMap { $0 }
    return u24(octets.count) + u8(type, flags) + u32(stream) + octets
}
/// `contents` behind its length in one, two, three or four octets.
func sized(_ width: Int, _ contents: [UInt8]) -> [UInt8] {
    let length = u32(contents.count)
    return length[(4 - width)...] + contents
}
/// An element of ASN.1's basic encoding rules, shorter than 65,536 octets.
func ber(_ tag: Int, _ parts: [UInt8]...) -> [UInt8] {
    let contents = parts.flatMap { $0 }
    if contents.count < 128 { return u8(tag, contents.count) + contents }
    return contents.count < 256
        ? u8(tag, 0x81, contents.count) + contents : u8(tag, 0x82) + u16(contents.count) + contents
}

/// What an inspector said of a flow.
struct Finding: Equatable, Sendable {
    var label: ApplicationLabel?
    var source = LabelSource.none
    var confidence = LabelConfidence.none
    var attributes: [LabelAttribute: String] = [:]
    var packets = 0
}

/// Labels the flow that `packets` are, each one second after the last.
func label(
    _ packets: [Fixture.Packet], _ transport: LabelTransport, port: UInt16 = 40_404,
    limits: LabelLimits = LabelLimits(),
    initiatorPort: UInt16 = 50_505
) -> Finding {
    var inspector = LabelInspector(limits: limits)
    var budget = LabelBudget(nanosecondsPerSecond: 1_000_000_000)
    inspector.begin(transport: transport, initiatorPort: initiatorPort, responderPort: port)
    var finding = Finding()
    var sequences: (UInt32, UInt32) = (.max - 20, 77)
    for packet in packets where !inspector.isDecided {
        let sequence = packet.isFromInitiator ? sequences.0 : sequences.1
        inspector.inspect(
            packet.octets.span, of: LabelPacket(isFromInitiator: packet.isFromInitiator, sequence: sequence),
            budget: &budget)
        if packet.isFromInitiator {
            sequences.0 &+= UInt32(packet.octets.count)
        } else {
            sequences.1 &+= UInt32(packet.octets.count)
        }
        finding.packets += 1
    }
    inspector.finish()
    (finding.label, finding.source, finding.confidence) = (inspector.label, inspector.source, inspector.confidence)
    for attribute in LabelAttribute.allCases {
        if let value = inspector.attributes[attribute] { finding.attributes[attribute] = value }
    }
    return finding
}
