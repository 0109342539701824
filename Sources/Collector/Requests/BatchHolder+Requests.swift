import Exporter

/// What became of the records of a request.
package enum RequestEnd: Equatable, Sendable {
    /// They are on disk, now or since an earlier request.
    case durable
    /// They cannot be taken, however often they come.
    case refused
    /// What came is not sound, and nothing of it was taken.
    case malformed
    /// There are more of them than are held; why, a sentence.
    case tooLarge(String)
    /// They are not taken now; why, a sentence.
    case notNow(String)
}

/// What names a request for as long as a collecting process runs: what its sender calls it (`Idempotency-Key`), and its records, since
/// two senders may use the same names.
package struct RequestKey: Hashable, Sendable {
    private let name: String
    private let records: Int

    /// From a name and what `CollectorSession.recordDigest` says.
    package init(_ name: String, records: Int) { (self.name, self.records) = (name, records) }
}

extension BatchHolder {
    /// Ends a request, all of whose records were held: what no batch in it has closed is made durable as it is. `key` names
    /// the request and its records: when one with this key was durable lately, it is a repeat. `isWhole`: all of it has come,
    /// and nothing in it was wrong.
    package func endRequest(key: RequestKey?, isWhole: Bool) -> RequestEnd {
        let (refusal, isTooLarge, answers) = endAnswers()
        let (lines, records, count) = takeAll()
        func unfinished(_ end: RequestEnd) -> RequestEnd {
            keeper.tally.unfinishedRecords += count
            return end
        }
        if let refusal { return unfinished(isTooLarge ? .tooLarge(refusal) : .notNow(refusal)) }
        if answers.contains(where: { $0.verdict == .refused }) { return unfinished(.refused) }
        guard isWhole else {
            // Some of it was taken: to have it come again costs nothing, to have its sender give it up does.
            return unfinished(answers.isEmpty ? .malformed : .notNow("Behind a batch, the request was not whole."))
        }
        guard count > 0 else { return .durable }
        if let key, keeper.wasDurable(key) {
            keeper.tally.repeated += 1
            keeper.tally.repeatedRecords += count
            return .durable
        }
        if let reason = keeper.output.commit(nil, lines: lines, records: records) { return unfinished(.notNow(reason)) }
        if let key { keeper.isDurable(key) }
        keeper.tally.requests += 1
        keeper.tally.requestRecords += count
        return .durable
    }
}
