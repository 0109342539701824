import MirrorHealth
import Testing

@Suite struct StandingTests {
    /// What verdicts of these severities, one after the other, make news of: the severity that is told, nil for none.
    private func news(_ severities: [MirrorVerdict.Severity]) -> [MirrorVerdict.Severity?] {
        var standing = StandingVerdicts()
        return severities.enumerated().map { time, severity in
            let told = standing.take([verdict(severity)], at: Int64(time))
            #expect(told.count <= 1 && standing.entries.count == 1)
            return told.first?.severity
        }
    }

    private func verdict(_ severity: MirrorVerdict.Severity) -> MirrorVerdict {
        var evidence = MirrorEvidence(interface: "a0")
        switch severity {
        case .ok: evidence.port.ringArrived = 100_000
        case .unknown: break
        case .warning: (evidence.port.ringArrived, evidence.port.ringDrops) = (100_000, 1)
        case .fault: (evidence.port.ringArrived, evidence.port.ringDrops) = (100_000, 50_000)
        }
        let verdict = MirrorVerdict.all(of: evidence).first { $0.kind == .ring }
        #expect(verdict?.severity == severity)
        return verdict ?? MirrorVerdict.all(of: evidence)[0]
    }

    @Test func worseIsNewsAtOnce() {
        #expect(news([.ok, .warning, .warning, .fault, .fault]) == [nil, .warning, nil, .fault, nil])
        #expect(news([.fault, .fault]) == [.fault, nil])
        #expect(news([.warning]) == [.warning])
    }

    @Test func betterHasToProveItself() {
        #expect(news([.fault, .ok, .fault, .ok, .ok, .ok]) == [.fault, nil, nil, nil, .ok, nil])
        #expect(news([.fault, .ok, .warning, .ok]) == [.fault, nil, .warning, nil])
    }

    @Test func tooLittleTrafficChangesNothing() {
        #expect(news([.unknown, .unknown, .ok, .unknown]) == [nil, nil, nil, nil])
        #expect(news([.fault, .unknown, .ok, .unknown, .ok]) == [.fault, nil, nil, nil, .ok])
        #expect(news([.unknown, .fault]) == [nil, .fault])
    }

    @Test func sinceIsWhenItBecameNews() {
        var standing = StandingVerdicts()
        for (time, severity) in [MirrorVerdict.Severity.ok, .fault, .fault, .unknown].enumerated() {
            _ = standing.take([verdict(severity)], at: Int64(10 * time))
        }
        #expect(standing.entries[0].severity == .fault && standing.entries[0].since == 10)
        #expect(standing.entries[0].verdict.severity == .fault)
    }
}
