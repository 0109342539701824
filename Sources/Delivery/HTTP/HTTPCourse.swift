import Exporter
import FlowTable
import HTTPMessages
import NetTypes
import Spool

/// Batches in POST requests, one after another: an answer of success is a batch's acknowledgement (docs/delivery.md).
final class HTTPCourse: DeliveryCourse {
    /// A batch between being read and being settled.
    private struct Work {
        let batch: SpoolBatch
        /// Times without records before the batch or, when it has no records, the one that it tells of.
        var gaps: [CoverageGap]
        var parts: BatchParts
        /// The body of the next part, once it has been made; and whether it has been sent.
        var body: [UInt8]?
        var wasSent = false
        /// Whether the batch may be there already.
        var isRepeat = false
        /// Records that were refused, and their lines.
        var refused = 0
        var lines: [UInt8] = []
    }

    /// A batch that was committed longer ago is being caught up on.
    private static let lateAfter = 5 * nanosecondsPerSecond
    /// After so many batches within a limit, twice as much is tried once more.
    private static let tryMoreAfter = 64
    /// Whatever a receiver says, it is asked again after so many seconds.
    private static let longestPause = 3600
    /// Gaps that one request tells of, beyond which those of one input are joined.
    private static let gapLimit = 16

    private let endpoint: ExportEndpoint
    private let options: IPFIXOptions
    private let place: SpoolPlace
    private let board: DeliveryBoard
    private let refusedRecords: RefusedRecords
    private var bodies: RequestBodies?
    /// The connection of this `run`: its codec belongs to a thread.
    private var connection: HTTPConnection?
    private var work: Work?
    /// Times without records that the next request tells of.
    private var pendingGaps: [CoverageGap] = []
    /// Records that the receiver takes at once, as far as it has said; and batches that were settled since.
    private var partLimit = Int.max
    private var settledWithinLimit = 0
    /// Failures one after another.
    private var failures = 0
    /// Whether it fails although there are connections: then only an answer of success says that it is well again.
    private var isPutOff = false

    init(_ endpoint: ExportEndpoint, options: IPFIXOptions, place: SpoolPlace, board: DeliveryBoard) {
        self.endpoint = endpoint
        self.options = options
        self.place = place
        self.board = board
        refusedRecords = RefusedRecords(folder: place.spool.folder, destination: endpoint.name)
    }

    /// One second, then twice as long each time, up to `retry`.
    func nextPause() -> Int {
        defer { failures += 1 }
        return min(endpoint.parameters.retrySeconds, 1 << min(failures, 12))
    }

    func takeOver() {
        (work, pendingGaps) = (nil, [])
        place.reader.rewind()
    }

    func run(captureStatistics: () -> ExportStatistics, isLeft: () -> Bool) throws(ExportError) -> DeliveryEnd {
        defer { connection = nil }
        if bodies == nil {
            bodies = try RequestBodies(endpoint, options: options, probe: place.probe.octets)
        }
        // Before there is anything to send: what is wrong with the way there shows at once.
        try connect()
        if !isPutOff { board.enter(.streaming) }
        while !isLeft() {
            do throws(SpoolError) {
                if work == nil, try !read() { return .finished }
            } catch {
                return putOff(error.description)
            }
            guard work != nil else { continue }
            bodies?.note(captureStatistics(), givenUp: place.discarded)
            if let end = try advance(isLeft) { return end }
        }
        return .lost("The run has ended.", retryAfter: 1)
    }

    private func putOff(_ problem: String, atLeast seconds: Int = 0) -> DeliveryEnd {
        isPutOff = true
        return .lost(problem, retryAfter: max(seconds, nextPause()))
    }

    private func connect() throws(ExportError) {
        if let connection, connection.isStillQuiet() { return }
        connection = nil
        connection = try HTTPConnection(Connections.connect(endpoint), to: endpoint)
    }

    /// Takes the next batch up; false when there will be none.
    private func read() throws(SpoolError) -> Bool {
        switch try place.reader.next(within: 0.25) {
        case .records(let batch) where batch.recordCount == 0:
            // The filter keeps none of it: there is nothing to send.
            place.settle(batch)
            if pendingGaps.isEmpty { place.release(before: batch.id + 1) }
        case .records(let batch):
            work = Work(batch: batch, gaps: pendingGaps, parts: BatchParts(total: batch.recordCount, limit: partLimit))
            work?.isRepeat = place.mayHaveBeenSent(batch)
        case .gap(let batch, let gap):
            guard endpoint.parameters.format == .ipfix else {
                // JSON lines are flow records and nothing else: the next request's header tells of it. Until that has been
                // acknowledged, the spool has it.
                gap.join(&pendingGaps, limit: Self.gapLimit)
                break
            }
            work = Work(batch: batch, gaps: [gap], parts: BatchParts(total: 0))
        case .nothing: if board.status.state == .catchingUp { board.enter(.streaming) }
        case .end: return false
        }
        return true
    }

    /// Sends the next part, and does what the answer asks for. How the run ends, or nil when it goes on.
    private func advance(_ isLeft: () -> Bool) throws(ExportError) -> DeliveryEnd? {
        guard let part = work?.parts.next else { return try settle() }
        let authorization: String?
        do throws(ExportError) {
            authorization = try HTTPCredentials.authorization(endpoint.parameters)
        } catch {
            return putOff(error.description)
        }
        switch try post(part, authorization, isLeft) {
        case .left: return nil
        case .stale:
            // Nobody's fault: once more at once, and on a new connection it cannot be this again.
            connection = nil
            return nil
        case .broken(let problem):
            count(.unanswered)
            return putOff(problem)
        case .reply(let reply): return hear(reply, part)
        }
    }

    private func hear(_ reply: HTTPReply, _ part: BatchParts.Part) -> DeliveryEnd? {
        switch reply.verdict {
        case .accepted:
            count(.accepted)
            (failures, isPutOff) = (0, false)
            pass()
            board.update { $0.lastAcknowledged = HostClock.timeOfDay }
            let age = HostClock.timeOfDay - (work?.batch.committedAt ?? 0)
            board.enter(age > Self.lateAfter ? .catchingUp : .streaming)
        case .refused:
            count(.refused)
            if reply.status == 413 {
                (partLimit, settledWithinLimit) = (min(partLimit, max(1, (part.count + 1) / 2)), 0)
            }
            renew()
            if work?.parts.split() == true {
                work?.parts.divide(to: partLimit)
                break
            }
            // It is well: it has looked at the record.
            (failures, isPutOff) = (0, false)
            board.enter(.streaming)
            setAside(part, reply)
            pass()
        case .deferred:
            count(.deferred)
            return putOff(
                "The collector \(endpoint.name) answers \(reply.summary). \(reply.advice)",
                atLeast: min(reply.retryAfter ?? 0, Self.longestPause))
        }
        return nil
    }

    private func pass() {
        work?.parts.pass()
        renew()
    }

    /// The next part is another one.
    private func renew() {
        work?.body = nil
        work?.wasSent = false
    }

    /// Notes a record, or a gap, that the receiver does not take. What notes it is made durable with its batch.
    private func setAside(_ part: BatchParts.Part, _ reply: HTTPReply) {
        guard let batch = work?.batch, let bodies else { return }
        let block = place.reader.block
        let records = block.records
        let attributes = block.attributes
        var flow = Array("null\n".utf8)
        if part.count > 0 {
            flow = bodies.line(
                records.extracting(part.first..<part.first + part.count),
                attributes: attributes.span.extracting(Self.attributes(of: part, in: block)))
        }
        work?.lines += refusedRecords.line(flow, place.probe, batch, place: part.first, reply)
        work?.refused += part.count
        board.update {
            $0.refusal =
                "The collector \(endpoint.name) refuses single records with \(reply.summary). They are kept in "
                + "\(refusedRecords.path)."
        }
    }

    /// Books a batch whose every part has been dealt with.
    private func settle() throws(ExportError) -> DeliveryEnd? {
        guard let done = work else { return nil }
        if !done.lines.isEmpty {
            do throws(ExportError) { try refusedRecords.add(done.lines) } catch {
                return putOff(error.description)
            }
        }
        place.settle(done.batch, refused: done.refused)
        place.release(before: done.batch.id + 1)
        // Who refused every record of the batch has not taken its header either.
        if done.refused < done.batch.recordCount { pendingGaps = [] }
        work = nil
        settledWithinLimit += 1
        if settledWithinLimit % Self.tryMoreAfter == 0, partLimit < Int.max / 2 { partLimit *= 2 }
        return nil
    }

    private func post(
        _ part: BatchParts.Part, _ authorization: String?, _ isLeft: () -> Bool
    ) throws(ExportError) -> HTTPConnection.Outcome {
        guard let current = work, let bodies else { return .left }
        let body: [UInt8]
        if let made = current.body { body = made } else { body = try make(part, current, bodies) }
        work?.body = body
        try connect()
        guard let connection else { return .left }
        if current.wasSent || current.isRepeat { place.countResent(part.count) }
        place.sent.batch = max(place.sent.batch, current.batch.id)
        work?.wasSent = true
        board.update {
            $0.sent.records += UInt64(part.count)
            $0.sent.messages += 1
            $0.sent.octets += UInt64(body.count)
        }
        return try connection.post(
            RequestHeader.target(endpoint),
            RequestHeader.fields(
                endpoint, place.probe, current.batch, part,
                gaps: endpoint.parameters.format == .ndjson ? current.gaps : [], length: body.count,
                authorization: authorization),
            body, seconds: endpoint.parameters.timeoutSeconds, isLeft: isLeft)
    }

    private func make(_ part: BatchParts.Part, _ work: Work, _ bodies: RequestBodies) throws(ExportError) -> [UInt8] {
        if part.count == 0, let gap = work.gaps.first { return try bodies.body(work.batch, gap) }
        let block = place.reader.block
        let records = block.records
        let attributes = block.attributes
        return try bodies.body(
            records.extracting(part.first..<part.first + part.count),
            attributes: attributes.span.extracting(Self.attributes(of: part, in: block)), work.batch, part)
    }

    /// Where the attributes of a part's records are among those of its batch.
    private static func attributes(of part: BatchParts.Part, in block: RecordBlock) -> Range<Int> {
        var walk = AttributeWalk()
        var (start, end) = (0, 0)
        for index in 0..<part.first + part.count {
            let list = walk.next(block.records[index].attributeOctets, of: block.attributes.count)
            if index == part.first { start = list.lowerBound }
            end = list.upperBound
        }
        return start..<end
    }

    private func count(_ end: DeliveryStatus.RequestEnd) { board.update { $0.requests[end, default: 0] += 1 } }
}
