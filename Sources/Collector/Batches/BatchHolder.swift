import Exporter
import FlowTable

/// Holds the records of one connection until their batch is closed, makes both durable, and says what to answer.
///
/// Records of a domain whose exporter says nothing of batches are held until it has, or until it has sent more than
/// `undecidedLimit`, or for as long as `decide` lets it; then they are used as they come. Records of a request are held
/// until it ends, whatever they are in.
package final class BatchHolder: CollectedRecordReceiver {
    private enum Kind {
        case undecided, inBatches, plain
    }

    private struct Held {
        var kind = Kind.undecided
        var lines: [UInt8] = []
        var records = CollectedRecords()
        /// Records held.
        var count: UInt64 = 0
        /// Octets of the budget.
        var octets = 0
        /// Whether `decide` has seen it undecided.
        var isWaiting = false

        mutating func hold(line: [UInt8], _ record: FlowRecord?, _ attributes: [UInt8], _ cost: Int) {
            lines.append(contentsOf: line)
            if let record { records.append(record, attributes: attributes) }
            count += 1
            octets += cost
        }
    }

    /// Octets of records that are held before it is known whether they are in batches.
    private static let undecidedLimit = 4 << 20

    let keeper: BatchKeeper
    /// Of a domain of which nothing has come.
    private let fresh: Held
    private var domains: [UInt32: Held] = [:]
    private var octets = 0
    /// Why the connection has to be closed; nil while it has not.
    package private(set) var refusal: String?
    /// Whether the reason is that more came at once than may be held.
    private var isTooLarge = false
    /// Answers that were not taken yet.
    private var answers: [BatchAnswer] = []

    /// Holds nothing. `ofRequests`: every record is held until `endRequest`.
    package init(_ keeper: BatchKeeper, ofRequests: Bool = false) {
        self.keeper = keeper
        fresh = Held(kind: ofRequests ? .inBatches : .undecided)
    }

    deinit { keeper.budget.giveBack(octets) }

    /// What the output has a use for.
    package var wishes: CollectedRecordWishes { keeper.output.wishes }

    /// Answers since the last call, 32 octets each.
    package func takeAnswers() -> [UInt8] {
        defer { answers.removeAll(keepingCapacity: true) }
        return answers.flatMap(\.octets)
    }

    /// Takes a record.
    package func receive(line: [UInt8], record: FlowRecord?, domain: UInt32) {
        receive(line: line, record: record, attributes: [], domain: domain)
    }

    /// Takes a record with its attributes.
    package func receive(line: [UInt8], record: FlowRecord?, attributes: [UInt8], domain: UInt32) {
        guard refusal == nil else {
            keeper.tally.unfinishedRecords += 1
            return
        }
        let kind = domains[domain, default: fresh].kind
        if kind == .plain {
            keeper.tally.otherRecords += 1
            return keeper.output.receive(line: line, record: record, attributes: attributes, domain: domain)
        }
        let wishes = wishes
        // The record's place is taken in any case, so that records cost something whatever is made of them.
        let cost =
            MemoryLayout<FlowRecord>.stride + attributes.count + (wishes.contains(.lines) ? line.count : 0)
        if octets + cost > keeper.limit || !keeper.budget.take(cost) {
            if kind == .undecided {
                release(domain)
                return receive(line: line, record: record, attributes: attributes, domain: domain)
            }
            isTooLarge = octets + cost > keeper.limit
            refusal =
                "A batch of domain \(domain) is larger than what is held for a connection (\(keeper.limit >> 20) MiB), or "
                + "for all of them. Let the exporter make smaller batches."
            keeper.tally.unfinishedRecords += 1
            return
        }
        octets += cost
        domains[domain, default: fresh].hold(
            line: wishes.contains(.lines) ? line : [], record, attributes, cost)
        if kind == .undecided, octets > Self.undecidedLimit { release(domain) }
    }

    /// From now on, or since the domain's beginning, its records are held for their batch.
    package func expectBatches(domain: UInt32) { domains[domain, default: fresh].kind = .inBatches }

    /// Ends a batch.
    package func close(_ batch: CollectedBatch, domain: UInt32, isWhole: Bool) {
        guard refusal == nil else { return }
        expectBatches(domain: domain)
        let held = take(domain)
        if keeper.output.hasBatch(batch) {
            keeper.tally.repeated += 1
            keeper.tally.repeatedRecords += held.count
            answers.append(BatchAnswer(.durable, batch))
        } else if !isWhole {
            guard keeper.isBrokenAgain(batch) else {
                keeper.tally.unfinishedRecords += held.count
                refusal =
                    "Batch \(batch) did not come whole. It is not answered, so that the exporter sends it again."
                return
            }
            keeper.tally.refused += 1
            keeper.tally.refusedRecords += held.count
            answers.append(BatchAnswer(.refused, batch))
        } else if let reason = keeper.output.commit(batch, lines: held.lines, records: held.records) {
            keeper.tally.unfinishedRecords += held.count
            refusal = reason
        } else {
            keeper.isMended(batch)
            keeper.tally.durable += 1
            keeper.tally.durableRecords += held.count
            answers.append(BatchAnswer(.durable, batch))
        }
    }

    /// To be called every few seconds: whose records were held at the last call, and who has not spoken of batches
    /// since, makes none.
    package func decide() {
        for (domain, held) in domains where held.kind == .undecided && held.count > 0 {
            if held.isWaiting { release(domain) } else { domains[domain]?.isWaiting = true }
        }
    }

    /// Nothing more comes. Records of batches that were not closed are dropped, since they come again; others are used.
    package func end() {
        for (domain, held) in domains {
            if held.kind == .inBatches || refusal != nil {
                keeper.tally.unfinishedRecords += take(domain).count
            } else {
                release(domain)
            }
        }
    }

    /// What was said and answered since the last request, which is forgotten.
    func endAnswers() -> (refusal: String?, isTooLarge: Bool, answers: [BatchAnswer]) {
        defer { (refusal, isTooLarge, answers) = (nil, false, []) }
        return (refusal, isTooLarge, answers)
    }

    /// All that is held, which is forgotten.
    func takeAll() -> (lines: [UInt8], records: CollectedRecords, count: UInt64) {
        var all: (lines: [UInt8], records: CollectedRecords, count: UInt64) = ([], CollectedRecords(), 0)
        for domain in domains.keys.sorted() {
            let held = take(domain)
            all.lines += held.lines
            held.records.forEach { all.records.append($0, attributes: $1) }
            all.count += held.count
        }
        domains.removeAll()
        return all
    }

    private func take(_ domain: UInt32) -> Held {
        guard let held = domains[domain] else { return fresh }
        octets -= held.octets
        keeper.budget.giveBack(held.octets)
        domains[domain] = Held(kind: held.kind)
        return held
    }

    private func release(_ domain: UInt32) {
        let held = take(domain)
        domains[domain]?.kind = .plain
        keeper.tally.otherRecords += held.count
        keeper.output.receive(lines: held.lines, records: held.records)
    }
}
