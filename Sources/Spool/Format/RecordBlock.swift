import CCompression
import FlowTable
import Labels

/// The records of one batch, read from a segment. Its memory is used again for the next.
// SAFETY: (@safe) owns its memory from init to deinit; records are exposed only after every octet of them was checked.
@safe package final class RecordBlock {
    /// How many records there are.
    package private(set) var count = 0
    private var base: UnsafeMutablePointer<FlowRecord>
    private var capacity: Int
    /// Their attributes, one list after the other (`AttributeWalk`).
    package private(set) var attributes: [UInt8] = []
    private var stored: [UInt8] = []
    private var plain: [UInt8] = []

    /// An empty block.
    package init() {
        capacity = 1
        // SAFETY: freed in deinit or when it grows.
        unsafe base = UnsafeMutablePointer<FlowRecord>.allocate(capacity: 1)
    }

    deinit {
        // SAFETY: allocated by init or reserve; FlowRecord is trivial.
        unsafe base.deallocate()
    }

    /// The records, until the next are read.
    package var records: Span<FlowRecord> {
        @_lifetime(borrow self)
        get {
            // SAFETY: count records are initialised; the span borrows this block, which owns them.
            let span = unsafe Span(_unsafeStart: base, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Drops the records, with their attributes, for which `keeps` does not hold; the others stay in their order.
    func retain(_ keeps: (FlowRecord, Span<UInt8>) -> Bool) {
        var walk = AttributeWalk()
        var (kept, octets) = (0, 0)
        for index in 0..<count {
            // SAFETY: the first `count` records are initialised.
            let record = unsafe base[index]
            let list = walk.next(record.attributeOctets, of: attributes.count)
            guard keeps(record, attributes.span.extracting(list)) else { continue }
            // SAFETY: no more were kept than looked at.
            unsafe base[kept] = record
            for place in list {
                attributes[octets] = attributes[place]
                octets += 1
            }
            kept += 1
        }
        count = kept
        attributes.removeLast(attributes.count - octets)
    }

    private func reserve(_ records: Int) {
        guard records > capacity else { return }
        // SAFETY: the records held are of no more use; FlowRecord is trivial.
        unsafe base.deallocate()
        unsafe base = UnsafeMutablePointer<FlowRecord>.allocate(capacity: records)
        capacity = records
    }

    /// Reads the payload of a batch of records at `offset` of `file`. False when it is damaged.
    func read(_ header: BatchHeader, _ layout: RecordLayout, _ file: SegmentFile, at offset: UInt64) throws(SpoolError)
        -> Bool
    {
        count = 0
        attributes.removeAll(keepingCapacity: true)
        let recordOctets = header.recordCount * layout.recordLength
        guard header.plainLength >= recordOctets else { return false }
        reserve(header.recordCount)
        if layout == .current, !header.isCompressed, header.plainLength == recordOctets {
            // SAFETY: room for as many records, whose octets are exactly those of the payload.
            let memory = unsafe UnsafeMutableRawBufferPointer(start: base, count: header.plainLength)
            // SAFETY: as above.
            guard unsafe try file.read(into: memory, at: offset) == header.storedLength,
                unsafe Checksum.of(UnsafeRawBufferPointer(memory)) == header.payloadChecksum,
                unsafe isSound(UnsafeRawBufferPointer(memory), header.recordCount)
            else { return false }
        } else {
            stored = try file.octets(at: offset, count: header.storedLength)
            guard stored.count == header.storedLength, Checksum.of(stored.span) == header.payloadChecksum,
                expand(header), layout == .current ? copy(header.recordCount) : convert(header, layout)
            else { return false }
            attributes += plain[recordOctets...]
        }
        count = header.recordCount
        guard hasSoundAttributes else {
            count = 0
            return false
        }
        return true
    }

    /// Whether each record has the attributes that it says it has, and each list is one that a probe makes.
    private var hasSoundAttributes: Bool {
        var position = 0
        let attributes = attributes
        let octets = attributes.span
        for index in 0..<count {
            let length = Int(records[index].attributeOctets)
            guard length > 0 else { continue }
            guard length <= octets.count - position, AttributeList.isSound(octets, position..<position + length) else {
                return false
            }
            position += length
        }
        return position == octets.count
    }

    /// Takes `count` records out of `plain`, which are as they are in memory.
    private func copy(_ count: Int) -> Bool {
        let length = count * RecordLayout.current.recordLength
        // SAFETY: `plain` has the octets of so many records, and `reserve` made room for them.
        unsafe plain.withUnsafeBytes { source in
            // SAFETY: as above.
            unsafe UnsafeMutableRawBufferPointer(start: base, count: length)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<length]))
        }
        // SAFETY: so many whole records.
        return unsafe isSound(UnsafeRawBufferPointer(start: base, count: length), count)
    }

    /// Undoes compression, into `plain`.
    private func expand(_ header: BatchHeader) -> Bool {
        guard header.isCompressed else {
            swap(&plain, &stored)
            return true
        }
        plain = [UInt8](repeating: 0, count: header.plainLength)
        let length = plain.count
        // SAFETY: both buffers have the sizes stated.
        let result = unsafe ZSTD_decompress(&plain, length, stored, stored.count)
        return ZSTD_isError(result) == 0 && result == length
    }

    /// Whether no enumeration and no time has a value that it cannot have, in records as they are in memory.
    // SAFETY: callers pass `count` whole records.
    @unsafe private func isSound(_ octets: UnsafeRawBufferPointer, _ count: Int) -> Bool {
        for field in RecordLayout.OwnField.all where field.maximum < .max {
            var offset = field.offset
            for _ in 0..<count {
                // SAFETY: the field lies within the record.
                let value = unsafe Self.load(octets, offset, field.width)
                guard value <= field.maximum else { return false }
                offset += RecordLayout.current.recordLength
            }
        }
        return true
    }

    /// Takes the fields that both layouts have out of `plain`. A number too large for its place is not sound.
    private func convert(_ header: BatchHeader, _ layout: RecordLayout) -> Bool {
        let places = RecordLayout.OwnField.all.compactMap { own in
            layout.fields.first { $0.name == own.name }.map { (own, $0) }
        }
        // SAFETY: `reserve` made room; a record of zeroes is a sound one.
        unsafe base.initialize(repeating: FlowRecord(), count: header.recordCount)
        // SAFETY: the memory of as many whole records.
        let target = unsafe UnsafeMutableRawBufferPointer(
            start: base, count: header.recordCount * MemoryLayout<FlowRecord>.stride)
        return unsafe plain.withUnsafeBytes { source in
            for (own, other) in places {
                let limit = own.width == 8 ? own.maximum : min(own.maximum, 1 << UInt64(8 * own.width) - 1)
                for index in 0..<header.recordCount {
                    // SAFETY: the layout was checked, and the payload has the length of its records.
                    let value = unsafe Self.load(source, index * layout.recordLength + other.offset, other.width)
                    guard value <= limit else { return false }
                    // SAFETY: the field lies within the record.
                    unsafe Self.store(
                        value, target, index * MemoryLayout<FlowRecord>.stride + own.offset, own.width)
                }
            }
            return true
        }
    }

    // SAFETY: callers pass a place of `width` octets within the buffer, which allows any alignment.
    @unsafe @inline(__always)
    private static func load(_ octets: UnsafeRawBufferPointer, _ offset: Int, _ width: Int) -> UInt64 {
        // SAFETY: as stated above.
        switch width {
        case 1: UInt64(unsafe octets.loadUnaligned(fromByteOffset: offset, as: UInt8.self))
        case 2: UInt64(unsafe octets.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
        case 4: UInt64(unsafe octets.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        default: unsafe octets.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
    }

    // SAFETY: as `load`.
    @unsafe @inline(__always)
    private static func store(_ value: UInt64, _ octets: UnsafeMutableRawBufferPointer, _ offset: Int, _ width: Int) {
        // SAFETY: as stated above.
        switch width {
        case 1: unsafe octets.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: offset, as: UInt8.self)
        case 2: unsafe octets.storeBytes(of: UInt16(truncatingIfNeeded: value), toByteOffset: offset, as: UInt16.self)
        case 4: unsafe octets.storeBytes(of: UInt32(truncatingIfNeeded: value), toByteOffset: offset, as: UInt32.self)
        default: unsafe octets.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
        }
    }
}
