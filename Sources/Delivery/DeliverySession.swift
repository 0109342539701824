import Exporter
import NetTypes
import Spool

/// One connection's time: batches go out, acknowledgements come in, until the spool is closed and everything is there, or
/// the connection is lost.
final class DeliverySession {
    /// How a session ends.
    enum End {
        /// The spool is closed, and the collector has everything.
        case finished
        /// The connection is lost, or not worth keeping; a sentence.
        case lost(String)
    }

    /// Batches that may be under way at once: what an answering collector holds in memory, or a stalled one costs in repeats.
    private static let batchLimit = 64
    /// A batch that was committed longer ago is being caught up on.
    private static let lateAfter = 5 * nanosecondsPerSecond
    /// Seconds between two reports of the exporting process's statistics.
    private static let statisticsSeconds = 60

    private let endpoint: ExportEndpoint
    private let place: SpoolPlace
    private let name: String
    private let connection: any StreamConnection
    private let board: DeliveryBoard
    private let transport: ConnectionTransport
    private let sink: IPFIXSink
    private var window = BatchWindow()
    private var answers = AnswerReader()
    /// What batches of this spool are called beside their ids.
    private let probe: CollectedBatch.Probe?
    private var acknowledgedOctets: UInt64 = 0
    private var lastProgress = HostClock.monotonic
    /// Whether the collector has acknowledged a batch in this session.
    private(set) var hasDelivered = false

    private var parameters: ConnectionParameters { endpoint.parameters }

    init(
        _ connection: any StreamConnection, to endpoint: ExportEndpoint, options: IPFIXOptions, place: SpoolPlace,
        board: DeliveryBoard
    ) throws(ExportError) {
        self.connection = connection
        self.endpoint = endpoint
        self.place = place
        self.board = board
        name = endpoint.name
        probe = CollectedBatch.Probe(place.probe.description)
        var options = options
        options.isLive = true
        options.announcesBatches = true
        options.statisticsSeconds = Self.statisticsSeconds
        transport = ConnectionTransport(connection, destination: endpoint.name)
        sink = try IPFIXSink(transport: transport, options: options)
        sink.resume(board.status.sent)
        sink.givenUp = place.discarded
    }

    /// Works until the session ends. `captureStatistics` are asked for once in a while, for options data; `isLeft` tells
    /// whether nobody wants it to go on.
    func run(captureStatistics: () -> ExportStatistics, isLeft: () -> Bool) -> End {
        place.reader.rewind()
        board.enter(.streaming)
        while !isLeft() {
            if let problem = hear(waitingMilliseconds: 0) ?? stall() { return .lost(problem) }
            guard window.waiting.count < Self.batchLimit else {
                if let problem = hear(waitingMilliseconds: 20) { return .lost(problem) }
                continue
            }
            do {
                // Long enough to cost nothing, short enough for acknowledgements to be seen in time.
                switch try place.reader.next(within: window.waiting.isEmpty ? 0.25 : 0.01) {
                case .records(let batch): try send(batch)
                case .gap(let batch, let gap): try send(batch, gap)
                case .nothing: try idle(captureStatistics())
                case .end:
                    if window.waiting.isEmpty { return try end(captureStatistics()) }
                    if let problem = hear(waitingMilliseconds: 10) { return .lost(problem) }
                }
            } catch let error as SpoolError {
                return .lost(error.description)
            } catch {
                return .lost("\(error)")
            }
            publish()
            if !sink.isConnected { return .lost(lastWords()) }
        }
        return .lost("The run has ended.")
    }

    // Sending.

    private func send(_ batch: SpoolBatch) throws(ExportError) {
        place.noteSending(batch)
        let now = HostClock.timeOfDay
        board.enter(now - batch.committedAt > Self.lateAfter ? .catchingUp : .streaming)
        let block = place.reader.block
        try sink.consume(block.records, attributes: block.attributes.span, packetClock: now)
        try close(batch)
    }

    private func send(_ batch: SpoolBatch, _ gap: CoverageGap) throws(ExportError) {
        place.noteSending(batch)
        try sink.add(gap.optionsTemplate, gap.optionsValues, domain: 0)
        try close(batch)
    }

    /// Sends the closing record, and everything that is still in a block.
    private func close(_ batch: SpoolBatch) throws(ExportError) {
        try sink.add(
            .batch, [.number(batch.id), .octets(place.probe.octets)],
            domain: batch.recordCount == 0 ? 0 : batch.domain)
        try sink.flush()
        guard sink.isConnected else { return }
        if window.waiting.isEmpty { lastProgress = HostClock.monotonic }
        window.add(batch, end: connection.written, at: HostClock.monotonic)
    }

    private func idle(_ statistics: ExportStatistics) throws(ExportError) {
        if window.waiting.isEmpty { board.enter(.streaming) }
        sink.captureStatistics = statistics
        try sink.flush()
    }

    private func end(_ statistics: ExportStatistics) throws(ExportError) -> End {
        sink.captureStatistics = statistics
        try sink.finish(packetClock: HostClock.timeOfDay)
        publish()
        // A collector that did not close may not have read what its TCP acknowledged: the next run sends that again.
        if transport.peerHasClosed, let next = window.forget(before: .max) { place.release(before: next) }
        return .finished
    }

    private func publish() {
        let sent = sink.statistics
        board.update { $0.sent = sent }
        sink.givenUp = place.discarded
    }

    // Hearing.

    /// Takes acknowledgements. Why the session is over, a sentence; nil while it is not.
    private func hear(waitingMilliseconds: Int) -> String? {
        switch connection.receive(waitingMilliseconds: waitingMilliseconds) {
        case .octets(let octets):
            guard parameters.acknowledgement == .batch else { break }
            guard let answers = answers.take(octets) else {
                return "The collector \(name) sends what is no acknowledgement of a batch. "
                    + "Check that it is meant for ack=batch."
            }
            for answer in answers where !(answer.batch.probe == probe && window.note(answer)) {
                board.update { $0.strayAnswers += 1 }
            }
        case let input: return brokenBy(input)
        }
        if let unacknowledged = connection.unacknowledged {
            let octets = connection.written - min(connection.written, unacknowledged)
            if octets > acknowledgedOctets { (acknowledgedOctets, lastProgress) = (octets, HostClock.monotonic) }
        }
        settle()
        return nil
    }

    /// Takes what the collector said before the connection broke: what it has acknowledged need not be sent again. Why it
    /// broke, a sentence.
    private func lastWords() -> String {
        for _ in 0..<Self.batchLimit {
            if let problem = hear(waitingMilliseconds: 0) { return problem }
        }
        return brokenBy(.octets([]))
    }

    private func settle() {
        let now = HostClock.monotonic
        switch parameters.acknowledgement {
        case .transport:
            for batch in window.acknowledge(octets: acknowledgedOctets, at: now) { book(batch, isRefused: false) }
            let kept = Nanoseconds(parameters.resendSeconds) * nanosecondsPerSecond
            if let next = window.forget(before: now - kept) { place.release(before: next) }
        case .batch:
            for sent in window.takeAnswered() {
                lastProgress = now
                book(sent.batch, isRefused: sent.answer?.verdict == .refused)
                place.release(before: sent.batch.id + 1)
            }
        }
    }

    private func book(_ batch: SpoolBatch, isRefused: Bool) {
        place.settle(batch, refused: isRefused ? batch.recordCount : 0)
        hasDelivered = true
        board.update { $0.lastAcknowledged = HostClock.timeOfDay }
    }

    /// Why the connection is not worth keeping, when nothing has moved for too long.
    private func stall() -> String? {
        let seconds = parameters.timeoutSeconds
        guard !window.waiting.isEmpty, HostClock.monotonic - lastProgress > Nanoseconds(seconds) * nanosecondsPerSecond
        else { return nil }
        if parameters.acknowledgement == .batch, connection.unacknowledged == 0 {
            return "The collector \(name) has acknowledged no batch for \(seconds) seconds. "
                + "Check that it is meant for ack=batch, and that its disk is well."
        }
        return "The collector \(name) has taken nothing for \(seconds) seconds. Check that it is well."
    }

    private func brokenBy(_ input: StreamInput) -> String {
        switch input {
        case .failed(let reason): "The connection to \(name) broke: \(reason)."
        case .closed: "The collector \(name) closed the connection."
        case .octets: "The connection to \(name) broke."
        }
    }
}
