import CPlatform
import NetTypes
import PacketDecode

/// Walks the records of a classic pcap file. One per input; used by one thread at a time.
///
/// A record (draft-ietf-opsawg-pcap, section 5); the modified format has eight more octets before the packet:
///
///     |                      seconds                                  |  0
///     |              microseconds or nanoseconds                      |  4
///     |                  captured packet length                       |  8
///     |                  original packet length                       | 12
///     /                      packet data                              / 16
final class PcapReader: RecordReader {
    private let header: PcapHeader
    private let observationPoint: UInt8
    private let damages: DamageLog
    private(set) var tally = InputTally()
    /// Captured lengths up to this are taken without a second look: the file's own snapshot length at first.
    private var trustedLength: UInt32
    private var headerTaken = false
    /// The seconds of the last sound record.
    private var lastSeconds: UInt32?
    /// While the next sound record is searched for: where the damage began, and what it is.
    private var search: (start: UInt64, kind: Damage.Kind)?

    init(header: PcapHeader, observationPoint: UInt8, damages: DamageLog) {
        self.header = header
        self.observationPoint = observationPoint
        self.damages = damages
        let limit = UInt32(maximumCapturedOctets)
        trustedLength = header.snapLength == 0 ? limit : min(header.snapLength, limit)
    }

    var format: String { header.format }

    var interfaces: [CaptureInterface] {
        [
            CaptureInterface(
                name: "", linkType: header.linkType, snapLength: header.snapLength,
                timeResolution: header.nanosecondsPerUnit == 1 ? "1 ns" : "1 us", fcsLength: header.fcsOctets)
        ]
    }

    func walk(_ window: inout CaptureWindow, into batch: PacketBatch) -> WalkStop {
        if !headerTaken {
            guard window.remaining >= PcapHeader.octets else {
                return endOrMore(&window, PcapHeader.octets)
            }
            window.position += PcapHeader.octets
            headerTaken = true
        }
        while true {
            if let damage = search {
                switch findRecord(&window) {
                case .found:
                    damages.record(damage.kind, at: damage.start, skipped: window.absolutePosition - damage.start)
                    search = nil
                case .undecided(let octets):
                    return .needsMore(min(octets, lookaheadOctets))
                case .none:
                    damages.record(damage.kind, at: damage.start, skipped: window.absolutePosition - damage.start)
                    search = nil
                    return .ended
                }
            }
            switch takeRecords(&window, into: batch) {
            case .batchFull:
                return .batchFull
            case .shortHeader:
                return endOrMore(&window, header.recordHeaderOctets)
            case .shortBody(let octets):
                if !window.atEnd { return .needsMore(octets) }
                beginSearch(&window, .cut)
            case .doubtful:
                switch judgeDoubtful(&window, into: batch) {
                case .accepted: break
                case .undecided(let octets): return .needsMore(octets)
                case .refused(let kind): beginSearch(&window, kind)
                }
            }
        }
    }

    // MARK: The packet path

    private enum RecordStop {
        case batchFull
        case shortHeader
        case shortBody(Int)
        /// The header at the position is unusual; nothing of it was taken.
        case doubtful
    }

    /// Takes ordinary records until something else comes.
    private func takeRecords(_ window: inout CaptureWindow, into batch: PacketBatch) -> RecordStop {
        let headerOctets = header.recordHeaderOctets
        let swapped = header.swapped
        let unit = header.nanosecondsPerUnit
        let fractionLimit = header.fractionLimit
        // Exchanged lengths are of the last century: those files go the slow way, record by record.
        let trusted = header.lengthsExchanged ? 0 : trustedLength
        // A constant of another module is a call.
        let second = nanosecondsPerSecond
        let linkType = header.linkType
        let fcs = UInt32(header.fcsOctets)
        // All ones when there is no check sequence to take off the captured octets.
        let uncut: UInt32 = fcs == 0 ? .max : 0
        let point = observationPoint
        // SAFETY: the window's owner keeps its octets alive during the walk; each load below is after a length check.
        let base = unsafe window.base
        let end = window.count
        let start = window.position
        var position = start
        // SAFETY: the batch's own array, written at batch.count..<capacity only.
        let references = unsafe batch.references
        let capacity = batch.capacity
        let firstFree = batch.count
        var free = firstFree
        let frameBase = tally.packets &- UInt64(truncatingIfNeeded: firstFree) &+ 1
        var earliest = tally.earliest
        var latest = tally.latest
        var stop = RecordStop.batchFull
        while free < capacity {
            guard end &- position >= headerOctets else {
                stop = .shortHeader
                break
            }
            // SAFETY: headerOctets (at least 16) octets from position on lie in the window.
            let record = unsafe base + position
            // SAFETY: the two halves of those 16 octets.
            let first = unsafe record.loadUnaligned(as: UInt64.self)
            let lengths = unsafe record.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            var seconds = UInt32(truncatingIfNeeded: first)
            var fraction = UInt32(truncatingIfNeeded: first &>> 32)
            var captured = UInt32(truncatingIfNeeded: lengths)
            var original = UInt32(truncatingIfNeeded: lengths &>> 32)
            if swapped {
                (seconds, fraction) = (seconds.byteSwapped, fraction.byteSwapped)
                (captured, original) = (captured.byteSwapped, original.byteSwapped)
            }
            // Zero minus one wraps to the largest number, so that an empty record is doubtful too.
            if captured &- 1 >= trusted || captured > original || fraction >= fractionLimit {
                stop = .doubtful
                break
            }
            let length = headerOctets &+ Int(captured)
            guard end &- position >= length else {
                stop = .shortBody(length)
                break
            }
            // Records are much alike: what is four of this length ahead will soon be read, by the decoder too.
            // SAFETY: a prefetch never faults, wherever it points.
            unsafe flowprobe_prefetch(record + 4 &* length)
            // At most 2^32 seconds in nanoseconds, below maximumTimestamp.
            let time = Int64(seconds) &* second &+ Int64(fraction) &* unit
            // SAFETY: free < capacity; `captured` octets after the header lie in the window.
            unsafe references[free].bytes = (record + headerOctets).assumingMemoryBound(to: UInt8.self)
            // SAFETY: free < capacity.
            unsafe references[free].timestamp = time
            unsafe references[free].frameNumber = frameBase &+ UInt64(truncatingIfNeeded: free)
            // SAFETY: free < capacity. The check sequence is at the end of the wire length; what was captured of it goes.
            let wire = original &- min(fcs, original)
            unsafe references[free].capturedLength = min(captured, wire | uncut)
            unsafe references[free].wireLength = wire
            // SAFETY: free < capacity.
            unsafe references[free].linkType = linkType
            unsafe references[free].observationPoint = point
            unsafe references[free].removedTag = 0
            free &+= 1
            earliest = min(earliest, time)
            latest = max(latest, time)
            position &+= length
        }
        if free > firstFree {
            // SAFETY: the last reference written above.
            lastSeconds = UInt32(truncatingIfNeeded: unsafe references[free - 1].timestamp / nanosecondsPerSecond)
            tally.packets &+= UInt64(free - firstFree)
            tally.capturedOctets &+= UInt64(position - start - (free - firstFree) * headerOctets)
            tally.earliest = earliest
            tally.latest = latest
            batch.count = free
        }
        window.position = position
        return stop
    }

    // MARK: Doubt and damage

    private func endOrMore(_ window: inout CaptureWindow, _ needed: Int) -> WalkStop {
        if !window.atEnd { return .needsMore(needed) }
        if window.remaining > 0 {
            damages.record(.cut, at: window.absolutePosition, skipped: UInt64(window.remaining))
            window.position = window.count
        }
        return .ended
    }

    private func beginSearch(_ window: inout CaptureWindow, _ kind: Damage.Kind) {
        search = (window.absolutePosition, kind)
        window.position += 1
    }

    private enum Judgement {
        case accepted
        case refused(Damage.Kind)
        case undecided(Int)
    }

    /// An unusual header is believed when another sound one follows it (or the input's end): some writers do produce
    /// captured lengths above the snapshot length or the original length, and fractions above a second.
    private func judgeDoubtful(_ window: inout CaptureWindow, into batch: PacketBatch) -> Judgement {
        let position = window.position
        let record = fields(window, position)
        if record.captured > UInt32(maximumCapturedOctets) { return .refused(.oversized) }
        // Zeros, as a crash leaves them in a file: no packet has no octets on the wire.
        if record.captured == 0 && record.original == 0 { return .refused(.impossibleHeader) }
        let length = header.recordHeaderOctets + Int(record.captured)
        let following = window.remaining - length
        if following < 0 && window.atEnd { return .refused(.impossibleHeader) }
        if following < header.recordHeaderOctets && !window.atEnd {
            return .undecided(length + header.recordHeaderOctets)
        }
        if following >= header.recordHeaderOctets {
            let next = fields(window, position + length)
            let limit = UInt32(maximumCapturedOctets)
            let isOrdinary =
                next.captured <= next.original && next.original <= limit && next.fraction < header.fractionLimit
            guard next.captured <= limit, next.captured != 0 || next.original != 0,
                isOrdinary || isNear(next.seconds, record.seconds)
            else { return .refused(.impossibleHeader) }
        }
        if record.captured > trustedLength { trustedLength = UInt32(maximumCapturedOctets) }
        accept(record, &window, into: batch)
        return .accepted
    }

    private func accept(_ record: Fields, _ window: inout CaptureWindow, into batch: PacketBatch) {
        let unit = header.nanosecondsPerUnit
        let time = Int64(record.seconds) * nanosecondsPerSecond + Int64(record.fraction) * unit
        let fcs = UInt32(header.fcsOctets)
        let wire = record.original - min(fcs, record.original)
        let body = window.position + header.recordHeaderOctets
        tally.packets += 1
        // SAFETY: judgeDoubtful saw that the packet's octets lie in the window.
        let bytes = unsafe (window.base + body).assumingMemoryBound(to: UInt8.self)
        // SAFETY: the same octets.
        unsafe batch.append(
            PacketReference(
                bytes: bytes, timestamp: time, frameNumber: tally.packets,
                capturedLength: fcs == 0 ? record.captured : min(record.captured, wire), wireLength: wire,
                linkType: header.linkType, observationPoint: observationPoint))
        tally.capturedOctets &+= UInt64(record.captured)
        tally.earliest = min(tally.earliest, time)
        tally.latest = max(tally.latest, time)
        lastSeconds = record.seconds
        window.position = body + Int(record.captured)
    }

    private struct Fields {
        var seconds: UInt32
        var fraction: UInt32
        var captured: UInt32
        var original: UInt32
    }

    private func fields(_ window: CaptureWindow, _ position: Int) -> Fields {
        let swapped = header.swapped
        let exchange = header.lengthsExchanged ? 4 : 0
        return Fields(
            seconds: window.u32(position, swapped: swapped), fraction: window.u32(position + 4, swapped: swapped),
            captured: window.u32(position + 8 + exchange, swapped: swapped),
            original: window.u32(position + 12 - exchange, swapped: swapped))
    }

    private func isNear(_ one: UInt32, _ other: UInt32) -> Bool {
        (one > other ? one - other : other - one) <= Self.nearSeconds
    }

    /// A week: how far apart the times of neighbouring records may be for them to vouch for each other.
    private static let nearSeconds: UInt32 = 7 * 86_400

    // MARK: The search for the next sound record

    private enum Search {
        case found
        case none
        case undecided(Int)
    }

    /// Moves the position forward to the first place that begins a chain of plausible records. Linear: each place costs
    /// a look at no more than three headers.
    private func findRecord(_ window: inout CaptureWindow) -> Search {
        let headerOctets = header.recordHeaderOctets
        let limit = UInt32(maximumCapturedOctets)
        let captured = 8 + (header.lengthsExchanged ? 4 : 0)
        while window.remaining >= headerOctets {
            if window.u32(window.position + captured, swapped: header.swapped) &- 1 < limit {
                switch chain(window, from: window.position) {
                case .found: return .found
                case .undecided(let octets): return .undecided(octets)
                case .none: break
                }
            }
            window.position += 1
        }
        if !window.atEnd { return .undecided(headerOctets) }
        window.position = window.count
        return .none
    }

    /// Whether three records that vouch for each other begin at `start`, or fewer of them end where the input ends.
    private func chain(_ window: CaptureWindow, from start: Int) -> Search {
        var position = start
        var previous: UInt32?
        for seen in 0..<3 {
            let left = window.count - position
            if left < header.recordHeaderOctets {
                if !window.atEnd { return .undecided(position - start + header.recordHeaderOctets) }
                // The input ends here: exactly after the last record, or within the next one.
                return seen >= 1 && (left == 0 || seen >= 2) && isNearLast(previous) ? .found : .none
            }
            let record = fields(window, position)
            guard record.captured != 0, record.captured <= UInt32(maximumCapturedOctets),
                record.captured <= record.original, record.original <= UInt32(maximumCapturedOctets),
                record.fraction < header.fractionLimit, previous.map({ isNear($0, record.seconds) }) ?? true
            else { return .none }
            let length = header.recordHeaderOctets + Int(record.captured)
            if left < length {
                // Only the third record may be cut: two whole ones stand before it.
                if !window.atEnd { return .undecided(position - start + length) }
                return seen >= 2 && isNearLast(record.seconds) ? .found : .none
            }
            position += length
            previous = record.seconds
        }
        return .found
    }

    private func isNearLast(_ seconds: UInt32?) -> Bool {
        guard let seconds else { return false }
        return lastSeconds.map { isNear($0, seconds) } ?? true
    }
}
