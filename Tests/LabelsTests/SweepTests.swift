import Labels
import Testing

/// What holds for every payload, whatever its octets.
@Suite struct SweepTests {
    /// Every packet of every fixture, cut at every length: never another protocol with the same certainty.
    @Test(arguments: Fixture.all) func everyTruncation(fixture: Fixture) {
        for (index, packet) in fixture.packets.enumerated() {
            for length in 0..<packet.octets.count where length < 600 || length % 50 == 0 {
                let cut = Fixture.Packet(
                    isFromInitiator: packet.isFromInitiator, octets: Array(packet.octets[..<length]))
                let found = label(fixture.packets[..<index] + [cut], fixture.transport, port: fixture.port)
                guard let name = found.label else { continue }
                #expect(found.source != .port || fixture.label.needsPort)
                #expect(Self.mayBecome(fixture.label).contains(name), "\(length) octets of packet \(index)")
            }
        }
    }

    /// What a flow of `label` may be called before all of it was seen.
    private static func mayBecome(_ label: ApplicationLabel) -> Set<ApplicationLabel> {
        switch label {
        case .webSocket: [.webSocket, .http]
        case .grpc, .etcd: [label, .http2, .grpc]
        case .tlsSM, .dnsOverTLS: [label, .tls]
        case .dnsOverQUIC: [label, .quic]
        case .smb: [.smb, .smb1]
        default: [label]
        }
    }

    /// A fixture's payloads are no other protocol's: not one inspector that comes earlier takes them, and the ports of all
    /// others do not change that.
    @Test(arguments: Fixture.all) func noPortOfAnotherProtocolChangesTheLabel(fixture: Fixture) {
        guard fixture.confidence == .certain, !fixture.label.needsPort else { return }
        for row in LabelCatalogue.rows where row.label != fixture.label {
            for port in fixture.transport == .udp ? row.udp : row.tcp {
                let found = label(fixture.packets, fixture.transport, port: port)
                let told: Set<ApplicationLabel> =
                    fixture.label == .dns ? [.mdns, .llmnr] : fixture.label == .tls ? [.dnsOverTLS] : []
                #expect(
                    found.label == fixture.label || told.contains(found.label ?? .dns),
                    "port \(port): \(found.label?.name ?? "nothing")")
            }
        }
    }

    /// Random octets have a label by chance in less than one flow of a thousand, and never one that is certain of itself
    /// more often than in one of ten thousand.
    @Test func seededRandomOctets() {
        let seed: UInt64 = 0x1ABE_1501
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        var (labelled, certain) = (0, 0)
        for round in 0..<20_000 {
            let packets = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                let octets = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                    UInt8(truncatingIfNeeded: random.next())
                }
                return Bool.random(using: &random) ? out(octets) : back(octets)
            }
            let transports: [LabelTransport] = [.tcp, .udp, .sctp]
            let found = label(packets, transports[round % 3])
            labelled += found.label == nil ? 0 : 1
            certain += found.confidence == .certain ? 1 : 0
        }
        print("labelled", labelled, "certain", certain, "of 20,000")
        #expect(labelled < 20 && certain <= 2)
    }

    /// Mutations of the fixtures, several packets long, and on all ports: nothing traps, and attributes stay printable.
    @Test func seededMutations() {
        let seed: UInt64 = 0x1ABE_1502
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        for round in 0..<20_000 {
            let fixture = Fixture.all[round % Fixture.all.count]
            let packets = fixture.packets.map { packet in
                var octets = packet.octets
                for _ in 0..<Int.random(in: 1...3, using: &random) where !octets.isEmpty {
                    let place = Int.random(in: 0..<min(octets.count, 200), using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: octets[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    case 1: octets[place] = [0, 1, 0x7F, 0x80, 0xFF][Int.random(in: 0..<5, using: &random)]
                    case 2: octets.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                    default: octets.remove(at: place)
                    }
                }
                return Fixture.Packet(isFromInitiator: packet.isFromInitiator, octets: octets)
            }
            let found = label(packets, fixture.transport, port: UInt16.random(in: 0...6000, using: &random))
            #expect(found.attributes.values.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } })
            #expect((found.label == nil) == (found.source == .none))
        }
    }

    /// Whatever octet payloads begin with: asking only those protocols that may begin so gives what asking all gives.
    @Test(arguments: Fixture.all) func beginningsLoseNothing(fixture: Fixture) {
        var all = LabelInspector(triesEverything: true)
        var some = LabelInspector()
        var budget = LabelBudget(nanosecondsPerSecond: 1_000_000_000)
        for first in stride(from: 0, through: 255, by: 3) {
            for changed in fixture.packets.indices where !fixture.packets[changed].octets.isEmpty {
                all.begin(transport: fixture.transport, initiatorPort: 50_505, responderPort: fixture.port)
                some.begin(transport: fixture.transport, initiatorPort: 50_505, responderPort: fixture.port)
                for (index, packet) in fixture.packets.enumerated() {
                    let octets = index == changed ? [UInt8(first)] + packet.octets.dropFirst() : packet.octets
                    let origin = LabelPacket(isFromInitiator: packet.isFromInitiator, time: Int64(first) << 32)
                    all.inspect(octets.span, of: origin, budget: &budget)
                    some.inspect(octets.span, of: origin, budget: &budget)
                }
                let isSame = some.standing == all.standing && some.attributes.entries == all.attributes.entries
                #expect(isSame, "packet \(changed) beginning with \(first)")
            }
        }
        #expect(budget.refusals == 0)
    }

    /// The inspector depends on nothing but its flow: used for all fixtures in turn, it says what a new one says.
    @Test func anInspectorIsUsedAgain() {
        var inspector = LabelInspector()
        var budget = LabelBudget(nanosecondsPerSecond: 1_000_000_000)
        for fixture in Fixture.all + Fixture.all.reversed() {
            inspector.begin(transport: fixture.transport, initiatorPort: 50_505, responderPort: fixture.port)
            var sequences: (UInt32, UInt32) = (5, 5)
            for packet in fixture.packets {
                let sequence = packet.isFromInitiator ? sequences.0 : sequences.1
                inspector.inspect(
                    packet.octets.span, of: LabelPacket(isFromInitiator: packet.isFromInitiator, sequence: sequence),
                    budget: &budget)
                if packet.isFromInitiator {
                    sequences.0 &+= UInt32(packet.octets.count)
                } else {
                    sequences.1 &+= UInt32(packet.octets.count)
                }
            }
            inspector.finish()
            #expect(inspector.label == fixture.label && inspector.confidence == fixture.confidence, "\(fixture.name)")
            for (attribute, value) in fixture.attributes {
                #expect(inspector.attributes[attribute] == value, "\(fixture.name)")
            }
        }
    }
}
