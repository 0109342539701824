import Labels
import Testing

/// Every label from its payload, on a port that is not its own.
@Suite struct InspectionTests {
    @Test(arguments: Fixture.all) func isNamedOnAWrongPort(fixture: Fixture) {
        let found = label(fixture.packets, fixture.transport, port: fixture.port)
        #expect(found.label == fixture.label)
        #expect(found.confidence == fixture.confidence)
        #expect(found.source == (fixture.label.needsPort ? .both : .payload))
        for (attribute, value) in fixture.attributes { #expect(found.attributes[attribute] == value, "\(attribute)") }
    }

    @Test func everyLabelHasAFixture() {
        let shown = Set(Fixture.all.map(\.label))
        #expect(ApplicationLabel.allCases.filter { !shown.contains($0) }.map(\.name) == [])
        #expect(Fixture.all.filter { LabelCatalogue.row(of: $0.label).udp.contains($0.port) }.map(\.label) == [.llmnr])
    }

    /// The fixture's first packets as they are, on the label's own port: as sure, and by both.
    @Test(arguments: Fixture.all) func portAndPayloadAgree(fixture: Fixture) {
        let row = LabelCatalogue.row(of: fixture.label)
        guard let port = fixture.transport == .udp ? row.udp.first : row.tcp.first else { return }
        let found = label(fixture.packets, fixture.transport, port: port)
        #expect(found.label == fixture.label)
        #expect(found.source == .both)
        #expect(found.confidence >= fixture.confidence)
    }

    /// Octets that mean nothing have the label of their port, and no attribute; elsewhere none.
    @Test func thePortAloneIsAGuess() {
        let packets = [out(noise(100, seed: 3)), back(noise(300, seed: 4))]
        let guess = label(packets, .tcp, port: 25)
        #expect(guess == Finding(label: .smtp, source: .port, confidence: .guess, packets: 2))
        #expect(label(packets, .tcp, port: 50_505, initiatorPort: 25).label == .smtp)
        #expect(label(packets, .tcp) == Finding(packets: 2))
        #expect(label(packets, .udp, port: 25).label == nil)
    }

    /// A web server on the mail port is a web server.
    @Test func thePayloadIsBelievedBeforeThePort() {
        let found = label([out(ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))], .tcp, port: 25)
        #expect(found.label == .http && found.source == .payload && found.confidence == .certain)
    }

    @Test func weakEvidenceNeedsThePortOrAnotherPacket() {
        let hello = out(u8(5, 1, 0))
        #expect(label([hello], .tcp).label == nil)
        #expect(label([hello], .tcp, port: 1080).label == .socks)
        #expect(label([hello], .tcp, port: 1080).source == .both)
        #expect(label([hello, back(u8(5, 0))], .tcp).confidence == .likely)
    }

    /// RFC 9001 appendix A.1 gives the keys for one connection id.
    @Test func quicKeysAreThoseOfTheStandard() {
        let keys = Fixture.initialKeys(version: 1, connection: Fixture.hexadecimal("8394c8f03e515708"))
        #expect(keys.key == Fixture.hexadecimal("1f369613dd76d5467730efcbe3b1a22d"))
        #expect(keys.iv == Fixture.hexadecimal("fa044b2f42a3fd3b46fb255c"))
        #expect(keys.hp == Fixture.hexadecimal("9f50449e04a0e810283a1e9933adedd2"))
    }

    /// An Initial of which one octet is damaged is QUIC by its header, and says nothing else.
    @Test func aDamagedInitialSaysNothing() throws {
        let packet = try #require(Fixture.quic(version: 1, client: Fixture.message(1, [])).first).octets
        for place in [30, 400, packet.count - 1] {
            var damaged = packet
            damaged[place] ^= 4
            let found = label([out(damaged)], .udp)
            #expect(found.label == .quic && found.attributes == [.quicVersion: "1"])
        }
    }

    /// Segments that are sent again do no harm, and those out of order are waited for.
    @Test func segmentsAreJoinedBySequence() {
        var inspector = LabelInspector()
        var budget = LabelBudget(nanosecondsPerSecond: 1_000_000)
        inspector.begin(transport: .tcp, initiatorPort: 50_505, responderPort: 40_404)
        let hello = Fixture.hello
        for (range, sequence) in [
            (0..<50, 10), (0..<50, 10), (120..<hello.count, 130), (50..<120, 60), (120..<hello.count, 130),
        ] {
            inspector.inspect(
                hello.span.extracting(range), of: LabelPacket(isFromInitiator: true, sequence: UInt32(sequence)),
                budget: &budget)
        }
        #expect(inspector.attributes[.serverName] == "www.example.org")
        #expect(inspector.attributes[.ja3] == Fixture.ja3)
    }

    /// HTTP/2's first frames say the same wherever their segments end, from the fourth octet on: three tell the preface from a method.
    @Test(arguments: [ApplicationLabel.grpc, .etcd])
    func headerBlocksAreJoined(_ label: ApplicationLabel) throws {
        let fixture = try #require(Fixture.all.first { $0.label == label })
        let client = fixture.packets.filter(\.isFromInitiator).flatMap(\.octets)
        let server = fixture.packets.filter { !$0.isFromInitiator }.flatMap(\.octets)
        for place in 3..<max(client.count, server.count) {
            var inspector = LabelInspector()
            var budget = LabelBudget(nanosecondsPerSecond: 1_000_000_000)
            inspector.begin(transport: .tcp, initiatorPort: 50_505, responderPort: 40_404)
            for (octets, isFromInitiator) in [(client, true), (server, false)] {
                let cut = min(place, octets.count)
                for range in [0..<cut, cut..<octets.count] {
                    inspector.inspect(
                        octets.span.extracting(range),
                        of: LabelPacket(isFromInitiator: isFromInitiator, sequence: UInt32(range.lowerBound)),
                        budget: &budget)
                }
            }
            inspector.finish()
            #expect(inspector.label == label, "cut at \(place)")
            for (attribute, value) in fixture.attributes {
                #expect(inspector.attributes[attribute] == value, "cut at \(place)")
            }
        }
    }
}
