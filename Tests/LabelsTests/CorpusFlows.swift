import Capture
import Labels
import NetTypes
import PacketDecode

/// The flows of a capture with their labels, kept in a dictionary: no flow table, no timeouts.
struct CorpusFlows {
    /// One flow: what it carried, and what was read.
    struct Flow {
        var inspector = LabelInspector()
        var initiator = 0
        var payloads = 0
    }

    private(set) var flows: [String: Flow] = [:]
    private var budget = LabelBudget(nanosecondsPerSecond: 1_000_000_000)

    /// The flows of all packets of `source`.
    init(_ source: ReplaySource) {
        let batch = PacketBatch(capacity: 256)
        let facts = FactsBatch(capacity: 256)
        var decoder = PacketDecoder(segmentRule: .none)
        while source.fill(batch) {
            decoder.decode(batch, into: facts)
            var packet = 0
            for index in 0..<facts.count where !facts.facts[index].flags.contains(.notice) {
                while batch.frameNumber(packet) != facts.facts[index].frameNumber { packet += 1 }
                add(facts.facts[index], facts.tunnels[index], batch, packet)
            }
        }
        for key in flows.keys { flows[key]?.inspector.finish() }
    }

    private mutating func add(
        _ facts: PacketFacts, _ tunnel: TunnelFacts, _ batch: PacketBatch, _ packet: Int
    ) {
        guard let transport = LabelTransport(protocolIdentifier: facts.protocolIdentifier), facts.flags.contains(.ports)
        else { return }
        let key = Self.key(facts)
        var flow = flows.removeValue(forKey: key) ?? Self.begin(facts, transport)
        if let range = PacketDecoder.payload(of: batch, packet, depth: facts.flags.contains(.tunnel) ? tunnel.depth : 0)
        {
            flow.payloads += 1
            let octets = batch.octets(packet).extracting(range)
            flow.inspector.inspect(
                octets,
                of: LabelPacket(
                    isFromInitiator: facts.sender == flow.initiator, sequence: facts.tcpSequence, time: facts.timestamp),
                budget: &budget)
        }
        flows[key] = flow
    }

    private static func begin(_ facts: PacketFacts, _ transport: LabelTransport) -> Flow {
        var flow = Flow()
        let isAnswer = facts.flags.contains(.tcp) && facts.tcpFlags & 0x12 == 0x12
        let ports = [facts.portA, facts.portB]
        flow.initiator = isAnswer ? 1 - facts.sender : facts.sender
        let isMidstream = facts.flags.contains(.tcp) && facts.tcpFlags & 0x02 == 0
        // Seen from the middle: the lower port below 1024 answers.
        if isMidstream, ports[facts.sender] < 1024, ports[1 - facts.sender] >= 1024 {
            flow.initiator = 1 - facts.sender
        }
        flow.inspector.begin(
            transport: transport, initiatorPort: ports[flow.initiator], responderPort: ports[1 - flow.initiator])
        return flow
    }

    private static func key(_ facts: PacketFacts) -> String {
        let name = facts.protocolIdentifier == 6 ? "TCP" : facts.protocolIdentifier == 17 ? "UDP" : "SCTP"
        let a = IPAddress(high: facts.addressAHigh, low: facts.addressALow, version: facts.ipVersion)
        let b = IPAddress(high: facts.addressBHigh, low: facts.addressBLow, version: facts.ipVersion)
        let brackets = facts.ipVersion == 6 ? ("[", "]") : ("", "")
        return key(
            name, "\(brackets.0)\(a)\(brackets.1):\(facts.portA)", "\(brackets.0)\(b)\(brackets.1):\(facts.portB)")
    }

    /// A flow's key from its protocol and both ends, in whatever order they are given.
    static func key(_ name: String, _ left: String, _ right: String) -> String {
        "\(name) " + [left, right].sorted().joined(separator: " ")
    }
}
