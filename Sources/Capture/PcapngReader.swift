import CPlatform
import NetTypes
import PacketDecode

/// Walks the blocks of a pcapng file. One per input; used by one thread at a time.
final class PcapngReader: RecordReader {
    let observationPoint: UInt8
    let damages: DamageLog
    var tally = InputTally()
    var section = PcapngSection(swapped: false)
    var interfaces: [CaptureInterface] = []
    /// The time of the last packet: simple packet blocks have none of their own.
    var lastTime: Nanoseconds = 0
    private var sections = 0
    /// Octets of a large block that are still to be passed over.
    private var skipping: UInt64 = 0
    /// While the next sound block is searched for: where the damage began, and what it is.
    private var search: (start: UInt64, kind: Damage.Kind)?

    init(observationPoint: UInt8, damages: DamageLog) {
        self.observationPoint = observationPoint
        self.damages = damages
    }

    var format: String {
        let order = section.swapped == (UInt32(1).littleEndian == 1) ? "big-endian" : "little-endian"
        return sections > 1 ? "pcapng (\(order), \(sections) sections)" : "pcapng (\(order))"
    }

    func walk(_ window: inout CaptureWindow, into batch: PacketBatch) -> WalkStop {
        while true {
            if skipping > 0 {
                let step = min(skipping, UInt64(window.remaining))
                window.position += Int(step)
                skipping -= step
                if skipping > 0 {
                    if !window.atEnd { return .needsMore(1) }
                    skipping = 0
                    damages.record(.cut, at: window.absolutePosition, skipped: 0)
                    return .ended
                }
            }
            if let damage = search {
                let found = findBlock(&window)
                if case .undecided(let octets) = found { return .needsMore(octets) }
                damages.record(damage.kind, at: damage.start, skipped: window.absolutePosition - damage.start)
                search = nil
                if case .none = found { return .ended }
            }
            switch takePackets(&window, into: batch) {
            case .batchFull:
                return .batchFull
            case .short(let octets):
                if !window.atEnd { return .needsMore(octets) }
                if window.remaining == 0 { return .ended }
                beginSearch(&window, .cut)
            case .damaged(let kind):
                beginSearch(&window, kind)
            case .otherBlock:
                switch takeOther(&window, into: batch) {
                case .taken: break
                case .short(let octets):
                    if !window.atEnd { return .needsMore(octets) }
                    beginSearch(&window, .cut)
                case .damaged(let kind): beginSearch(&window, kind)
                }
            }
        }
    }

    private func beginSearch(_ window: inout CaptureWindow, _ kind: Damage.Kind) {
        search = (window.absolutePosition, kind)
        window.position += 1
    }

    // MARK: The packet path

    private enum BlockStop {
        case batchFull
        case short(Int)
        case damaged(Damage.Kind)
        /// A block at the position is not an ordinary enhanced packet block; nothing of it was taken.
        case otherBlock
    }

    /// Takes ordinary enhanced packet blocks (draft-ietf-opsawg-pcapng, section 4.3) until something else comes.
    ///
    ///     |                    block type = 6                             |  0
    ///     |                    block total length                         |  4
    ///     |                    interface                                  |  8
    ///     |                    timestamp, upper 32 bits                   | 12
    ///     |                    timestamp, lower 32 bits                   | 16
    ///     |                    captured packet length                     | 20
    ///     |                    original packet length                     | 24
    ///     /                    packet data, options                       / 28
    ///     |                    block total length                         |
    private func takePackets(_ window: inout CaptureWindow, into batch: PacketBatch) -> BlockStop {
        let swapped = section.swapped
        let interfaceCount = section.count
        // SAFETY: the section keeps its table while this runs; indices are compared with interfaceCount.
        let table = unsafe section.table
        let point = observationPoint
        // SAFETY: the window's owner keeps its octets alive during the walk; each load below is after a length check.
        let base = unsafe window.base
        let end = window.count
        var position = window.position
        // SAFETY: the batch's own array, written at batch.count..<capacity only.
        let references = unsafe batch.references
        let capacity = batch.capacity
        let firstFree = batch.count
        var free = firstFree
        let frameBase = tally.packets &- UInt64(truncatingIfNeeded: firstFree) &+ 1
        var octets: UInt64 = 0
        var earliest = tally.earliest
        var latest = tally.latest
        // A constant of another module is a call.
        let latestTime = UInt64(maximumTimestamp)
        var stop = BlockStop.batchFull
        while free < capacity {
            guard end &- position >= PcapngBlock.packetMinimum else {
                stop = end &- position >= PcapngBlock.overhead ? .otherBlock : .short(PcapngBlock.overhead)
                break
            }
            // SAFETY: 32 octets from position on lie in the window.
            let block = unsafe base + position
            // SAFETY: fields within these 32 octets.
            var type = unsafe block.loadUnaligned(as: UInt32.self)
            var total = unsafe block.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            var index = unsafe block.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
            // SAFETY: fields within these 32 octets.
            var high = unsafe block.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
            var low = unsafe block.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
            var captured = unsafe block.loadUnaligned(fromByteOffset: 20, as: UInt32.self)
            // SAFETY: a field within these 32 octets.
            var original = unsafe block.loadUnaligned(fromByteOffset: 24, as: UInt32.self)
            if swapped {
                (type, total, index) = (type.byteSwapped, total.byteSwapped, index.byteSwapped)
                (high, low) = (high.byteSwapped, low.byteSwapped)
                (captured, original) = (captured.byteSwapped, original.byteSwapped)
            }
            // Whatever is unusual about a packet block is judged in takeOther.
            guard type == PcapngBlock.enhancedPacket, index < UInt32(truncatingIfNeeded: interfaceCount),
                total & 3 == 0, total >= UInt32(PcapngBlock.packetMinimum),
                total <= UInt32(maximumPacketBlockOctets),
                captured <= UInt32(maximumCapturedOctets), captured <= total &- UInt32(PcapngBlock.packetMinimum)
            else {
                stop = .otherBlock
                break
            }
            let length = Int(total)
            guard end &- position >= length else {
                stop = .short(length)
                break
            }
            // SAFETY: the last four octets of the block, which lies in the window.
            var trailing = unsafe block.loadUnaligned(fromByteOffset: length &- 4, as: UInt32.self)
            if swapped { trailing = trailing.byteSwapped }
            if trailing != total {
                stop = .damaged(.lengthMismatch)
                break
            }
            // Blocks are much alike: what is four of this length ahead will soon be read, by the decoder too.
            // SAFETY: a prefetch never faults, wherever it points.
            unsafe flowprobe_prefetch(block + 4 &* length)
            // SAFETY: index < interfaceCount was checked.
            let interface = unsafe table + Int(index)
            let ticks = UInt64(high) &<< 32 | UInt64(low)
            // SAFETY: the same table entry.
            let (product, overflow) = ticks.multipliedReportingOverflow(by: unsafe interface.pointee.plainMultiplier)
            var time = Int64(truncatingIfNeeded: product)
            // A product of zero also stands for a clock that needs more than a multiplication.
            if overflow || product &- 1 >= latestTime {
                // SAFETY: the same table entry.
                time = slowTime(unsafe interface.pointee.clock, ticks, at: window.offset &+ UInt64(position))
            }
            // SAFETY: the same table entry.
            let fcsLength = unsafe interface.pointee.fcsLength
            let linkType = unsafe interface.pointee.linkType
            let wire = original &- min(UInt32(fcsLength), original)
            // SAFETY: free < capacity; `captured` octets from 28 on lie in the block.
            unsafe references[free].bytes = (block + PcapngBlock.packetData).assumingMemoryBound(to: UInt8.self)
            unsafe references[free].timestamp = time
            // SAFETY: free < capacity.
            unsafe references[free].frameNumber = frameBase &+ UInt64(truncatingIfNeeded: free)
            unsafe references[free].capturedLength = fcsLength == 0 ? captured : min(captured, wire)
            unsafe references[free].wireLength = wire
            // SAFETY: free < capacity.
            unsafe references[free].linkType = linkType
            unsafe references[free].observationPoint = point
            unsafe references[free].removedTag = 0
            free &+= 1
            octets &+= UInt64(captured)
            earliest = min(earliest, time)
            latest = max(latest, time)
            position &+= length
        }
        if free > firstFree {
            // SAFETY: the last reference written above.
            lastTime = unsafe references[free - 1].timestamp
            tally.packets &+= UInt64(free - firstFree)
            tally.capturedOctets &+= octets
            tally.earliest = earliest
            tally.latest = latest
            batch.count = free
        }
        window.position = position
        return stop
    }

    /// The time of a tick count on any clock, clamped, and recorded when it had to be.
    @inline(never)
    func slowTime(_ clock: PcapngClock, _ ticks: UInt64, at offset: UInt64) -> Nanoseconds {
        if let time = clock.time(ticks) { return time }
        damages.record(.impossibleTime, at: offset, skipped: 0)
        return clock.clamped(ticks)
    }

    // MARK: What the other files of this reader call

    /// Starts a section; earlier interfaces are no longer known.
    func beginSection(swapped: Bool) {
        section = PcapngSection(swapped: swapped)
        sections += 1
    }

    /// Passes over `octets` from the window's position on, which may be more than the window holds.
    func skip(_ octets: UInt64) {
        skipping = octets
    }

    // MARK: The search for the next sound block

    private enum Search {
        case found
        case none
        case undecided(Int)
    }

    /// Moves the position forward to the first place that looks like a block of a known type whose two lengths agree.
    /// Linear: each place costs a look at one header and one trailer.
    private func findBlock(_ window: inout CaptureWindow) -> Search {
        while window.remaining >= PcapngBlock.overhead {
            let position = window.position
            if let length = plausibleLength(window, position) {
                if window.remaining < length {
                    if !window.atEnd { return .undecided(length) }
                } else if window.u32(position + length - 4, swapped: false) == window.u32(position + 4, swapped: false)
                {
                    return .found
                }
            }
            window.position += 1
        }
        if !window.atEnd { return .undecided(PcapngBlock.overhead) }
        window.position = window.count
        return .none
    }

    /// The total length of what may be a block at `position`, at most `lookaheadOctets`; nil when it is none.
    private func plausibleLength(_ window: CaptureWindow, _ position: Int) -> Int? {
        var swapped = section.swapped
        let type = window.u32(position, swapped: swapped)
        guard PcapngBlock.isKnown(type) else { return nil }
        if type == PcapngBlock.section {
            // At least 12 octets are there: the byte-order magic is the third word.
            let magic = window.u32(position + 8, swapped: false)
            guard magic == PcapngBlock.byteOrderMagic || magic.byteSwapped == PcapngBlock.byteOrderMagic else {
                return nil
            }
            swapped = magic != PcapngBlock.byteOrderMagic
        }
        let total = window.u32(position + 4, swapped: swapped)
        guard total & 3 == 0, total <= UInt32(lookaheadOctets), total >= minimumLength(type) else { return nil }
        return Int(total)
    }

    private func minimumLength(_ type: UInt32) -> UInt32 {
        switch type {
        case PcapngBlock.section: UInt32(PcapngBlock.sectionMinimum)
        case PcapngBlock.interface: UInt32(PcapngBlock.interfaceMinimum)
        case PcapngBlock.enhancedPacket, PcapngBlock.packet: UInt32(PcapngBlock.packetMinimum)
        case PcapngBlock.simplePacket: UInt32(PcapngBlock.simpleMinimum)
        case PcapngBlock.interfaceStatistics: UInt32(PcapngBlock.statisticsMinimum)
        default: UInt32(PcapngBlock.overhead)
        }
    }
}
