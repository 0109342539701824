import NetTypes
import PacketDecode

/// The blocks that are not ordinary enhanced packets: sections, interfaces, statistics, older packet blocks, and packet
/// blocks with something unusual about them.
extension PcapngReader {
    enum OtherBlock {
        case taken
        case short(Int)
        case damaged(Damage.Kind)
    }

    /// Takes the block at the position. At least `PcapngBlock.overhead` octets are there; the batch is not full.
    func takeOther(_ window: inout CaptureWindow, into batch: PacketBatch) -> OtherBlock {
        let start = window.position
        var swapped = section.swapped
        let type = window.u32(start, swapped: swapped)
        // The section type reads the same in both byte orders.
        if type == PcapngBlock.section {
            let magic = window.u32(start + 8, swapped: false)
            if magic == PcapngBlock.byteOrderMagic {
                swapped = false
            } else if magic.byteSwapped == PcapngBlock.byteOrderMagic {
                swapped = true
            } else {
                return .damaged(.impossibleHeader)
            }
        }
        let total = window.u32(start + 4, swapped: swapped)
        guard total & 3 == 0, total >= UInt32(PcapngBlock.overhead) else { return .damaged(.impossibleHeader) }
        let isPacket =
            type == PcapngBlock.enhancedPacket || type == PcapngBlock.packet || type == PcapngBlock.simplePacket
        if isPacket && total > UInt32(maximumPacketBlockOctets) { return .damaged(.oversized) }
        if total > UInt32(lookaheadOctets) {
            // A block this long holds names, secrets or somebody's own data: passed over without being held. Its end is
            // not looked at even where it is in memory: what a file gives must not depend on how it is read.
            guard total <= UInt32(maximumPassedBlockOctets), PcapngBlock.mayBeLong(type) else {
                return .damaged(.impossibleHeader)
            }
            skip(UInt64(total))
            return .taken
        }
        let length = Int(total)
        guard window.remaining >= length else { return .short(length) }
        guard window.u32(start + length - 4, swapped: swapped) == total else { return .damaged(.lengthMismatch) }

        let block = start..<(start + length)
        let refused: Damage.Kind? =
            switch type {
            case PcapngBlock.section: takeSection(length, swapped: swapped)
            case PcapngBlock.interface: takeInterface(window, block)
            case PcapngBlock.interfaceStatistics: takeStatistics(window, block)
            case PcapngBlock.enhancedPacket, PcapngBlock.packet: takePacket(window, block, type, into: batch)
            case PcapngBlock.simplePacket: takeSimplePacket(window, block, into: batch)
            default: nil
            }
        // The block's frame is sound even where its content is not: only the block is lost.
        if let refused { damages.record(refused, at: window.absolutePosition, skipped: UInt64(length)) }
        window.position = block.upperBound
        return .taken
    }

    private func takeSection(_ length: Int, swapped: Bool) -> Damage.Kind? {
        guard length >= PcapngBlock.sectionMinimum else { return .impossibleHeader }
        // The section's own length is not used: writers leave it at "unknown", and blocks tell where they end.
        beginSection(swapped: swapped)
        return nil
    }

    /// Interface description (section 4.2): link type, reserved, snapshot length, options from 16 on.
    private func takeInterface(_ window: CaptureWindow, _ block: Range<Int>) -> Damage.Kind? {
        guard block.count >= PcapngBlock.interfaceMinimum else { return .impossibleHeader }
        guard section.count < maximumInterfaces else { return .tooManyInterfaces }
        let swapped = section.swapped
        let start = block.lowerBound
        var described = CaptureInterface(
            name: "", linkType: window.u16(start + 8, swapped: swapped),
            snapLength: window.u32(start + 12, swapped: swapped), timeResolution: "", fcsLength: 0)
        var resolution: UInt8 = 6
        var offsetSeconds: Int64 = 0
        var options = PcapngOptions(window, (start + 16)..<(block.upperBound - 4), swapped: swapped)
        while let (code, value) = options.next() {
            switch (code, value.count) {
            case (2, 1...):  // if_name, UTF-8; anything longer than 256 octets is no name
                described.name = String(decoding: value.prefix(256).map { window.u8($0) }, as: UTF8.self)
            case (9, 1):  // if_tsresol
                resolution = window.u8(value.lowerBound)
            case (13, 1):  // if_fcslen
                described.fcsLength = Self.fcsOctets(window.u8(value.lowerBound))
            case (14, 8):  // if_tsoffset, seconds, signed
                offsetSeconds = Int64(bitPattern: window.u64(value.lowerBound, swapped: swapped))
            default: break
            }
        }
        let clock = PcapngClock(resolution: resolution, offsetSeconds: offsetSeconds)
        described.timeResolution = clock.description
        let index = interfaces.count < maximumInterfaces ? interfaces.count : nil
        if index != nil { interfaces.append(described) }
        if section.isFull { section = PcapngSection(growing: section) }
        section.append(
            PcapngInterface(
                clock: clock, plainMultiplier: clock.plainMultiplier, linkType: described.linkType,
                fcsLength: described.fcsLength, snapLength: described.snapLength, index: index))
        return nil
    }

    /// The draft says bits, its example and some writers mean octets: real sequences have two or four octets, so that
    /// both are told apart.
    private static func fcsOctets(_ value: UInt8) -> UInt8 {
        switch value {
        case 2, 16: 2
        case 4, 32: 4
        default: 0
        }
    }

    /// Interface statistics (section 4.6): interface, timestamp, options from 20 on. The last block of an interface counts.
    private func takeStatistics(_ window: CaptureWindow, _ block: Range<Int>) -> Damage.Kind? {
        guard block.count >= PcapngBlock.statisticsMinimum else { return .impossibleHeader }
        let swapped = section.swapped
        let number = window.u32(block.lowerBound + 8, swapped: swapped)
        guard number < UInt32(section.count) else { return .unknownInterface }
        guard let index = section[Int(number)].index else { return nil }
        let start = block.lowerBound + PcapngBlock.statisticsOptions
        var options = PcapngOptions(window, start..<(block.upperBound - 4), swapped: swapped)
        while let (code, value) = options.next() {
            guard value.count == 8 else { continue }
            let count = window.u64(value.lowerBound, swapped: swapped)
            switch code {
            case 4: interfaces[index].packetsReceived = count
            case 5: interfaces[index].packetsDroppedByInterface = count
            case 6: interfaces[index].packetsAcceptedByFilter = count
            case 7: interfaces[index].packetsDroppedBySystem = count
            default: break
            }
        }
        return nil
    }

    /// An obsolete packet block (appendix A), or an enhanced one that the packet loop did not take. They have the same
    /// layout, except that the obsolete block has 16 bits of interface and 16 of drop count.
    private func takePacket(
        _ window: CaptureWindow, _ block: Range<Int>, _ type: UInt32, into batch: PacketBatch
    ) -> Damage.Kind? {
        guard block.count >= PcapngBlock.packetMinimum else { return .impossibleHeader }
        let swapped = section.swapped
        let start = block.lowerBound
        let number =
            type == PcapngBlock.packet
            ? UInt32(window.u16(start + 8, swapped: swapped)) : window.u32(start + 8, swapped: swapped)
        guard number < UInt32(section.count) else { return .unknownInterface }
        let captured = window.u32(start + 20, swapped: swapped)
        if captured > UInt32(maximumCapturedOctets) { return .oversized }
        guard Int(captured) <= block.count - PcapngBlock.packetMinimum else { return .impossibleHeader }
        let interface = section[Int(number)]
        let high = window.u32(start + 12, swapped: swapped)
        let low = window.u32(start + 16, swapped: swapped)
        let time = slowTime(interface.clock, UInt64(high) << 32 | UInt64(low), at: window.absolutePosition)
        append(
            window, at: start + PcapngBlock.packetData, captured: captured,
            original: window.u32(start + 24, swapped: swapped), time: time, interface, into: batch)
        return nil
    }

    /// A simple packet block (section 4.4): original length and data. It belongs to the section's first interface, has no
    /// time (the last packet's is taken), and was captured up to the interface's snapshot length.
    private func takeSimplePacket(
        _ window: CaptureWindow, _ block: Range<Int>, into batch: PacketBatch
    ) -> Damage.Kind? {
        guard block.count >= PcapngBlock.simpleMinimum else { return .impossibleHeader }
        guard section.count > 0 else { return .unknownInterface }
        let interface = section[0]
        let original = window.u32(block.lowerBound + 8, swapped: section.swapped)
        let limit = interface.snapLength == 0 ? UInt32.max : interface.snapLength
        let room = UInt32(block.count - PcapngBlock.simpleMinimum)
        let captured = min(original, limit, room)
        if captured > UInt32(maximumCapturedOctets) { return .oversized }
        append(
            window, at: block.lowerBound + PcapngBlock.simpleData, captured: captured, original: original,
            time: lastTime, interface, into: batch)
        return nil
    }

    private func append(
        _ window: CaptureWindow, at position: Int, captured: UInt32, original: UInt32, time: Nanoseconds,
        _ interface: PcapngInterface, into batch: PacketBatch
    ) {
        let fcs = UInt32(interface.fcsLength)
        let wire = original - min(fcs, original)
        tally.packets += 1
        // SAFETY: the callers compared `captured` with the block, which lies in the window.
        let bytes = unsafe (window.base + position).assumingMemoryBound(to: UInt8.self)
        // SAFETY: the same octets.
        unsafe batch.append(
            PacketReference(
                bytes: bytes, timestamp: time, frameNumber: tally.packets,
                capturedLength: fcs == 0 ? captured : min(captured, wire), wireLength: wire,
                linkType: interface.linkType, observationPoint: observationPoint))
        tally.capturedOctets &+= UInt64(captured)
        tally.earliest = min(tally.earliest, time)
        tally.latest = max(tally.latest, time)
        lastTime = time
    }
}
