import NetTypes

/// A time of which not everything is in records: the probe did not run, or one of its inputs did not see everything.
package struct CoverageGap: Equatable, Sendable {
    /// Why there is a gap; the numbers are those of `coverageGapCause` (own element 204).
    package enum Cause: UInt8, Sendable {
        /// The run before ended in good order.
        case stopped = 1
        /// The run before was killed, or the machine went down.
        case killed = 2
        /// An input was down, or its interface was gone.
        case inputDown = 3
        /// An input's ring or queue was full.
        case ringLoss = 4
        /// An input's network adapter lost packets.
        case adapterLoss = 5
        /// Payloads of an input were not looked at for labels, under overload; its packets are in records.
        case labelsOff = 6
        /// Flow selection left flows of an input out, under overload.
        case selection = 7

        /// Whether it is about one input, and not about the whole probe.
        package var isOfInput: Bool { rawValue > Cause.killed.rawValue }
    }

    /// Why there is a gap.
    package var cause: Cause
    /// Where it begins. Between runs it is the packet clock at the last commit of the run before: records are complete up to it
    /// but for flows that were alive.
    package var start: Nanoseconds
    /// Where it ends: the next run opened the spool, the input was well again.
    package var end: Nanoseconds
    /// Packets that the run before had observed at its last commit; 0 when the gap is an input's.
    package var observedPackets: UInt64
    /// Packets in records that it had made. The difference was in flows that were alive, and in packets of no flow.
    package var recordedPackets: UInt64
    /// The input (IE 138); 0 when it is the whole probe.
    package var observationPoint: UInt32 = 0
    /// The domain of the input's records (IE 149); 0 when it is the whole probe.
    package var observationDomain: UInt32 = 0
    /// Packets that the input is known to have lost in this time. What came while it was down is not known.
    package var lostPackets: UInt64 = 0

    /// Packets that are in no record, as far as is known. Between runs it is the most that there can have been until the last
    /// commit; what came between the last commit and the end is not known; commits are half a second apart at most while
    /// records come.
    package var unrecordedPackets: UInt64 {
        if cause.isOfInput { return lostPackets }
        return observedPackets > recordedPackets ? observedPackets - recordedPackets : 0
    }

    /// A gap between two runs, with its figures.
    package init(
        isClean: Bool, start: Nanoseconds, end: Nanoseconds, observedPackets: UInt64, recordedPackets: UInt64
    ) {
        cause = isClean ? .stopped : .killed
        self.start = start
        self.end = end
        self.observedPackets = observedPackets
        self.recordedPackets = recordedPackets
    }

    /// A gap of one input. `cause` is one of an input.
    package init(
        _ cause: Cause, start: Nanoseconds, end: Nanoseconds, observationPoint: UInt32, observationDomain: UInt32,
        lostPackets: UInt64
    ) {
        self.cause = cause
        self.start = start
        self.end = end
        (observedPackets, recordedPackets) = (0, 0)
        self.observationPoint = observationPoint
        self.observationDomain = observationDomain
        self.lostPackets = lostPackets
    }

    /// Octets in a segment, of a gap between runs and of one of an input.
    static let length = 40
    static let inputLength = 56

    /// Its octets in a segment, lowest octet first: 40 between runs (1 for a good end, or 0; start; end; packets observed;
    /// packets recorded), 56 of an input (cause; start; end; zero; zero; point (4); domain (4); packets lost).
    package var encoded: [UInt8] {
        var octets: [UInt8] = []
        octets.appendLittle(cause.isOfInput ? UInt64(cause.rawValue) : cause == .stopped ? 1 : 0, 8)
        octets.appendLittle(UInt64(bitPattern: start), 8)
        octets.appendLittle(UInt64(bitPattern: end), 8)
        octets.appendLittle(observedPackets, 8)
        octets.appendLittle(recordedPackets, 8)
        guard cause.isOfInput else { return octets }
        octets.appendLittle(UInt64(observationPoint), 4)
        octets.appendLittle(UInt64(observationDomain), 4)
        octets.appendLittle(lostPackets, 8)
        return octets
    }

    /// From its octets in a segment; nil when they are not one.
    package init?(_ octets: [UInt8]) {
        guard octets.count == Self.length || octets.count == Self.inputLength,
            octets.little(8, 8) < BatchHeader.limit, octets.little(16, 8) < BatchHeader.limit
        else { return nil }
        let (start, end) = (Int64(bitPattern: octets.little(8, 8)), Int64(bitPattern: octets.little(16, 8)))
        if octets.count == Self.length {
            guard octets.little(0, 8) <= 1 else { return nil }
            self.init(
                isClean: octets.little(0, 8) == 1, start: start, end: end, observedPackets: octets.little(24, 8),
                recordedPackets: octets.little(32, 8))
            return
        }
        guard let number = UInt8(exactly: octets.little(0, 8)), let cause = Cause(rawValue: number), cause.isOfInput,
            octets.little(24, 8) == 0, octets.little(32, 8) == 0
        else { return nil }
        self.init(
            cause, start: start, end: end, observationPoint: UInt32(octets.little(40, 4)),
            observationDomain: UInt32(octets.little(44, 4)), lostPackets: octets.little(48, 8))
    }

    /// Adds a gap to others that wait to be told of. When `limit` wait, gaps of one input and cause become one, so that no more
    /// wait than there are inputs and causes on top. Gaps between runs are always one: no record was made between them.
    package func join(_ others: inout [CoverageGap], limit: Int) {
        let place = others.lastIndex { other in
            cause.isOfInput
                ? others.count >= limit && other.cause == cause && other.observationPoint == observationPoint
                : !other.cause.isOfInput
        }
        guard let place else { return others.append(self) }
        let other = others[place]
        (others[place].start, others[place].end) = (min(start, other.start), max(end, other.end))
        if cause.isOfInput {
            others[place].lostPackets = other.lostPackets &+ lostPackets
            return
        }
        others[place].cause = cause == .stopped && other.cause == .stopped ? .stopped : .killed
        (others[place].observedPackets, others[place].recordedPackets) = (
            other.unrecordedPackets &+ unrecordedPackets, 0
        )
    }
}
