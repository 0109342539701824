import FlowTable

/// One step of writing a data record: load 8 octets, shift the field's lowest octets to the top, swap, store 8 octets.
///
/// The store covers up to seven octets after the field. What follows there is written later: steps run in ascending
/// order of destination, and steps that read derived values run after the others and are 8 octets long, or stand last.
struct EncodingStep: BitwiseCopyable {
    /// Octets into the record or the derived values.
    let source: UInt16
    /// Octets into the data record.
    let destination: UInt16
    /// Bits to shift left.
    let shift: UInt32
}

/// A template compiled for one orientation: steps over the record, then steps over `DerivedValues`.
struct EncodingProgram {
    let templateId: UInt16
    let recordLength: Int
    let recordSteps: [EncodingStep]
    let derivedSteps: [EncodingStep]

    /// Compiles `template`; `mirrored` writes from the responder's side.
    init(_ template: FlowTemplate, mirrored: Bool) {
        templateId = template.id
        recordLength = template.recordLength
        var record: [EncodingStep] = []
        var derived: [EncodingStep] = []
        var destination = 0
        for field in template.fields {
            let length = Int(field.element.length)
            switch mirrored ? field.element.mirrorSource : field.source {
            case .stored(let offset, 16):
                record.append(Self.step(from: offset, to: destination, length: 8, in: MemoryLayout<FlowRecord>.size))
                record.append(
                    Self.step(from: offset + 8, to: destination + 8, length: 8, in: MemoryLayout<FlowRecord>.size))
            case .stored(let offset, _):
                record.append(
                    Self.step(from: offset, to: destination, length: length, in: MemoryLayout<FlowRecord>.size))
            case .derived(let slot):
                derived.append(
                    Self.step(from: slot.offset, to: destination, length: length, in: MemoryLayout<DerivedValues>.size))
            }
            destination += length
        }
        recordSteps = record
        derivedSteps = derived
    }

    /// A step whose load stays within the `size` octets of its source. A field that ends less than 8 octets after its
    /// start at the source's end is loaded from further back; what stands before it is shifted below the field, where
    /// the store leaves it to be overwritten.
    private static func step(from offset: Int, to destination: Int, length: Int, in size: Int) -> EncodingStep {
        let start = min(offset, size - 8)
        return EncodingStep(
            source: UInt16(start), destination: UInt16(destination), shift: UInt32(64 - 8 * (offset - start + length)))
    }
}

/// Where a record's 64-bit counters are that the wire carries in fewer octets, so that a value that does not fit is
/// noticed and clamped instead of losing its upper digits.
struct NarrowedField: BitwiseCopyable {
    let offset: Int
    /// The largest value that fits.
    let limit: UInt64

    /// Every narrowed counter of the table.
    static let all: [NarrowedField] = ExportField.all.compactMap { field in
        guard case .stored(let offset, 8) = field.source, field.element.type == .unsigned64, field.element.length < 8
        else { return nil }
        return NarrowedField(offset: offset, limit: (1 << UInt64(field.element.length * 8)) - 1)
    }
}
