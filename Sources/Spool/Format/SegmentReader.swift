/// Reads the batches of one segment, in order. What is damaged is left out: the next sound batch is looked for octet by
/// octet, and its count of the records made before it says how many were lost.
package final class SegmentReader {
    /// What comes next.
    package enum Item {
        /// Records, which are in the block that was passed.
        case records(BatchHeader)
        /// A time that no record covers.
        case gap(BatchHeader, CoverageGap)
        /// A run ended in good order.
        case close(BatchHeader)
        /// Nothing sound is left up to the limit.
        case end
    }

    let file: SegmentFile
    /// nil when the segment's own header is damaged: batches in this program's layout can be read all the same.
    package let header: SegmentHeader?
    /// Where the next batch is looked for.
    package private(set) var offset: UInt64
    /// Octets that belong to nothing sound.
    package private(set) var damagedOctets: UInt64 = 0

    /// How much is looked through at once for the next sound batch.
    private static let stride = 1 << 16

    /// A reader at the first batch. Throws for a format that this program does not know.
    package init(_ file: SegmentFile) throws(SpoolError) {
        self.file = file
        let start = try file.octets(at: 0, count: min(SegmentHeader.longest, Int(clamping: file.length)))
        switch SegmentHeader.parse(start) {
        case .header(let header, let length):
            self.header = header
            offset = UInt64(length)
        case .unknownVersion(let version):
            throw SpoolError(
                .unknownVersion,
                "The spool's segment \(file.path) has format \(version), and this program reads formats up to "
                    + "\(SegmentHeader.version). Let the version that wrote it deliver it, or move the file away.")
        case .damaged:
            header = nil
            offset = 0
        }
    }

    /// The next batch before `limit` whose id is `first` or more, its records in `block`. What is before `first`, and
    /// all records when `block` is nil, is passed over unread.
    package func next(limit: UInt64, from first: UInt64 = 0, into block: RecordBlock?) throws(SpoolError) -> Item {
        while offset < limit, limit - offset >= UInt64(BatchHeader.length) {
            let octets = try file.octets(at: offset, count: BatchHeader.length)
            guard let batch = BatchHeader(octets), fits(batch, limit) else {
                try skipDamage(limit)
                continue
            }
            let start = offset + UInt64(BatchHeader.length)
            let item = batch.id < first ? nil : try item(batch, at: start, block)
            offset = start + UInt64(batch.storedLength)
            if let item { return item }
            if batch.id < first { continue }
            damagedOctets += UInt64(BatchHeader.length + batch.storedLength)
        }
        // Too few octets for a header: the beginning of one that was torn.
        damagedOctets += limit - min(offset, limit)
        offset = max(offset, limit)
        return .end
    }

    private func fits(_ batch: BatchHeader, _ limit: UInt64) -> Bool {
        limit - offset - UInt64(BatchHeader.length) >= UInt64(batch.storedLength)
    }

    /// nil when the payload is damaged.
    private func item(_ batch: BatchHeader, at start: UInt64, _ block: RecordBlock?) throws(SpoolError) -> Item? {
        switch batch.kind {
        case .records:
            guard let block else { return .records(batch) }
            guard let layout = layout(batch), try block.read(batch, layout, file, at: start) else { return nil }
            return .records(batch)
        case .gap:
            guard batch.storedLength <= CoverageGap.inputLength, !batch.isCompressed else { return nil }
            let octets = try file.octets(at: start, count: batch.storedLength)
            guard Checksum.of(octets.span) == batch.payloadChecksum,
                let gap = CoverageGap(octets)
            else { return nil }
            return .gap(batch, gap)
        case .close:
            return batch.storedLength == 0 ? .close(batch) : nil
        }
    }

    private func layout(_ batch: BatchHeader) -> RecordLayout? {
        if let header, header.layout.checksum == batch.layoutChecksum { return header.layout }
        return RecordLayout.current.checksum == batch.layoutChecksum ? .current : nil
    }

    /// Moves on to the next octet at which a sound batch header begins, or to `limit`.
    private func skipDamage(_ limit: UInt64) throws(SpoolError) {
        offset += 1
        damagedOctets += 1
        while offset < limit, limit - offset >= UInt64(BatchHeader.length) {
            let octets = try file.octets(
                at: offset, count: Int(min(limit - offset, UInt64(Self.stride + BatchHeader.length))))
            guard octets.count >= BatchHeader.length else { break }
            for place in 0...(octets.count - BatchHeader.length) where octets[place] == 0x46 {
                guard BatchHeader(octets, at: place) != nil else { continue }
                offset += UInt64(place)
                damagedOctets += UInt64(place)
                return
            }
            let step = UInt64(octets.count - BatchHeader.length + 1)
            offset += step
            damagedOctets += step
        }
        damagedOctets += limit - min(offset, limit)
        offset = limit
    }
}
