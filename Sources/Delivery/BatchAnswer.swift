/// What a collecting process says of a batch with `ack: batch` (docs/delivery.md).
package struct BatchAnswer: Equatable, Sendable {
    /// Octets of an answer.
    package static let length = 32
    private static let mark: [UInt8] = Array("FPAK".utf8)
    private static let version: UInt8 = 1

    /// Whether the collecting process will never take the batch. Otherwise it has made it durable.
    package let isRefused: Bool
    /// 16 octets that name the spool of the batch.
    package let probe: [UInt8]
    /// The batch.
    package let batch: UInt64

    /// An answer.
    package init(isRefused: Bool, probe: [UInt8], batch: UInt64) {
        self.isRefused = isRefused
        self.probe = probe
        self.batch = batch
    }

    /// From 32 octets; nil when they are no answer of this version.
    package init?(_ octets: ArraySlice<UInt8>) {
        let octets = Array(octets)
        guard octets.count == Self.length, octets.starts(with: Self.mark), octets[4] == Self.version, octets[5] <= 1
        else { return nil }
        isRefused = octets[5] == 1
        probe = Array(octets[8..<24])
        batch = octets[24..<32].reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Cuts what a collecting process says into answers.
struct AnswerReader {
    private var pending: [UInt8] = []

    /// Takes octets as they come. Nil when they are no answers: nothing that follows can be understood.
    mutating func take(_ octets: [UInt8]) -> [BatchAnswer]? {
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
