import Exporter
import FlowTable
import NetTypes
import Spool

/// One producer's time: batches go out as messages, reports of them come in, until the spool is closed and everything is there,
/// or the producer is of no more use.
final class KafkaSession {
    /// Batches that may be under way at once, and octets of them: what an outage costs in memory, and a new producer in repeats.
    private static let batchLimit = 16
    private static let octetLimit = 64 << 20
    /// A batch that was committed longer ago is being caught up on.
    private static let lateAfter = 5 * nanosecondsPerSecond
    /// Without a broker for so long, the state is failing.
    private static let patience = nanosecondsPerSecond

    private let endpoint: ExportEndpoint
    private let address: KafkaAddress
    private let place: SpoolPlace
    private let board: DeliveryBoard
    private let producer: KafkaProducer
    private let value: KafkaValue
    private let groups: StripeGroups
    private var window = KafkaWindow()
    /// Messages that were refused, to be sent in parts.
    private var refusals: [(part: KafkaWindow.Part, error: KafkaError)] = []
    private var refusedRecords = 0
    /// What a message may hold; less once a broker has refused one as too large.
    private var octetsPerMessage = 4 << 20
    private var recordsPerMessage = Int.max
    private var lastProgress = HostClock.monotonic
    /// What the library last said about a broker.
    private var trouble: String?
    private var isDown = false
    /// Why the session is over, a sentence.
    private var problem: String?
    /// Whether a batch has been acknowledged in this session.
    private(set) var hasDelivered = false

    private var name: String { endpoint.name }

    /// Begins a producer. Throws a message about the address and its files.
    init(
        to endpoint: ExportEndpoint, _ address: KafkaAddress, options: IPFIXOptions, place: SpoolPlace,
        board: DeliveryBoard
    ) throws(ExportError) {
        self.endpoint = endpoint
        self.address = address
        self.place = place
        self.board = board
        value = try KafkaValue(address.format, options: options, destination: endpoint.name)
        groups = StripeGroups(count: address.groups)
        producer = try KafkaProducer(KafkaSettings(endpoint, address), destination: endpoint.name)
        board.update { $0.sent.sessions += 1 }
    }

    /// Works until the session ends: why, a sentence, or nil when the spool is closed and the brokers have everything. `isLeft`
    /// tells whether nobody wants it to go on.
    func run(_ isLeft: () -> Bool) -> String? {
        if let problem = reach(isLeft) { return problem }
        place.reader.rewind()
        board.enter(.streaming)
        while !isLeft() {
            if let problem = hear(waitingMilliseconds: 0) ?? stall() { return problem }
            do {
                try mend()
                guard window.waiting.count < Self.batchLimit, window.octets < Self.octetLimit else {
                    if let problem = hear(waitingMilliseconds: 20) { return problem }
                    continue
                }
                // Long enough to cost nothing, short enough for reports to be seen in time.
                switch try place.reader.next(within: window.waiting.isEmpty ? 0.25 : 0.01) {
                case .records(let batch): try send(batch)
                case .gap(let batch, let gap): try send(batch, gap)
                case .nothing: break
                case .end:
                    if window.waiting.isEmpty { return nil }
                    if let problem = hear(waitingMilliseconds: 10) { return problem }
                }
            } catch let error as SpoolError {
                return error.description
            } catch {
                return "\(error)"
            }
        }
        return "The run has ended."
    }

    /// Waits until a broker answers. Why none does, a sentence; nil when one did.
    private func reach(_ isLeft: () -> Bool) -> String? {
        let limit = HostClock.monotonic + Nanoseconds(endpoint.parameters.timeoutSeconds) * nanosecondsPerSecond
        while !isLeft() {
            if producer.reach(waitingMilliseconds: 250) {
                (isDown, lastProgress) = (false, HostClock.monotonic)
                return nil
            }
            if let problem = hear(waitingMilliseconds: 0) { return problem }
            if isDown || HostClock.monotonic > limit { return unreachable }
        }
        return "The run has ended."
    }
}

// Sending.
extension KafkaSession {
    private func send(_ batch: SpoolBatch) throws(ExportError) {
        begin(batch)
        let block = place.reader.block
        groups.fill(block)
        for group in 0..<groups.count {
            try send(batch, group, 0..<groups[group].count)
        }
        window.endLast()
    }

    private func send(_ batch: SpoolBatch, _ gap: CoverageGap) throws(ExportError) {
        begin(batch)
        let octets = try value.octets(gap, batch: batch, probe: place.probe)
        let part = KafkaWindow.Part(batch: batch.id, group: 0, range: 0..<0, total: 0, octets: octets.count)
        try send(part, octets, domain: 0)
        window.endLast()
    }

    private func begin(_ batch: SpoolBatch) {
        place.noteSending(batch)
        if window.waiting.isEmpty { lastProgress = HostClock.monotonic }
        window.begin(batch)
    }

    /// Sends records of a group, in as many messages as they need.
    private func send(_ batch: SpoolBatch, _ group: Int, _ range: Range<Int>) throws(ExportError) {
        var start = range.lowerBound
        while start < range.upperBound {
            let count = min(range.upperBound - start, recordsPerMessage)
            let records = groups[group]
            let attributes = records.attributes(of: start..<start + count)
            let octets = try value.octets(
                records.records.extracting(start..<start + count), attributes: attributes.span,
                exportTime: batch.committedAt)
            if octets.count > octetsPerMessage, count > 1 {
                recordsPerMessage = max(1, count * octetsPerMessage / octets.count * 7 / 8)
                continue
            }
            let part = KafkaWindow.Part(
                batch: batch.id, group: group, range: start..<start + count, total: records.count,
                octets: octets.count)
            try send(part, octets, domain: batch.domain)
            start += count
        }
    }

    private func send(_ part: KafkaWindow.Part, _ octets: [UInt8], domain: UInt32) throws(ExportError) {
        let isGap = part.range.isEmpty
        let headers: [(name: String, value: String)] = [
            ("probe", place.probe.description), ("batch", String(part.batch)),
            ("group", String(part.group)),
            ("part", isGap ? "0/0" : "\(part.range.lowerBound)-\(part.range.upperBound - 1)/\(part.total)"),
            ("kind", isGap ? "gap" : "flows"), ("format", address.format.rawValue), ("schema", "1"),
        ]
        let token = window.add(part)
        let error = producer.send(
            topic: address.topic, key: "\(domain)/\(part.group)", value: octets.span, headers: headers, token: token)
        guard let error else {
            board.update {
                $0.sent.records += UInt64(part.range.count)
                $0.sent.messages += 1
                $0.sent.octets += UInt64(octets.count)
            }
            return
        }
        _ = window.take(token)
        guard error.kind == .tooLarge || error.kind == .refused else { throw ExportError(refused(error)) }
        refusals.append((part, error))
    }

    /// Sends what was refused in halves, until the record is found that it is about, which is set aside.
    private func mend() throws {
        while let (part, error) = refusals.popLast() {
            if error.kind == .tooLarge, part.range.count > 1 {
                octetsPerMessage = min(octetsPerMessage, max(4096, part.octets / 2))
                recordsPerMessage = min(recordsPerMessage, part.range.count / 2)
            }
            guard !part.range.isEmpty, let batch = try fetch(part) else {
                // What the spool has given up meanwhile is in its account; of a gap the log tells as well.
                window.close(part)
                continue
            }
            if part.range.count > 1 {
                let middle = part.range.lowerBound + part.range.count / 2
                try send(batch, part.group, part.range.lowerBound..<middle)
                try send(batch, part.group, middle..<part.range.upperBound)
                window.close(part)
            } else {
                setAside(part, error)
                window.close(part, refused: 1)
            }
        }
    }

    /// Reads a batch under way once more, into `groups`; nil when the spool has given it up.
    private func fetch(_ part: KafkaWindow.Part) throws(SpoolError) -> SpoolBatch? {
        guard let again = place.anotherReader() else { return nil }
        while true {
            switch try again.next(within: 0) {
            case .records(let batch) where batch.id == part.batch:
                let block = again.block
                groups.fill(block)
                return groups[part.group].count == part.total ? batch : nil
            case .records(let batch), .gap(let batch, _):
                if batch.id >= part.batch { return nil }
            case .nothing, .end: return nil
            }
        }
    }

    private func setAside(_ part: KafkaWindow.Part, _ error: KafkaError) {
        let records = groups[part.group]
        let attributes = records.attributes(of: part.range)
        let record = value.object(records.records.extracting(part.range), attributes: attributes.span)
        let isKept = place.spool.setAside(
            record, destination: name, batch: part.batch, reason: error.name, now: HostClock.timeOfDay)
        refusedRecords += 1
        let count = refusedRecords
        board.update {
            $0.refusal =
                "\(name) has refused \(count) records for good, the last one as \(error.name). "
                + (isKept ? "It is in \(place.spool.refusedPath)." : "\(place.spool.refusedPath) has no room for it.")
        }
    }
}

// Hearing.
extension KafkaSession {
    /// Takes reports. Why the session is over, a sentence; nil while it is not.
    private func hear(waitingMilliseconds: Int32) -> String? {
        producer.poll(waitingMilliseconds: waitingMilliseconds) { event in
            switch event {
            case .report(let token, let error): report(token, error)
            case .trouble(let error): note(error)
            }
        }
        settle()
        return problem
    }

    private func report(_ token: UInt64, _ error: KafkaError?) {
        guard let part = window.take(token) else { return }
        switch error?.kind {
        case nil:
            (lastProgress, isDown) = (HostClock.monotonic, false)
            window.close(part)
        case .tooLarge, .refused:
            lastProgress = HostClock.monotonic
            if let error { refusals.append((part, error)) }
        default: problem = problem ?? error.map(refused)
        }
    }

    private func note(_ error: KafkaError) {
        if error.isFatal {
            problem = "The producer for \(name) is of no more use: \(error.text). Another one takes its place."
        } else if error.isAboutAllBrokers {
            // The library goes on trying; if it succeeds, the next report says so.
            isDown = true
        } else {
            trouble = error.text
            guard error.kind == .untrusted else { return }
            problem =
                "\(name) cannot be used: \(error.text). Check the certificates on both sides, user and password."
        }
    }

    private func settle() {
        let done = window.takeDone()
        guard let last = done.last else { return }
        for sent in done { place.settle(sent.batch, refused: sent.refused) }
        place.release(before: last.batch.id + 1)
        hasDelivered = true
        let now = HostClock.timeOfDay
        board.update { $0.lastAcknowledged = now }
        board.enter(now - last.batch.committedAt > Self.lateAfter ? .catchingUp : .streaming)
    }

    /// Why the producer is not worth keeping, when nothing has moved for too long: another one reads the files anew.
    private func stall() -> String? {
        let seconds = endpoint.parameters.timeoutSeconds
        let idle = window.waiting.isEmpty ? 0 : HostClock.monotonic - lastProgress
        // Connections that nobody uses may end: it is a failure when there is something to send.
        if isDown, idle > Self.patience { board.enter(.failing, problem: unreachable) }
        guard idle > Nanoseconds(seconds) * nanosecondsPerSecond else { return nil }
        return isDown
            ? unreachable
            : "The brokers of \(name) have acknowledged nothing for \(seconds) seconds: "
                + "\(trouble ?? "they say nothing"). Check that they are well, and that enough replicas are in sync."
    }

    private var unreachable: String {
        "No broker of \(name) can be reached: \(trouble ?? "none answers"). Check that they run, and the address."
    }

    private func refused(_ error: KafkaError) -> String {
        "The brokers of \(name) do not take messages: \(error.text) (\(error.name)). Check the topic, and the rights to it."
    }
}
