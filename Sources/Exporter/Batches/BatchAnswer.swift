/// What a collecting process answers to a batch, on the connection that it came on (docs/delivery.md).
package struct BatchAnswer: Equatable, Sendable {
    /// What became of the batch.
    package enum Verdict: UInt8, Sendable {
        /// The batch's records and its identifier are on disk, now or since an earlier time.
        case durable = 0
        /// The batch cannot be taken, however often it comes.
        case refused = 1
    }

    /// What became of it.
    package let verdict: Verdict
    /// The batch.
    package let batch: CollectedBatch

    /// Octets of an answer.
    package static let length = 32

    //   0                   1                   2                   3
    //   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    //  +---------------+---------------+---------------+---------------+
    //  |      "F"      |      "P"      |      "A"      |      "K"      |
    //  +---------------+---------------+---------------+---------------+
    //  |  version (1)  |    verdict    |               0               |
    //  +---------------+---------------+-------------------------------+
    //  |                    batchProbe (16 octets)                     |
    //  +---------------------------------------------------------------+
    //  |                      batchId (8 octets)                       |
    //  +---------------------------------------------------------------+

    private static let start: [UInt8] = Array("FPAK".utf8) + [1]

    /// An answer about `batch`.
    package init(_ verdict: Verdict, _ batch: CollectedBatch) {
        self.verdict = verdict
        self.batch = batch
    }

    /// From 32 octets; nil when they are no answer of this version.
    package init?(_ octets: some RandomAccessCollection<UInt8>) {
        guard octets.count == Self.length, octets.starts(with: Self.start),
            let verdict = Verdict(rawValue: octets[octets.index(octets.startIndex, offsetBy: 5)])
        else { return nil }
        func word(_ offset: Int) -> UInt64 { octets.dropFirst(offset).prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(verdict, CollectedBatch(probe: .init(high: word(8), low: word(16)), number: word(24)))
    }

    /// Its 32 octets.
    package var octets: [UInt8] {
        var octets = Self.start + [verdict.rawValue, 0, 0]
        octets.reserveCapacity(Self.length)
        for word in [batch.probe.high, batch.probe.low, batch.number] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                octets.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return octets
    }
}

/// Cuts what a collecting process says on a connection into answers.
package struct AnswerReader {
    private var pending: [UInt8] = []

    /// A reader to which nothing has been said.
    package init() {}

    /// Takes octets as they come. Nil when they are no answers: nothing that follows can be understood.
    package mutating func take(_ octets: some Sequence<UInt8>) -> [BatchAnswer]? {
        pending += octets
        var answers: [BatchAnswer] = []
        var start = 0
        while pending.count - start >= BatchAnswer.length {
            guard let answer = BatchAnswer(pending[start..<start + BatchAnswer.length]) else { return nil }
            answers.append(answer)
            start += BatchAnswer.length
        }
        pending.removeFirst(start)
        return answers
    }
}
