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

extension BatchHolder {
    /// Ends a request, all of whose records were held: what no batch in it has closed is made durable as it is. `key` names
    /// the request for ever (`Idempotency-Key`): when one with this key was durable lately, it is a repeat. `isWhole`: all of
    /// it has come, and nothing in it was wrong.
    package func endRequest(key: String?, isWhole: Bool) -> RequestEnd {
        let (refusal, isTooLarge, answers) = endAnswers()
        let (lines, records, count) = takeAll()
        func unfinished(_ end: RequestEnd) -> RequestEnd {
            keeper.tally.unfinishedRecords += count
            return end
        }
        if let refusal { return unfinished(isTooLarge ? .tooLarge(refusal) : .notNow(refusal)) }
        if answers.contains(where: { $0.verdict == .refused }) { return unfinished(.refused) }
        guard isWhole || count == 0 && !answers.isEmpty else { return unfinished(.malformed) }
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
