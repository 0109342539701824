import NetTypes

/// A time in which the probe did not run, or ran and was killed: what is in no record, as far as can be known.
package struct CoverageGap: Equatable, Sendable {
    /// Whether the run before ended in good order; else it was killed, or the machine was.
    package var isClean: Bool
    /// The packet clock at the last commit of the run before: records are complete up to it but for flows that were alive.
    package var start: Nanoseconds
    /// When the next run opened the spool.
    package var end: Nanoseconds
    /// Packets that the run before had observed at its last commit.
    package var observedPackets: UInt64
    /// Packets in records that it had made. The difference was in flows that were alive, and in packets of no flow.
    package var recordedPackets: UInt64

    /// At most so many packets observed until the last commit are in no record. What came between the last commit and
    /// the end is not known; commits are half a second apart at most while records come.
    package var unrecordedPackets: UInt64 {
        observedPackets > recordedPackets ? observedPackets - recordedPackets : 0
    }

    /// A gap with its figures.
    package init(
        isClean: Bool, start: Nanoseconds, end: Nanoseconds, observedPackets: UInt64, recordedPackets: UInt64
    ) {
        self.isClean = isClean
        self.start = start
        self.end = end
        self.observedPackets = observedPackets
        self.recordedPackets = recordedPackets
    }

    static let length = 40

    /// Its 40 octets in a segment, lowest octet first.
    package var encoded: [UInt8] {
        var octets: [UInt8] = []
        octets.appendLittle(isClean ? 1 : 0, 8)
        octets.appendLittle(UInt64(bitPattern: start), 8)
        octets.appendLittle(UInt64(bitPattern: end), 8)
        octets.appendLittle(observedPackets, 8)
        octets.appendLittle(recordedPackets, 8)
        return octets
    }

    init?(_ octets: [UInt8]) {
        guard octets.count == Self.length, octets.little(0, 8) <= 1, octets.little(8, 8) < BatchHeader.limit,
            octets.little(16, 8) < BatchHeader.limit
        else { return nil }
        self.init(
            isClean: octets.little(0, 8) == 1, start: Int64(bitPattern: octets.little(8, 8)),
            end: Int64(bitPattern: octets.little(16, 8)), observedPackets: octets.little(24, 8),
            recordedPackets: octets.little(32, 8))
    }
}
