import Exporter

/// What a collecting process answers to a batch, on the connection that it came on (docs/delivery.md).
package enum BatchAnswer: UInt8, Sendable {
    /// The batch's records and its identifier are on disk, now or since an earlier time.
    case durable = 0
    /// The batch cannot be taken, however often it comes.
    case refused = 1

    /// Octets of an answer.
    package static let length = 32

    //   0                   1                   2                   3
    //   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    //  +---------------+---------------+---------------+---------------+
    //  |      "F"      |      "P"      |      "A"      |      "K"      |
    //  +---------------+---------------+---------------+---------------+
    //  |  version (1)  |    status     |               0               |
    //  +---------------+---------------+-------------------------------+
    //  |                    batchProbe (16 octets)                     |
    //  +---------------------------------------------------------------+
    //  |                      batchId (8 octets)                       |
    //  +---------------------------------------------------------------+

    /// The answer about `batch`.
    package func octets(_ batch: CollectedBatch) -> [UInt8] {
        var octets = Array("FPAK".utf8) + [1, rawValue, 0, 0]
        octets.reserveCapacity(Self.length)
        for word in [batch.probe.high, batch.probe.low, batch.number] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                octets.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return octets
    }
}
