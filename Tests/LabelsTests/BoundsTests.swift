import Labels
import Testing

/// What labels may cost, and that no input makes them cost more.
@Suite struct BoundsTests {
    @Test func packetsAndOctetsOfAFlowAreLimited() {
        let packets = (0..<50).map { out(noise(40, seed: UInt64($0))) }
        var limits = LabelLimits()
        #expect(label(packets, .tcp).packets == limits.fruitless, "nothing was recognised")
        limits.fruitless = 50
        #expect(label(packets, .tcp, limits: limits).packets == limits.packets)
        let large = (0..<50).map { out(noise(9000, seed: UInt64($0))) }
        #expect(label(large, .udp).packets == 2)
        let found = label([out([])] + packets, .tcp, limits: limits)
        #expect(found.packets == limits.packets + 1, "empty payloads do not count")
    }

    /// A ClientHello that never ends is TLS, and is not kept beyond the limit.
    @Test func joiningIsLimited() {
        let endless = cat(u8(22), u16(0x0301, 16_000), u8(1), u24(15_000), u16(0x0303), noise(8000))
        let packets = stride(from: 0, to: 7000, by: 700).map { out(Array(endless[$0..<$0 + 700])) }
        let found = label(packets, .tcp)
        #expect(found.label == .tls && found.confidence == .certain && found.attributes.isEmpty)
    }

    @Test func attributesAreCutAndMadePrintable() {
        let host = String(repeating: "a", count: 300) + "\u{7}\r\n"
        let found = label([out(ascii("GET / HTTP/1.1\r\nHost: é\u{1B}[31m\r\nUser-Agent: \(host)\r\n"))], .tcp)
        #expect(found.attributes[.serverName] == "???[31m")
        #expect(found.attributes[.userAgent] == String(repeating: "a", count: LabelAttributes.longestText))
    }

    /// A hello with as many numbers as fingerprints are made of has both; with one more, or with too many extensions, it has its
    /// label and its other attributes, and is counted. Beside these suites and extensions, of which each is in both fingerprints,
    /// the hello has seven extensions and six other numbers.
    @Test(arguments: [
        (65, 37, true), (66, 37, false), (20, 37, true), (20, 38, false), (102, 0, true), (103, 0, false),
    ])
    func fingerprintsAreOfSoManyNumbers(_ suites: Int, _ kinds: Int, _ isMade: Bool) {
        let extensions = (0..<kinds).map { (3000 + $0, [UInt8]()) } + Fixture.extensions
        let hello = Fixture.record(
            Fixture.message(1, Fixture.clientHello(suites: (0..<suites).map { 4096 + $0 }, extensions)))
        var budget = LabelBudget(nanosecondsPerSecond: 1_000_000_000)
        var inspector = LabelInspector()
        inspector.begin(transport: .tcp, initiatorPort: 50_505, responderPort: 40_404)
        inspector.inspect(hello.span, of: LabelPacket(isFromInitiator: true), budget: &budget)
        #expect(inspector.label == .tls && inspector.attributes[.serverName] == "www.example.org")
        #expect((inspector.attributes[.ja3] != nil) == isMade && (inspector.attributes[.ja4] != nil) == isMade)
        #expect(budget.refusedFingerprints == (isMade ? 0 : 1))
    }

    /// The same of the server's hello.
    @Test(arguments: [(225, true), (226, false)])
    func theServersFingerprintIsOfSoManyExtensions(_ kinds: Int, _ isMade: Bool) {
        let extensions = (0..<kinds).map { (3000 + $0, [UInt8]()) }
        let hello = Fixture.record(Fixture.serverHello(version: 0x0303, cipher: 0xC02F, extensions))
        var budget = LabelBudget(nanosecondsPerSecond: 1_000_000_000)
        var inspector = LabelInspector()
        inspector.begin(transport: .tcp, initiatorPort: 50_505, responderPort: 40_404)
        inspector.inspect(hello.span, of: LabelPacket(isFromInitiator: false), budget: &budget)
        #expect(inspector.label == .tls && inspector.attributes[.cipherSuite] == "49199")
        #expect((inspector.attributes[.ja3s] != nil) == isMade)
        #expect(budget.refusedFingerprints == (isMade ? 0 : 1))
    }

    /// Fingerprints that nobody asks for are not made, and their hello is not counted; everything else stays as it is.
    @Test(arguments: Fixture.all)
    func whatIsNotWantedChangesNothingElse(_ fixture: Fixture) {
        let fingerprints: AttributeSelection = AttributeSelection([.ja3, .ja3s, .ja4, .hassh, .hasshServer])
        var outcomes: [(ApplicationLabel?, LabelConfidence, Bool, [String])] = []
        for wanted in [AttributeSelection.all, AttributeSelection.all.subtracting(fingerprints)] {
            var budget = LabelBudget(nanosecondsPerSecond: 1_000_000_000)
            var inspector = LabelInspector(wanted: wanted)
            inspector.begin(transport: fixture.transport, initiatorPort: 50_505, responderPort: fixture.port)
            var sequences = [true: 0 as UInt32, false: 0]
            for packet in fixture.packets {
                let sequence = sequences[packet.isFromInitiator, default: 0]
                inspector.inspect(
                    packet.octets.span, of: LabelPacket(isFromInitiator: packet.isFromInitiator, sequence: sequence),
                    budget: &budget)
                sequences[packet.isFromInitiator] = sequence + UInt32(packet.octets.count)
            }
            let others = LabelAttribute.allCases.filter { !fingerprints.contains($0) }
                .compactMap { inspector.attributes[$0] }
            if wanted != .all {
                #expect(fingerprints.attributes.allSatisfy { inspector.attributes[$0] == nil })
            }
            outcomes.append((inspector.label, inspector.confidence, inspector.isDecided, others))
        }
        #expect(outcomes[0] == outcomes[1])
    }

    /// Numbers of every length in decimal, and hexadecimal digits of both kinds; computed by a program of another language from the
    /// fingerprints' descriptions.
    @Test func fingerprintsHaveNumbersOfEveryLength() {
        let suites = [0, 9, 10, 99, 100, 999, 1000, 9999, 10000, 65535, 0xABCD, 0x00FF, 0x1301]
        let hello = Fixture.record(Fixture.message(1, Fixture.clientHello(suites: suites, Fixture.extensions)))
        let found = label([out(hello)], .tcp)
        #expect(found.attributes[.ja3] == "3114e66b84853a1a64ad0b120a5e93a1")
        #expect(found.attributes[.ja4] == "t13d1306h2_943e6f9771a5_fb71836bce29")
    }

    @Test func theBudgetIsOfPacketTime() {
        var budget = LabelBudget(nanosecondsPerSecond: 3)
        func takes(_ times: [Int64], _ cost: Int = 1) -> [Bool] {
            times.map { budget.take(cost, at: $0 * 100_000_000) }
        }
        #expect(takes([0, 1, 2, 3]) == [true, true, true, false])
        #expect(takes([9, 10, 11]) == [false, true, true])
        #expect(takes([12], 2) == [false])
        #expect(takes([5, 13, 4]) == [true, false, false], "time that goes back adds nothing")
        #expect(budget.refusals == 5)
    }

    /// A spray of Initials, each a flow of its own: as many are decrypted as the budget pays for, and all are QUIC.
    @Test func aSprayOfInitialsIsRateLimited() {
        let hello = Fixture.message(1, Fixture.clientHello(suites: [1], Fixture.extensions))
        let payload = Fixture.quic(version: 1, client: hello).flatMap(\.octets)
        let look = LabelBudget.lookCost + payload.count * LabelBudget.octetCost
        let allowed = 1_000_000
        var budget = LabelBudget(nanosecondsPerSecond: allowed)
        var inspector = LabelInspector()
        var (named, labelled) = (0, 0)
        for flow in 0..<100 {
            inspector.begin(transport: .udp, initiatorPort: UInt16(50_000 + flow), responderPort: 40_404)
            inspector.inspect(payload.span, of: LabelPacket(isFromInitiator: true, time: 5), budget: &budget)
            inspector.finish()
            named += inspector.attributes[.serverName] == nil ? 0 : 1
            labelled += inspector.label == .quic ? 1 : 0
        }
        // Each is looked at first; the rest of the time does for looks without decryption.
        #expect(named == allowed / (LabelBudget.decryptionCost + look))
        #expect(labelled == named + (allowed - named * (LabelBudget.decryptionCost + look)) / look)
        #expect(budget.refusals > 0)
    }

    /// Without units a flow is not looked at: its port says what there is to say.
    @Test func withoutUnitsTheFlowIsNotLookedAt() {
        var budget = LabelBudget(nanosecondsPerSecond: LabelBudget.lookCost + 100)
        var inspector = LabelInspector()
        for expected in [LabelSource.both, .port] {
            inspector.begin(transport: .tcp, initiatorPort: 50_505, responderPort: 80)
            let request = ascii("GET / HTTP/1.1\r\n\r\n")
            inspector.inspect(
                request.span, of: LabelPacket(isFromInitiator: true, time: 1), budget: &budget)
            inspector.finish()
            #expect(inspector.source == expected && inspector.label == .http)
        }
        #expect(budget.refusals == 1)
    }
}
