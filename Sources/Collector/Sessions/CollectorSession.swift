import Exporter
import FlowTable
import NetTypes

/// How messages travel.
package enum CollectorTransport: String, Sendable {
    /// Each message in a datagram, which may be lost, repeated or late.
    case udp
    /// One after another on a connection.
    case tcp
    /// Likewise, within TLS.
    case tls
    /// In the bodies of requests, each a session of its own by RFC 7011.
    case http
    /// Likewise, within TLS.
    case https
    /// One after another in a file (RFC 5655).
    case file
}

/// What a session has received.
package struct SessionTally: Sendable {
    /// Messages taken, also those that were wrong.
    package var messages: UInt64 = 0
    /// Their octets.
    package var octets: UInt64 = 0
    /// Flow records.
    package var records: UInt64 = 0
    /// Records of options data.
    package var optionsRecords: UInt64 = 0
    /// Templates and options templates taken, each time that they came.
    package var templates: UInt64 = 0
    /// Samples of sFlow.
    package var samples = SampleTally()
    /// What was wrong.
    package var malformed = MalformationTally()
    /// Flow records that the exporter says it has sent (IE 42), and not sent (IE 166); nil when it does not say.
    package var exportedRecords: UInt64?
    /// IE 166, likewise.
    package var notSentRecords: UInt64?

    /// Nothing yet.
    package init() {}
}

/// One exporter's session: IPFIX (RFC 7011), NetFlow version 9 (RFC 3954) and version 5, and in datagrams sFlow version 5. Used
/// by one thread at a time.
///
/// No input makes it trap, and what it keeps is bounded by `CollectorLimits`.
package final class CollectorSession {
    /// What the peer or the file is called.
    package let name: String
    /// How messages travel.
    package let transport: CollectorTransport
    /// What has come.
    package internal(set) var tally = SessionTally()

    let limits: CollectorLimits
    var learned: LearnedElements
    var domains: [UInt32: ObservationDomain] = [:]
    /// Named in every line, when wanted.
    let exporter: CollectedLine.Exporter?
    /// The fixed layout of NetFlow version 5.
    let version5Template = CollectorSession.version5()
    /// Of exporters of samples.
    var samples: SampleState?
    /// The time of day, which is that of samples.
    let now: () -> Nanoseconds
    let budgets: CollectorBudgets
    private var fields = 0
    private var templateCount = 0
    private var line: [UInt8] = []
    /// Whose part of a message is being read: what is wrong there is its own.
    var current: ObservationDomain?
    /// How often something was wrong that can have been any domain's records.
    private(set) var strayFaults: UInt64 = 0
    /// How often records can have been lost to something wrong.
    package private(set) var faults: UInt64 = 0
    /// What tells the flow records that have come since `renew` from others; nil where nobody asks.
    private var digest: Hasher?
    /// Octets of the budget for templates that each takes beside its fields' share.
    private static let templateOverhead = 8

    init(
        name: String, transport: CollectorTransport, limits: CollectorLimits, budgets: CollectorBudgets,
        exporter: CollectedLine.Exporter? = nil, now: @escaping () -> Nanoseconds = { HostClock.timeOfDay }
    ) {
        self.now = now
        self.name = name
        self.transport = transport
        self.limits = limits
        self.budgets = budgets
        self.exporter = exporter
        learned = LearnedElements(limit: limits.elements, budget: budgets.elements)
        digest = transport == .http || transport == .https ? Hasher() : nil
    }

    /// A session by itself, with limits of its own.
    package convenience init(
        name: String, transport: CollectorTransport, limits: CollectorLimits = CollectorLimits(),
        now: @escaping () -> Nanoseconds = { HostClock.timeOfDay }
    ) {
        self.init(name: name, transport: transport, limits: limits, budgets: CollectorBudgets(limits), now: now)
    }

    deinit {
        budgets.fields.giveBack(fields + templateCount * Self.templateOverhead)
        budgets.domains.giveBack(domains.count)
        budgets.elements.giveBack(learned.count)
        if let samples { budgets.sampleSources.giveBack(samples.sources) }
    }

    /// Observation domains, by id, with what was lost in each.
    package var sequences: [(domain: UInt32, records: UInt64, sequence: SequenceTracker)] {
        domains.values.sorted { $0.id < $1.id }.map { ($0.id, $0.records, $0.sequence) }
    }

    /// Counts something wrong at `offset` in the current message.
    func count(_ kind: Malformation, at offset: Int) {
        tally.malformed.count(kind, message: tally.messages, offset: offset)
        guard kind.losesRecords else { return }
        if let current { countFault(of: current) } else { (strayFaults, faults) = (strayFaults + 1, faults + 1) }
    }

    /// Records of a domain can have been lost.
    func countFault(of domain: ObservationDomain) {
        domain.faults += 1
        faults += 1
    }

    /// Begins anew what RFC 7011 calls a transport session, on the same connection: templates, what is known of private
    /// elements, and sequence numbers are those of the next one; counts go on.
    package func renew() {
        budgets.fields.giveBack(fields + templateCount * Self.templateOverhead)
        (fields, templateCount) = (0, 0)
        budgets.elements.giveBack(learned.count)
        learned = LearnedElements(limit: limits.elements, budget: budgets.elements)
        strayFaults = 0
        for domain in domains.values { domain.renew() }
        if digest != nil { digest = Hasher() }
    }

    /// Whether it has as many observation domains as are to be kept of one exporter: another session is to be used for the
    /// next request.
    package var isCrowded: Bool { domains.count > limits.domains / 2 }

    /// Tells the flow records that have come since `renew` from others, as long as the process runs.
    package var recordDigest: Int { digest?.finalize() ?? 0 }

    private func addToDigest(_ octets: Span<UInt8>, _ range: Range<Int>) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
            digest?.combine(octets.unsigned(at: start, min(8, range.upperBound - start)))
        }
        digest?.combine(range.count)
    }

    /// Says that nothing more comes: `pending` octets are left that are no whole message, or no message at all.
    package func end(pending: Int, isBroken: Bool) {
        if isBroken { count(.notAMessage, at: 0) } else if pending > 0 { count(.messageCut, at: pending) }
    }

    /// Takes one message, whole.
    package func receive(_ message: Span<UInt8>, to receiver: any CollectedRecordReceiver) {
        tally.messages += 1
        tally.octets += UInt64(message.count)
        current = nil
        guard message.count >= 2 else { return count(.messageCut, at: 0) }
        switch message.unsigned(at: 0, 2) {
        case 10: receiveIPFIX(message, receiver)
        case 9: receiveNetFlow9(message, receiver)
        case 5: receiveNetFlow5(message, receiver)
        case 0 where transport == .udp && Self.isSFlow(message): receiveSFlow(message, receiver)
        default: count(.unknownVersion, at: 0)
        }
    }

    /// The domain called `id`; nil when there are too many.
    func domain(_ id: UInt32) -> ObservationDomain? {
        if let known = domains[id] { return known }
        guard domains.count < limits.domains, budgets.domains.take(1) else {
            count(.tooManyDomains, at: 0)
            return nil
        }
        let domain = ObservationDomain(id: id)
        domains[id] = domain
        return domain
    }

    /// Keeps a template.
    func keep(_ template: CollectedTemplate, in domain: ObservationDomain, at offset: Int) {
        tally.templates += 1
        let old = domain.templates[template.id]
        if let old, old.equals(template) { return }
        for field in template.fields where field.length == 0 { count(.fieldOfNoLength, at: offset) }
        let more = template.fields.count - (old?.fields.count ?? 0)
        let cost = more + (old == nil ? Self.templateOverhead : 0)
        guard old != nil || templateCount < limits.templates, fields + more <= limits.fields,
            cost <= 0 || budgets.fields.take(cost)
        else { return count(.tooManyTemplates, at: offset) }
        if cost < 0 { budgets.fields.giveBack(-cost) }
        fields += more
        if old != nil { count(.templateRedefined, at: offset) } else { templateCount += 1 }
        domain.keep(template)
    }

    /// Forgets a template, or with the id of its kind of set (2 or 3) all of that kind (RFC 7011 section 8.1).
    func withdraw(_ id: UInt16, in domain: ObservationDomain, isOptions: Bool, at offset: Int) {
        guard transport != .udp else { return count(.withdrawalOverDatagram, at: offset) }
        let all: UInt16 = isOptions ? 3 : 2
        let gone = id == all ? domain.ids(isOptions: isOptions) : [id]
        if id != all, domain.templates[id] == nil { count(.withdrawalOfUnknown, at: offset) }
        for id in gone {
            guard let template = domain.templates[id] else { continue }
            domain.remove(id)
            fields -= template.fields.count
            templateCount -= 1
            budgets.fields.giveBack(template.fields.count + Self.templateOverhead)
        }
    }

    /// Takes the records of a data set. The number of them; nil when it cannot be known.
    func takeData(
        _ reader: inout WireReader, _ octets: Span<UInt8>, _ template: CollectedTemplate, _ domain: ObservationDomain,
        _ context: RecordContext, to receiver: any CollectedRecordReceiver
    ) -> UInt32? {
        var records: UInt32 = 0
        // What is shorter than any record is padding (RFC 7011 section 3.3.1).
        while reader.remaining >= template.minimumLength {
            let offset = reader.offset
            guard let range = template.locate(&reader) else {
                count(.variableLengthCut, at: offset)
                return nil
            }
            records += 1
            if template.scopeCount > 0 {
                takeOptions(octets, range, template, domain, receiver)
            } else {
                takeFlow(octets, range, template, domain, context, receiver)
            }
        }
        return records
    }

    private func takeFlow(
        _ octets: Span<UInt8>, _ range: Range<Int>, _ template: CollectedTemplate, _ domain: ObservationDomain,
        _ context: RecordContext, _ receiver: any CollectedRecordReceiver
    ) {
        tally.records += 1
        domain.records += 1
        if digest != nil { addToDigest(octets, range) }
        let wishes = receiver.wishes
        // A line costs more than everything else: it is made for who wants it.
        guard !wishes.isEmpty else { return receiver.receive(line: line, record: nil, domain: domain.id) }
        let plan = template.flowPlan(learned)
        let flow = CollectedFlow(octets, range, template.places, plan, context)
        if wishes.contains(.lines) {
            line.removeAll(keepingCapacity: true)
            CollectedLine.append(flow, octets, range, template.places, plan, context, exporter: exporter, to: &line)
        }
        let record = wishes.contains(.records) && flow.hasAddresses ? flow.storeRecord : nil
        receiver.receive(line: line, record: record, attributes: flow.attributes, domain: domain.id)
    }
}
