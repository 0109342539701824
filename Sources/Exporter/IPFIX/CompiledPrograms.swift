import FlowTable
import Labels

/// Every encoding program of an export in flat memory: what the encoder's inner loop walks.
// SAFETY: the blocks never change after init, and live as long as the object.
@safe final class CompiledPrograms {
    /// Bits of a shape that tell templates apart.
    let shapeMask: Int
    /// Whether each direction is a record of its own.
    let splitsDirections: Bool
    /// Whether NTP times are needed.
    let precise: Bool
    /// Octets of the longest data record, attributes left out.
    let longestRecord: Int
    /// The attributes of each program that has some; none at 0.
    let attributes: [AttributeFields]
    /// The attributes that are carried where there is room.
    let carried: AttributeSelection
    /// Whether SCTP's attributes are carried, in templates of their own.
    let hasSCTP: Bool

    /// Number of the mirrored program of shape 0; shapes are below 256.
    static let mirrorBase = 256
    private static let count = 512

    /// One program: where its steps are, and what it writes.
    struct Entry: BitwiseCopyable {
        var firstStep: Int32 = 0
        var recordSteps: Int16 = 0
        var derivedSteps: Int16 = 0
        var recordLength: UInt16 = 0
        var templateId: UInt16 = 0
        /// Which of `CompiledPrograms.attributes` come behind the record's fields; 0 for none.
        var attributes: UInt16 = 0
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let steps: UnsafeMutablePointer<EncodingStep>
    private let narrowed: UnsafeMutableBufferPointer<NarrowedField>

    init(options: IPFIXOptions) {
        #if _endian(big)
            #error("Encoding steps load fields from a little-endian record.")
        #endif
        let templates = FlowTemplate.all(options: options)
        var table = [Entry](repeating: Entry(), count: Self.count)
        var all: [EncodingStep] = []
        var fields = [AttributeFields([])]
        for template in templates {
            for mirrored in template.shape.isBiflow ? [false] : [false, true] {
                let program = EncodingProgram(template, mirrored: mirrored)
                if template.shape.hasAttributes {
                    fields.append(mirrored ? template.attributes.mirrored : template.attributes)
                }
                table[template.shape.index + (mirrored ? Self.mirrorBase : 0)] = Entry(
                    firstStep: Int32(all.count), recordSteps: Int16(program.recordSteps.count),
                    derivedSteps: Int16(program.derivedSteps.count), recordLength: UInt16(program.recordLength),
                    templateId: program.templateId,
                    attributes: template.shape.hasAttributes ? UInt16(fields.count - 1) : 0)
                all += program.recordSteps + program.derivedSteps
            }
        }
        shapeMask = TemplateShape.distinguishingBits(options.elements)
        splitsDirections = options.uniflow
        precise = options.elements == .precise
        attributes = fields
        carried = options.carriedAttributes
        hasSCTP = carried.hasSCTP
        longestRecord = templates.map(\.recordLength).max() ?? 0
        // SAFETY: three blocks of their own, initialised whole from arrays of these sizes, freed in deinit.
        unsafe entries = .allocate(capacity: Self.count)
        // SAFETY: as above.
        unsafe entries.initialize(from: table, count: Self.count)
        // SAFETY: as above.
        unsafe steps = .allocate(capacity: all.count)
        // SAFETY: as above.
        unsafe steps.initialize(from: all, count: all.count)
        // SAFETY: as above.
        unsafe narrowed = .allocate(capacity: NarrowedField.all.count)
        // SAFETY: as above.
        _ = unsafe narrowed.initialize(from: NarrowedField.all)
    }

    deinit {
        // SAFETY: allocated in init; no pointer to them leaves this object.
        unsafe entries.deallocate()
        // SAFETY: as above.
        unsafe steps.deallocate()
        // SAFETY: as above.
        unsafe narrowed.deallocate()
    }

    /// Program by number: a shape's index, plus `mirrorBase` for the responder's side.
    @inline(__always)
    subscript(number: Int) -> Entry {
        // SAFETY: a shape is below 256: numbers stay below 512.
        unsafe entries[number]
    }

    /// The program of records with attributes whose number without is `number`.
    func attributed(_ number: Int, _ protocolIdentifier: UInt8) -> Int {
        TemplateShape.withAttributes(number, protocolIdentifier: protocolIdentifier, hasSCTP: hasSCTP)
    }

    /// Encodes a list's values as they stand behind records of program number `number`: none in shapes without ports, in
    /// which no flow of theirs is looked into. `limit` and what is returned are as in `AttributeFields.encode`.
    func encode(
        _ octets: Span<UInt8>, _ list: Range<Int>, _ number: Int, _ protocolIdentifier: UInt8, limit: Int,
        into output: inout [UInt8]
    ) -> Bool {
        guard TemplateShape.hasPorts(number) else { return true }
        let place = Int(self[attributed(number, protocolIdentifier)].attributes)
        // A template that has room for none of them is not there.
        guard place > 0 else { return !AttributeFields.hasAny(of: carried, octets, list) }
        return attributes[place].encode(octets, list, limit: limit, into: &output)
    }

    /// Runs a program: reads `record` and `derived`, writes `program.recordLength` octets to `output` and up to seven
    /// octets of no meaning after them.
    @inline(__always)
    func run(
        _ program: Entry, _ record: UnsafeRawPointer, _ derived: UnsafeRawPointer, to output: UnsafeMutableRawPointer
    ) {
        // SAFETY: a program's steps lie within `steps`.
        var step = unsafe UnsafePointer(steps) + Int(program.firstStep)
        // SAFETY: as above.
        let middle = unsafe step + Int(program.recordSteps)
        // SAFETY: as above.
        let end = unsafe middle + Int(program.derivedSteps)
        // SAFETY: steps load within the record and store within the data record's octets and 7 more.
        while unsafe step < middle {
            unsafe Self.perform(step.pointee, record, output)
            unsafe step += 1
        }
        // SAFETY: likewise within the derived values.
        while unsafe step < end {
            unsafe Self.perform(step.pointee, derived, output)
            unsafe step += 1
        }
    }

    @inline(__always)
    private static func perform(
        _ step: EncodingStep, _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer
    ) {
        // SAFETY: `EncodingProgram` makes steps whose 8 octets lie within the input.
        let word = unsafe input.loadUnaligned(fromByteOffset: Int(step.source), as: UInt64.self)
        let field = (word &<< UInt64(step.shift)).byteSwapped
        // SAFETY: the caller has room for the record and 7 octets more.
        unsafe output.storeBytes(of: field, toByteOffset: Int(step.destination), as: UInt64.self)
    }

    /// Whether a counter of the record at `record` has more digits than the wire.
    @inline(__always)
    func overflows(_ record: UnsafeRawPointer) -> Bool {
        var excess: UInt64 = 0
        // SAFETY: offsets are those of stored 64-bit properties of a record.
        for index in unsafe 0..<narrowed.count {
            // SAFETY: as above.
            let field = unsafe narrowed[index]
            // SAFETY: as above.
            excess |= unsafe record.loadUnaligned(fromByteOffset: field.offset, as: UInt64.self) & ~field.limit
        }
        return excess != 0
    }

    /// Replaces counters that do not fit by the largest value that does.
    func clamp(_ record: UnsafeMutableRawBufferPointer) {
        // SAFETY: offsets are those of stored 64-bit properties of a record, and `record` is a whole one.
        for index in unsafe 0..<narrowed.count {
            // SAFETY: as above.
            let field = unsafe narrowed[index]
            // SAFETY: as above.
            let value = unsafe record.loadUnaligned(fromByteOffset: field.offset, as: UInt64.self)
            // SAFETY: as above.
            unsafe record.storeBytes(of: min(value, field.limit), toByteOffset: field.offset, as: UInt64.self)
        }
    }
}
