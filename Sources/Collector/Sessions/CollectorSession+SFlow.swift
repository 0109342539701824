import NetTypes

/// What an exporter of samples has sent.
package struct SampleTally: Sendable {
    /// Flow samples: one packet each.
    package internal(set) var flows: UInt64 = 0
    /// Those whose packet is not of IP, or not told in a way that is read: no flow record is made of them.
    package internal(set) var withoutFlow: UInt64 = 0
    /// Samples of interface counters and of other kinds, which are passed over.
    package internal(set) var others: UInt64 = 0
    /// Samples that the exporter says it had to drop, since its first sample here.
    package internal(set) var dropped: UInt64 = 0

    /// Nothing.
    package init() {}

    /// Adds another's counts.
    mutating func add(_ other: SampleTally) {
        flows &+= other.flows
        withoutFlow &+= other.withoutFlow
        others &+= other.others
        dropped &+= other.dropped
    }
}

/// What reads samples: the same for all sessions.
final class SampleReader {
    let decoder = SampledHeaderDecoder()
    var templates = SampleTemplates()
}

/// What a session keeps for an exporter of samples.
final class SampleState {
    /// The agent whose numbers are followed: the first that came. Others come from the same address and port only behind a
    /// relay or a translation of addresses, and their numbers are others.
    let agent: IPAddress?
    /// What each source of samples said last that it had dropped.
    private var drops: [Source: UInt32] = [:]
    /// Sources that are followed at most; of more, drops are not known.
    private static let limit = 4096

    private struct Source: Hashable {
        var agent: IPAddress?
        var subAgent: UInt32
        var source: UInt64
    }

    init(agent: IPAddress?) { self.agent = agent }

    /// Sources that are followed.
    var sources: Int { drops.count }

    /// How many more a source has dropped. Counters are modulo 2^32; one that went back far was set anew.
    func newDrops(_ sample: FlowSample, of header: SFlowHeader, _ budget: SharedBudget) -> UInt64 {
        let source = Source(agent: header.agent, subAgent: header.subAgent, source: sample.source)
        guard let last = drops[source] else {
            if drops.count < Self.limit, budget.take(1) { drops[source] = sample.drops }
            return 0
        }
        drops[source] = sample.drops
        let more = sample.drops &- last
        return more < 1 << 31 ? UInt64(more) : UInt64(sample.drops)
    }
}

extension CollectorSession {
    /// Whether a datagram begins as sFlow version 5 does.
    static func isSFlow(_ datagram: Span<UInt8>) -> Bool {
        datagram.count >= 28 && datagram.unsigned(at: 0, 4) == SFlowHeader.version
            && (1...2).contains(datagram.unsigned(at: 4, 4))
    }

    /// A datagram of sFlow version 5. Samples have no time: that of arrival stands for it.
    func receiveSFlow(_ datagram: Span<UInt8>, _ receiver: any CollectedRecordReceiver) {
        var reader = WireReader(datagram, 0..<datagram.count)
        guard let header = SFlowHeader(&reader) else { return count(.messageCut, at: reader.offset) }
        guard let domain = domain(header.subAgent) else { return }
        current = domain
        let second = header.upTime / 1000
        let state = samples ?? SampleState(agent: header.agent)
        samples = state
        let isFollowed = header.agent == state.agent
        if isFollowed, domain.sequence.isRepeated(header.number, exportTime: second, octets: datagram.count) { return }
        let shared = budgets.samples
        let context = RecordContext(domain: domain.id, exportTime: now(), agent: header.agent)
        var left = header.samples
        while left > 0, reader.remaining > 0 {
            let offset = reader.offset
            guard let format = reader.u32(), let part = reader.sflowOpaque() else {
                count(.sampleCut, at: offset)
                left = 0
                break
            }
            left -= 1
            // Flow samples, compact and expanded.
            guard format == 1 || format == 3 else {
                tally.samples.others += 1
                continue
            }
            tally.samples.flows += 1
            var inner = WireReader(datagram, part)
            guard let sample = FlowSample(datagram, &inner, isExpanded: format == 3, shared.decoder) else {
                count(.sampleRecordCut, at: inner.offset)
                continue
            }
            tally.samples.dropped += state.newDrops(sample, of: header, budgets.sampleSources)
            guard let packet = sample.packet else {
                tally.samples.withoutFlow += 1
                continue
            }
            let record = SampleTemplates.octets(sample, packet, at: context.exportTime)
            var field = WireReader(record.span, 0..<record.count)
            _ = takeData(
                &field, record.span, shared.templates.template(of: sample, packet), domain, context, to: receiver)
        }
        if left > 0 { count(.recordCount, at: datagram.count) }
        guard isFollowed else { return }
        domain.sequence.take(header.number, count: 1, exportTime: second, octets: datagram.count)
    }
}
