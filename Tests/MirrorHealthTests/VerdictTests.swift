import MirrorHealth
import NetTypes
import Testing

/// Every verdict at its threshold, just below it and above it.
@Suite struct VerdictTests {
    typealias Kind = MirrorVerdict.Kind
    typealias Severity = MirrorVerdict.Severity

    /// A port with nothing wrong and enough traffic for every verdict.
    static var healthy: MirrorEvidence {
        var evidence = MirrorEvidence(interface: "eth1")
        evidence.seconds = 60
        evidence.flows.flows = 5000
        evidence.flows.answeredFlows = 4000
        evidence.flows.tcpBothWays = 1000
        evidence.flows.bothWays = 4000
        evidence.flows.longestPacket = 1500
        evidence.flows.ipv4Packets = 80_000
        evidence.flows.ipv6Packets = 20_000
        evidence.flows.tcpOctets = 1_000_000
        evidence.packets.packets = 100_000
        evidence.packets.compared = 100_000
        evidence.port.hasCarrier = true
        evidence.port.mtu = 1500
        evidence.port.receiveOffloads = []
        evidence.port.ringArrived = 100_000
        evidence.port.ringOctets = 64 << 20
        evidence.own = OwnTraffic()
        return evidence
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var kind: Kind
        var severity: Severity
        var what: String
        var change: @Sendable (inout MirrorEvidence) -> Void

        init(
            _ kind: Kind, _ severity: Severity, _ what: String,
            _ change: @escaping @Sendable (inout MirrorEvidence) -> Void
        ) {
            self.kind = kind
            self.severity = severity
            self.what = what
            self.change = change
        }

        var testDescription: String { "\(kind.name), \(what): \(severity.name)" }
    }

    static let traffic: [Case] = [
        Case(.oneSided, .unknown, "19 connections") { ($0.flows.tcpBothWays, $0.flows.tcpOneWay) = (0, 19) },
        Case(.oneSided, .fault, "20 connections") { ($0.flows.tcpBothWays, $0.flows.tcpOneWay) = (0, 20) },
        Case(.oneSided, .ok, "9.9 %") { ($0.flows.tcpBothWays, $0.flows.tcpOneWay) = (901, 99) },
        Case(.oneSided, .warning, "10 %") { ($0.flows.tcpBothWays, $0.flows.tcpOneWay) = (900, 100) },
        Case(.oneSided, .warning, "39.9 %") { ($0.flows.tcpBothWays, $0.flows.tcpOneWay) = (601, 399) },
        Case(.oneSided, .fault, "40 %") { ($0.flows.tcpBothWays, $0.flows.tcpOneWay) = (600, 400) },
        Case(.duplicates, .unknown, "999 packets") { ($0.packets.compared, $0.packets.duplicates) = (999, 499) },
        Case(.duplicates, .fault, "1000 packets") { ($0.packets.compared, $0.packets.duplicates) = (1000, 500) },
        Case(.duplicates, .ok, "0.99 %") { ($0.packets.compared, $0.packets.duplicates) = (10_000, 99) },
        Case(.duplicates, .warning, "1 %") { ($0.packets.compared, $0.packets.duplicates) = (10_000, 100) },
        Case(.duplicates, .warning, "4.99 %") { ($0.packets.compared, $0.packets.duplicates) = (10_000, 499) },
        Case(.duplicates, .fault, "5 %") { ($0.packets.compared, $0.packets.duplicates) = (10_000, 500) },
        Case(.duplicates, .ok, "19.9 % came again, none compared") {
            ($0.packets.compared, $0.flows.retransmittedOctets) = (0, 199_999)
        },
        Case(.duplicates, .warning, "20 % came again, none compared") {
            ($0.packets.compared, $0.flows.retransmittedOctets) = (0, 200_000)
        },
        Case(.duplicates, .unknown, "none compared, 19 connections") {
            ($0.packets.compared, $0.flows.retransmittedOctets, $0.flows.tcpBothWays) = (0, 200_000, 19)
        },
        Case(.vlan, .unknown, "19 flows") { ($0.flows.bothWays, $0.flows.vlanDiffers) = (19, 19) },
        Case(.vlan, .fault, "20 flows") { ($0.flows.bothWays, $0.flows.vlanDiffers) = (20, 20) },
        Case(.vlan, .ok, "0.9 %") { ($0.flows.bothWays, $0.flows.vlanDiffers) = (1000, 9) },
        Case(.vlan, .warning, "1 %") { ($0.flows.bothWays, $0.flows.vlanDiffers) = (1000, 10) },
        Case(.vlan, .warning, "9.9 %") { ($0.flows.bothWays, $0.flows.vlanDiffers) = (1000, 99) },
        Case(.vlan, .fault, "10 %") { ($0.flows.bothWays, $0.flows.vlanDiffers) = (1000, 100) },
        Case(.truncation, .unknown, "999 packets") { ($0.packets.packets, $0.packets.cutBySnapLength) = (999, 999) },
        Case(.truncation, .warning, "1000 packets") { ($0.packets.packets, $0.packets.cutBySnapLength) = (1000, 1000) },
        Case(.truncation, .ok, "0.099 % here") { $0.packets.cutBySnapLength = 99 },
        Case(.truncation, .warning, "0.1 % here") { $0.packets.cutBySnapLength = 100 },
        Case(.truncation, .ok, "0.099 % before") { $0.packets.cutBeforePort = 99 },
        Case(.truncation, .warning, "0.1 % before") { $0.packets.cutBeforePort = 100 },
        Case(.truncation, .warning, "0.99 % of headers") {
            ($0.packets.cutBySnapLength, $0.packets.headersCut) = (50_000, 999)
        },
        Case(.truncation, .fault, "1 % of headers") {
            ($0.packets.cutBySnapLength, $0.packets.headersCut) = (50_000, 1000)
        },
        Case(.truncation, .ok, "malformed headers alone") { $0.packets.headersCut = 5000 },
        Case(.ipv6, .ok, "one packet") { $0.flows.ipv6Packets = 1 },
        Case(.ipv6, .warning, "none of 1000") { ($0.flows.ipv4Packets, $0.flows.ipv6Packets) = (1000, 0) },
        Case(.ipv6, .unknown, "none of 999") { ($0.flows.ipv4Packets, $0.flows.ipv6Packets) = (999, 0) },
    ]

    static let host: [Case] = [
        Case(.port, .fault, "gone") { $0.port.exists = false },
        Case(.port, .fault, "down") { ($0.port.isUp, $0.port.hasCarrier) = (false, nil) },
        Case(.port, .fault, "no carrier") { $0.port.hasCarrier = false },
        Case(.port, .ok, "carrier not known") { $0.port.hasCarrier = nil },
        Case(.port, .warning, "carrier changed") { $0.port.carrierChanges = 1 },
        Case(.port, .fault, "silent") { $0.packets.packets = 0 },
        Case(.port, .fault, "silent for 2 s") { ($0.packets.packets, $0.seconds) = (0, 2) },
        Case(.port, .unknown, "silent for 1.9 s") { ($0.packets.packets, $0.seconds) = (0, 1.9) },
        Case(.port, .fault, "nothing of IP") {
            $0.flows = FlowEvidence()
            $0.packets.packets = 30
        },
        Case(.port, .warning, "20 flows, nobody answers") {
            $0.flows = FlowEvidence()
            ($0.flows.flows, $0.flows.ipv4Packets) = (20, 100)
        },
        Case(.port, .ok, "19 flows, nobody answers") {
            $0.flows = FlowEvidence()
            ($0.flows.flows, $0.flows.ipv4Packets) = (19, 100)
        },
        Case(.port, .ok, "one-sided is another verdict") {
            $0.flows = FlowEvidence()
            ($0.flows.flows, $0.flows.ipv4Packets, $0.flows.tcpOneWay) = (20, 100, 1)
        },
        Case(.offload, .warning, "GRO on") { $0.port.receiveOffloads = ["gro"] },
        Case(.offload, .warning, "LRO on") { $0.port.receiveOffloads = ["lro"] },
        Case(.offload, .fault, "GRO on and merging") { ($0.port.receiveOffloads, $0.flows.beyondMTU) = (["gro"], 1) },
        Case(.offload, .warning, "long packets, offloads off") { $0.flows.beyondMTU = 1 },
        Case(.offload, .unknown, "offloads not known") { $0.port.receiveOffloads = nil },
        Case(.offload, .warning, "long packets, offloads not known") {
            ($0.port.receiveOffloads, $0.flows.beyondMTU) = (nil, 1)
        },
        Case(.clock, .warning, "one step") { ($0.port.hostClockSteps, $0.port.largestClockStep) = (1, -5_000_000_000) },
        Case(.clock, .fault, "two steps") { ($0.port.hostClockSteps, $0.port.largestClockStep) = (2, 20_000_000) },
        Case(.clock, .warning, "one step of the packets") { $0.packets.clockSteps = 1 },
        Case(.adapter, .warning, "one packet lost") { $0.port.adapterLosses = 1 },
        Case(.adapter, .warning, "just below 0.1 %") { ($0.port.ringArrived, $0.port.adapterErrors) = (9991, 9) },
        Case(.adapter, .fault, "0.1 %") { ($0.port.ringArrived, $0.port.adapterErrors) = (9990, 10) },
        Case(.adapter, .fault, "losses and errors together") {
            ($0.port.ringArrived, $0.port.adapterErrors, $0.port.adapterLosses) = (9990, 5, 5)
        },
        Case(.ring, .warning, "one packet") { $0.port.ringDrops = 1 },
        Case(.ring, .warning, "0.099 %") { $0.port.ringDrops = 99 },
        Case(.ring, .fault, "0.1 %") { $0.port.ringDrops = 100 },
        Case(.ring, .unknown, "999 packets") { $0.port.ringArrived = 999 },
        Case(.ring, .ok, "1000 packets") { $0.port.ringArrived = 1000 },
        Case(.ownTraffic, .unknown, "not known") { $0.own = nil },
        Case(.ownTraffic, .warning, "one packet") { $0.own?.sent = 1 },
    ]

    private func verdict(_ kind: Kind, _ evidence: MirrorEvidence) throws -> MirrorVerdict {
        try #require(MirrorVerdict.all(of: evidence).first { $0.kind == kind })
    }

    @Test func nothingIsWrong() {
        let verdicts = MirrorVerdict.all(of: Self.healthy)
        #expect(verdicts.map(\.kind) == Kind.allCases)
        for verdict in verdicts {
            #expect(verdict.severity == .ok, "\(verdict)")
            #expect(verdict.command == nil && verdict.advice == nil, "\(verdict)")
        }
    }

    @Test(arguments: traffic + host) func turns(_ one: Case) throws {
        var evidence = Self.healthy
        one.change(&evidence)
        let verdict = try verdict(one.kind, evidence)
        #expect(verdict.severity == one.severity, "\(verdict)")
        #expect(verdict.sentence.hasSuffix("."), "\(verdict)")
        // What is wrong has a remedy; what is not has none.
        let hasRemedy = verdict.command != nil || verdict.advice != nil
        #expect(hasRemedy == (verdict.severity == .warning || verdict.severity == .fault), "\(verdict)")
    }

    /// Each verdict has a case for every severity that it can have.
    @Test func everyKindFails() {
        for kind in Kind.allCases {
            let severities = Set((Self.traffic + Self.host).filter { $0.kind == kind }.map(\.severity))
            #expect(severities.contains { $0.rawValue >= Severity.warning.rawValue }, "\(kind.name)")
        }
    }

    @Test func nothingIsKnown() {
        let verdicts = MirrorVerdict.all(of: MirrorEvidence(interface: "eth1"))
        let known = verdicts.filter { $0.severity != .unknown }
        #expect(known.map(\.kind) == [.clock, .adapter])
        #expect(known.allSatisfy { $0.severity == .ok })
    }

    @Test func sentencesHaveTheirNumbers() throws {
        var evidence = Self.healthy
        evidence.packets.duplicates = 12_345
        #expect(
            try verdict(.duplicates, evidence).sentence
                == "12,345 of 100,000 (12.3 %) packets came a second time within 10 ms.")
        #expect(try verdict(.duplicates, evidence).command == "flowprobe run eth1 --duplicates drop")
        evidence.port.receiveOffloads = ["gro", "lro"]
        #expect(try verdict(.offload, evidence).command == "ethtool -K eth1 gro off lro off")
        evidence.port.isUp = false
        #expect(try verdict(.port, evidence).command == "ip link set dev eth1 up")
        evidence.own?.sent = 8
        evidence.own?.routerSolicitations = 3
        evidence.own?.arp = 4
        let own = try verdict(.ownTraffic, evidence)
        #expect(own.sentence.hasSuffix(": 3 IPv6 router solicitations, 4 ARP packets, 1 other."))
        #expect(
            own.command
                == "sysctl -w net/ipv6/conf/eth1/disable_ipv6=1; ip link set dev eth1 arp off; tcpdump -nn -Q out -i eth1"
        )
        evidence.port.ringDrops = 1000
        #expect(try verdict(.ring, evidence).command == "flowprobe run eth1 --ring 128MiB --workers 2")
    }

    /// An interface may be called nearly anything; a command that is pasted does no more than it says.
    @Test func namesAreQuoted() throws {
        for (name, quoted) in [
            ("eth0.5", "eth0.5"), ("a;reboot", "'a;reboot'"), ("it's", "'it'\\''s'"), ("$(id)", "'$(id)'"),
            ("a&b", "'a&b'"),
        ] {
            var evidence = Self.healthy
            evidence.interface = name
            evidence.port.receiveOffloads = ["gro"]
            #expect(try verdict(.offload, evidence).command == "ethtool -K \(quoted) gro off")
        }
    }

    /// Whatever the counts: one verdict of each kind, the same every time.
    @Test func anyEvidence() {
        let seed: UInt64 = 99
        var random = SplitMix64(seed: seed)
        func number() -> UInt64 {
            let bits = UInt64.random(in: 0...50, using: &random)
            return UInt64.random(in: 0...(1 << bits), using: &random)
        }
        for _ in 0..<5000 {
            var evidence = MirrorEvidence(interface: "eth1")
            evidence.seconds = Double(number() % 100)
            evidence.flows.flows = number()
            evidence.flows.answeredFlows = number()
            evidence.flows.tcpBothWays = number()
            evidence.flows.tcpOneWay = number()
            evidence.flows.bothWays = number()
            evidence.flows.vlanDiffers = number()
            evidence.flows.beyondMTU = number()
            evidence.flows.ipv4Packets = number()
            evidence.flows.ipv6Packets = number()
            evidence.flows.tcpOctets = number()
            evidence.flows.retransmittedOctets = number()
            evidence.packets.packets = number()
            evidence.packets.compared = number()
            evidence.packets.duplicates = number()
            evidence.packets.cutBySnapLength = number()
            evidence.packets.cutBeforePort = number()
            evidence.packets.headersCut = number()
            evidence.port.ringArrived = number()
            evidence.port.ringDrops = number()
            evidence.port.ringOctets = Int(number())
            evidence.port.adapterLosses = number()
            evidence.port.hostClockSteps = number()
            evidence.port.hasCarrier = Bool.random(using: &random)
            evidence.own = OwnTraffic()
            evidence.own?.sent = number()
            evidence.own?.arp = number()
            let verdicts = MirrorVerdict.all(of: evidence)
            #expect(verdicts.map(\.kind) == Kind.allCases, "seed \(seed)")
            #expect(verdicts == MirrorVerdict.all(of: evidence), "seed \(seed)")
        }
    }
}
