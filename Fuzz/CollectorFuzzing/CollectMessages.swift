import Collector
import Exporter
import FlowTable

/// What became of one input.
package struct CollectedOutcome: Equatable {
    /// Messages taken.
    package var messages: UInt64 = 0
    /// Flow records.
    package var records: UInt64 = 0
    /// Counts of everything that was wrong.
    package var malformed: UInt64 = 0
    /// Batches that were answered.
    package var answers = 0
}

/// Takes octets as what an exporter sends: each message with two octets of length before it. The first octet chooses:
/// odd: over UDP, else on a connection; 2: batches are acknowledged; 4: all on one stream, without the lengths; 8 and 16: they
/// are two requests with the same body, as it is (8), or packed by gzip (16) or zstd (24). Traps when what comes out is not
/// sound.
package func collectMessages(_ octets: [UInt8]) -> CollectedOutcome {
    guard let first = octets.first else { return CollectedOutcome() }
    checkAnswers(octets.dropFirst())
    if let coding = coding(first) { return collectRequests(octets.dropFirst(), coding) }
    let limits = narrowLimits()
    let session = CollectorSession(name: "fuzz", transport: first & 1 == 1 ? .udp : .tcp, limits: limits)
    let batches = first & 2 == 2 ? FuzzedBatches(limits) : nil
    let plain = Receiver()
    let receiver: any CollectedRecordReceiver = batches?.holder ?? plain
    for message in messages(octets.dropFirst(), isStream: first & 4 == 4) {
        session.receive(message.span, to: receiver)
    }
    let answers = batches?.end(session.tally.records) ?? 0
    precondition(batches != nil || plain.lines == session.tally.records, "a record without a line")
    return CollectedOutcome(
        messages: session.tally.messages, records: session.tally.records, malformed: session.tally.malformed.total,
        answers: answers)
}

private func narrowLimits() -> CollectorLimits {
    var limits = CollectorLimits()
    (limits.templates, limits.fields, limits.domains, limits.elements) = (64, 512, 8, 16)
    (limits.heldOctets, limits.heldOctetsInAll) = (8192, 12_288)
    return limits
}

private func coding(_ choice: UInt8) -> ContentDecoder.Coding? {
    switch choice & 24 {
    case 8: .identity
    case 16: .gzip
    case 24: .zstd
    default: nil
    }
}

/// The same request twice, on one connection: what it brings is used once, or not at all.
private func collectRequests(_ body: ArraySlice<UInt8>, _ coding: ContentDecoder.Coding) -> CollectedOutcome {
    let limits = narrowLimits()
    let session = CollectorSession(name: "fuzz", transport: .https, limits: limits)
    guard let batches = FuzzedBatches(limits, ofRequests: true) else { preconditionFailure("no output") }
    let limit = 1 << 16
    var ends: [RequestEnd] = []
    var unpacked: [Int] = []
    for pieces in [7, max(1, body.count)] {
        guard let decoder = ContentDecoder(coding) else { preconditionFailure("no decoder") }
        var request = RequestBody(session, batches.holder, decoder, name: "key", limit: limit)
        var rest = body
        while !rest.isEmpty {
            request.take(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        unpacked.append(request.octets)
        ends.append(request.finish())
    }
    precondition(unpacked.allSatisfy { $0 <= limit + max(1 << 16, body.count) }, "too much was unpacked")
    // A batch that was not whole is answered differently when it comes again; and how much comes out of what is not packed
    // soundly, a closed batch or none, depends on how it was cut.
    if case .notNow = ends[0] {} else { precondition(ends[0] == ends[1] || ends.contains(.malformed), "\(ends)") }
    _ = batches.end(session.tally.records)
    return CollectedOutcome(
        messages: session.tally.messages, records: session.tally.records, malformed: session.tally.malformed.total,
        answers: ends.count { $0 == .durable })
}

private func messages(_ octets: ArraySlice<UInt8>, isStream: Bool) -> [[UInt8]] {
    var messages: [[UInt8]] = []
    var rest = octets
    if isStream {
        var stream = MessageStream()
        // In pieces of 7, as a network may cut it.
        while !rest.isEmpty {
            stream.append(rest.prefix(7))
            rest = rest.dropFirst(7)
            while let message = stream.next() { messages.append(message) }
        }
        precondition(
            stream.isBroken || messages.reduce(stream.pending) { $0 + $1.count } == octets.count, "octets went missing")
        return messages
    }
    while rest.count >= 2 {
        let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
        messages.append(Array(rest.dropFirst(2).prefix(length)))
        rest = rest.dropFirst(2 + length)
    }
    return messages
}

/// The same octets as what a collecting process answers: however they are cut, the answers are the same, and are written
/// as they were read but for the two octets that stand for nothing.
private func checkAnswers(_ octets: ArraySlice<UInt8>) {
    var whole = AnswerReader()
    let wanted = whole.take(octets)
    var pieces = AnswerReader()
    var found: [BatchAnswer]? = []
    for octet in octets {
        guard let more = pieces.take(CollectionOfOne(octet)) else {
            found = nil
            break
        }
        found? += more
    }
    precondition(wanted == found, "answers depend on how they are cut")
    for answer in wanted ?? [] { precondition(BatchAnswer(answer.octets) == answer, "an answer reads differently") }
}

private func check(_ line: [UInt8]) {
    precondition(line.first == 0x7B && line.last == 0x0A, "not a line")
    precondition(line.dropLast().allSatisfy { $0 >= 0x20 }, "a control in a line")
    precondition(String(validating: line, as: UTF8.self) != nil, "a line that is not UTF-8")
}

private final class Receiver: CollectedRecordReceiver {
    var lines: UInt64 = 0

    func receive(line: [UInt8], record: FlowRecord?, domain: UInt32) {
        lines += 1
        check(line)
        if let record { precondition(record.ipVersion == 4 || record.ipVersion == 6, "no IP version") }
    }
}

/// A connection whose batches are acknowledged.
private struct FuzzedBatches {
    let holder: BatchHolder
    private let lines = Lines()
    private let keeper: BatchKeeper
    private let ofRequests: Bool

    private final class Lines: BatchLines {
        var ledger = BatchLedger(limit: 16)
        var count: UInt64 = 0

        func write(_ lines: [UInt8], closing change: BatchLedger.Change?) throws(ExportError) {
            for line in lines.split(separator: 0x0A) {
                check(line + [0x0A])
                count += 1
            }
            if let change { ledger.apply(change) }
        }

        func synchronize() throws(ExportError) {}
    }

    init?(_ limits: CollectorLimits, ofRequests: Bool = false) {
        guard let output = try? CollectorOutput(batchLines: lines, store: nil) else { return nil }
        keeper = BatchKeeper(output, limits: limits)
        self.ofRequests = ofRequests
        holder = BatchHolder(keeper, ofRequests: ofRequests)
    }

    /// Ends the connection: every record is accounted for, and as many lines are written as were used. The answers.
    func end(_ records: UInt64) -> Int {
        let answers = holder.takeAnswers()
        holder.end()
        precondition((try? keeper.check()) != nil, "an output that cannot fail has failed")
        let tally = keeper.tally
        precondition(
            tally.durableRecords + tally.otherRecords + tally.requestRecords == lines.count, "lines and accounts differ"
        )
        precondition(
            lines.count + tally.repeatedRecords + tally.refusedRecords + tally.unfinishedRecords == records,
            "a record is in no account")
        // Those to requests have been looked at.
        precondition(
            ofRequests || answers.count == 32 * Int(tally.durable + tally.repeated + tally.refused),
            "answers and batches")
        return answers.count / 32
    }
}
