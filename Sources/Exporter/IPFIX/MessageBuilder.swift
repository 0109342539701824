import FlowTable
import NetTypes

/// Frames IPFIX messages (RFC 7011 section 3) one after another in a block of memory, until the block is handed to a
/// transport. Keeps each observation domain's sequence number and the session's Export Time.
///
/// Consecutive records of one template share a set; a record of another template begins the next set. Records stay in
/// the order they come in, so that the same records give the same octets.
// SAFETY: the block's pointer never leaves the value, which cannot be copied; every write is checked against its end.
@safe package struct MessageBuilder: ~Copyable {
    /// Largest message, 512 to 65535 octets.
    package let messageLimit: Int
    /// Octets of sealed messages at the start of the block.
    package private(set) var sealedLength = 0
    /// The observation domain that records go to.
    package private(set) var domain: UInt32 = 0
    private var sequences: [UInt32: UInt32] = [:]
    private var exportSeconds: UInt32 = 0

    /// The block, with room behind its end for the last step's store.
    private let block: UnsafeMutableRawPointer
    private let capacity: Int
    private let programs: CompiledPrograms
    /// Where the next octet goes; `sealedLength` when no message is open.
    private var position = 0
    /// Start of the open set, or 0.
    private var setStart = 0
    /// Id of the open set, 0 for none.
    private var setId: UInt16 = 0
    /// Data records in the block's sealed messages, options data left out.
    package private(set) var sealedFlowRecords = 0
    /// Options data records in the open message.
    private var messageOptionsRecords: UInt32 = 0
    /// Data records in the open message, options data included.
    private var messageRecords: UInt32 = 0
    /// The record at hand's attributes as they go onto the wire.
    private var values: [UInt8] = []
    /// The same for the data record written from the responder's side.
    private var mirroredValues: [UInt8] = []
    private var hasValues: Bool { !values.isEmpty || !mirroredValues.isEmpty }
    private var valuesAreCut = false
    private var cutAttributes: UInt64 = 0

    /// Octets of a message header.
    package static let headerLength = 16
    /// Octets of a set header.
    package static let setHeaderLength = 4

    /// A builder whose block holds `blockLength` octets of messages, at least two messages. The block is filled with
    /// `fill`, which only a test cares about.
    package init(options: IPFIXOptions, messageLimit: Int, blockLength: Int, fill: UInt8 = 0) {
        self.messageLimit = min(max(messageLimit, 512), 65535)
        capacity = max(blockLength, 2 * self.messageLimit)
        // SAFETY: owned by this value alone and freed in deinit; every write is checked against `capacity`, and the
        // 16 octets beyond it take the overhang of an encoding step.
        unsafe block = UnsafeMutableRawPointer.allocate(byteCount: capacity + 16, alignment: 64)
        // SAFETY: as above; exactly the octets allocated.
        unsafe block.initializeMemory(as: UInt8.self, repeating: fill, count: capacity + 16)
        programs = CompiledPrograms(options: options)
    }

    deinit {
        // SAFETY: allocated in init, and no pointer to it leaves this value.
        unsafe block.deallocate()
    }

    /// Whether the block must be handed over before more is added.
    package var isFull: Bool { sealedLength + 2 * messageLimit > capacity }

    /// Moves Export Time on to `clock`; it never goes back in a session, and stops at the format's end in 2106.
    package mutating func advance(to clock: Nanoseconds) {
        exportSeconds = max(exportSeconds, UInt32(clamping: clock / nanosecondsPerSecond))
    }

    /// Makes `domain` the one that records go to; seals a message open for another.
    package mutating func select(domain: UInt32) {
        guard domain != self.domain else { return }
        seal()
        self.domain = domain
    }

    /// Begins a new session: sequence numbers from 0, an empty block, Export Time free.
    package mutating func restart() {
        discard()
        sequences = [:]
        exportSeconds = 0
    }

    /// Empties the block; what was in it has been sent or counted.
    package mutating func discard() {
        (sealedLength, position, setStart, setId) = (0, 0, 0, 0)
        (messageRecords, messageOptionsRecords, sealedFlowRecords) = (0, 0, 0)
    }

    /// Ends the open message, if any: fills in its header and its last set's length, and counts its data records.
    package mutating func seal() {
        guard position > sealedLength else { return }
        endSet()
        let sequence = sequences[domain, default: 0]
        store16(10, at: sealedLength)
        store16(UInt16(position - sealedLength), at: sealedLength + 2)
        store32(exportSeconds, at: sealedLength + 4)
        store32(sequence, at: sealedLength + 8)
        store32(domain, at: sealedLength + 12)
        sequences[domain] = sequence &+ messageRecords
        sealedFlowRecords += Int(messageRecords - messageOptionsRecords)
        (messageRecords, messageOptionsRecords) = (0, 0)
        sealedLength = position
    }

    /// Adds one template record (`setId` 2 or 3) or one options data record to the domain selected. False when the
    /// block is full: hand it over and call again.
    package mutating func add(_ octets: [UInt8], setId: UInt16) -> Bool {
        guard octets.count <= messageLimit - Self.headerLength - Self.setHeaderLength else { return true }
        if position - sealedLength + Self.setHeaderLength + octets.count > messageLimit { seal() }
        if position == sealedLength {
            if isFull { return false }
            position += Self.headerLength
        }
        if self.setId != setId {
            endSet()
            (setStart, self.setId) = (position, setId)
            position += Self.setHeaderLength
        }
        for octet in octets {
            store8(octet, at: position)
            position += 1
        }
        if setId >= 256 {
            messageRecords += 1
            messageOptionsRecords += 1
        }
        return true
    }

    /// Encodes records of the domain selected, beginning with number `first`. Returns the number of the first record
    /// not taken: `records.count`, or that of a record of another domain, or any when the block became full (see
    /// `isFull`). About 20 ns a record. `walk` is at record `first` in `attributes`, and afterwards at the record returned.
    package mutating func encode(
        _ records: Span<FlowRecord>, from first: Int, attributes: Span<UInt8>, _ walk: inout AttributeWalk
    ) -> Int {
        // SAFETY: the closure uses the pointer only while it runs, within `records.count` records.
        unsafe records.withUnsafeBufferPointer { unsafe encode($0, from: first, attributes, &walk) }
    }

    /// The same for records without attributes.
    package mutating func encode(_ records: Span<FlowRecord>, from first: Int) -> Int {
        var walk = AttributeWalk()
        return encode(records, from: first, attributes: Span(), &walk)
    }

    /// Records since the last call of whose attributes some were left out for want of room in a message.
    mutating func takeCutAttributes() -> UInt64 {
        defer { cutAttributes = 0 }
        return cutAttributes
    }

    /// The octets of sealed messages, until the builder is next changed.
    package var sealed: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            // SAFETY: the block's first `sealedLength` octets are initialised, live as long as `self`, and are not
            // written while `self` is borrowed.
            let octets = unsafe UnsafeBufferPointer(
                start: UnsafePointer(block.assumingMemoryBound(to: UInt8.self)), count: sealedLength)
            // SAFETY: as above.
            return unsafe _overrideLifetime(Span(_unsafeElements: octets), borrowing: self)
        }
    }

    private mutating func endSet() {
        guard setId != 0 else { return }
        store16(setId, at: setStart)
        store16(UInt16(position - setStart), at: setStart + 2)
        setId = 0
    }

    private func store8(_ value: UInt8, at offset: Int) {
        // SAFETY: callers stay below `capacity`: a message is opened only when `messageLimit` octets are left.
        unsafe block.storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
    }

    private func store16(_ value: UInt16, at offset: Int) {
        // SAFETY: as `store8`.
        unsafe block.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    private func store32(_ value: UInt32, at offset: Int) {
        // SAFETY: as `store8`.
        unsafe block.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }
}

extension MessageBuilder {
    private mutating func encode(
        _ records: UnsafeBufferPointer<FlowRecord>, from first: Int, _ attributes: Span<UInt8>,
        _ walk: inout AttributeWalk
    ) -> Int {
        let reserve = 2 * (programs.longestRecord + Self.setHeaderLength)
        let mask = programs.shapeMask
        let splits = programs.splitsDirections
        var index = first
        while index < records.count {
            // SAFETY: `index` is below the count, and callers give `first` of 0 or more.
            let record = unsafe UnsafeRawPointer(records.baseAddress! + index)
            // SAFETY: the pointer is to a whole record.
            let fields = unsafe record.assumingMemoryBound(to: FlowRecord.self)
            // SAFETY: as above.
            guard unsafe fields.pointee.observationDomainId == domain else { break }
            // SAFETY: as above.
            let listed = unsafe fields.pointee.attributeOctets
            var ahead = walk
            if listed != 0 {
                // SAFETY: as above.
                unsafe prepare(attributes, ahead.next(listed, of: attributes.count), fields.pointee)
            } else if hasValues {
                values.removeAll(keepingCapacity: true)
                mirroredValues.removeAll(keepingCapacity: true)
            }
            // A record may become two, and neither may be left for the next block alone.
            if position - sealedLength + reserve + values.count + mirroredValues.count > messageLimit {
                seal()
                if isFull { break }
            } else if position == sealedLength, isFull {
                break
            }
            // SAFETY: as above.
            if unsafe programs.overflows(record) {
                // SAFETY: as above.
                var clamped = unsafe fields.pointee
                // SAFETY: a whole record, a copy of our own.
                unsafe withUnsafeMutableBytes(of: &clamped) { unsafe programs.clamp($0) }
                // SAFETY: the pointer lives as long as the call.
                unsafe withUnsafeBytes(of: &clamped) {
                    unsafe write($0.baseAddress!, mask: mask, splits: splits)
                }
            } else {
                // SAFETY: a whole record.
                unsafe write(record, mask: mask, splits: splits)
            }
            index += 1
            walk = ahead
            if listed != 0, valuesAreCut { cutAttributes += 1 }
        }
        return index
    }

    /// Makes `values` of a record's attributes, for each data record that it becomes; of none when nothing is left of them.
    @inline(never)
    private mutating func prepare(_ attributes: Span<UInt8>, _ list: Range<Int>, _ record: FlowRecord) {
        values.removeAll(keepingCapacity: true)
        mirroredValues.removeAll(keepingCapacity: true)
        valuesAreCut = false
        guard !list.isEmpty else { return }
        let mask = programs.shapeMask
        let limit = messageLimit - Self.headerLength - Self.setHeaderLength - programs.longestRecord
        let transport = record.protocolIdentifier
        if !programs.splitsDirections, let shape = TemplateShape.biflowIndex(record) {
            valuesAreCut = !programs.encode(attributes, list, shape & mask, transport, limit: limit, into: &values)
            return
        }
        if record.packetsForward != 0 || record.packetsReverse == 0 {
            let shape = TemplateShape.forwardIndex(record) & mask
            valuesAreCut = !programs.encode(attributes, list, shape, transport, limit: limit, into: &values)
        }
        if record.packetsReverse != 0 {
            let number = CompiledPrograms.mirrorBase + TemplateShape.mirrorIndex(record) & mask
            let isWhole = programs.encode(attributes, list, number, transport, limit: limit, into: &mirroredValues)
            valuesAreCut = valuesAreCut || !isWhole
        }
    }

    /// Puts attributes behind the data record that was just written.
    private mutating func putValues(isMirrored: Bool) {
        for octet in isMirrored ? mirroredValues : values {
            store8(octet, at: position)
            position += 1
        }
    }

    /// Writes one record as one or two data records; there is room for both.
    @inline(__always)
    private mutating func write(_ record: UnsafeRawPointer, mask: Int, splits: Bool) {
        // SAFETY: callers pass a pointer to a whole record.
        let fields = unsafe record.assumingMemoryBound(to: FlowRecord.self)
        // SAFETY: as above.
        var derived = unsafe DerivedValues(fields.pointee, precise: programs.precise)
        // SAFETY: `derived` outlives the closure's use of its octets; more than 0 octets have an address.
        unsafe withUnsafeBytes(of: &derived) { octets in
            let derived = octets.baseAddress!
            // SAFETY: a whole record.
            if !splits, let shape = unsafe TemplateShape.biflowIndex(fields.pointee) {
                // SAFETY: a whole record and all derived values.
                unsafe put(shape & mask, record, derived)
                return
            }
            // SAFETY: a whole record.
            let forward = unsafe fields.pointee.packetsForward != 0
            // SAFETY: a whole record.
            let reverse = unsafe fields.pointee.packetsReverse != 0
            if forward || !reverse {
                // SAFETY: a whole record and all derived values.
                unsafe put(TemplateShape.forwardIndex(fields.pointee) & mask, record, derived)
            }
            if reverse {
                // SAFETY: a whole record and all derived values.
                unsafe put(
                    CompiledPrograms.mirrorBase + TemplateShape.mirrorIndex(fields.pointee) & mask, record, derived)
            }
        }
    }

    /// Writes one data record by program number `number`.
    @inline(__always)
    private mutating func put(_ number: Int, _ record: UnsafeRawPointer, _ derived: UnsafeRawPointer) {
        var (number, length) = (number, 0)
        let isMirrored = number >= CompiledPrograms.mirrorBase
        if hasValues {
            length = isMirrored ? mirroredValues.count : values.count
            // SAFETY: callers pass a pointer to a whole record.
            let fields = unsafe record.assumingMemoryBound(to: FlowRecord.self)
            // SAFETY: as above.
            if length > 0 { number = unsafe programs.attributed(number, fields.pointee.protocolIdentifier) }
        }
        let program = programs[number]
        if length > 0, position > sealedLength,
            position - sealedLength + Int(program.recordLength) + length + Self.setHeaderLength > messageLimit
        {
            seal()
        }
        if position == sealedLength { position += Self.headerLength }
        if setId != program.templateId {
            endSet()
            (setStart, setId) = (position, program.templateId)
            position += Self.setHeaderLength
        }
        // SAFETY: `encode` made sure that two of the longest records with set headers fit below `capacity`.
        unsafe programs.run(program, record, derived, to: block + position)
        position += Int(program.recordLength)
        if length > 0 { putValues(isMirrored: isMirrored) }
        messageRecords &+= 1
    }
}
