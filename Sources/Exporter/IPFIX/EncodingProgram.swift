import FlowTable

/// One step of writing a data record: load 8 octets, shift the run's octets to the top, swap, store 8 octets.
///
/// The store covers up to seven octets after the run. What follows there is written later: steps run in ascending
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
        var record: [Run] = []
        var derived: [Run] = []
        var destination = 0
        for field in template.fields {
            let length = Int(field.element.length)
            switch mirrored ? field.element.mirrorSource : field.source {
            case .stored(let offset, 16):
                record.append(Run(source: offset, destination: destination, length: 8, isWhole: true))
                record.append(Run(source: offset + 8, destination: destination + 8, length: 8, isWhole: true))
            case .stored(let offset, let width):
                let run = Run(source: offset, destination: destination, length: length, isWhole: length == width)
                Self.append(run, to: &record)
            case .derived(let slot):
                let run = Run(
                    source: slot.offset, destination: destination, length: length, isWhole: length == slot.width)
                Self.append(run, to: &derived)
            }
            destination += length
        }
        recordSteps = record.map { Self.step($0, in: MemoryLayout<FlowRecord>.size) }
        derivedSteps = derived.map { Self.step($0, in: MemoryLayout<DerivedValues>.size) }
    }

    /// Neighbouring octets of memory that are neighbours on the wire, in reverse order: one field or several.
    private struct Run {
        var source: Int
        var destination: Int
        var length: Int
        /// Every field has all its octets on the wire.
        var isWhole: Bool
    }

    /// Adds a run, or makes the last one longer when `run` lies right before it in memory and right after it on the
    /// wire.
    private static func append(_ run: Run, to runs: inout [Run]) {
        if let last = runs.last, last.isWhole, run.isWhole, run.source + run.length == last.source,
            last.destination + last.length == run.destination, last.length + run.length <= 8
        {
            runs[runs.count - 1].source = run.source
            runs[runs.count - 1].length += run.length
        } else {
            runs.append(run)
        }
    }

    /// A step whose load stays within the `size` octets of its source. A run near the source's end is loaded from
    /// further back; what stands before it is shifted below the field, where
    /// the store leaves it to be overwritten.
    private static func step(_ run: Run, in size: Int) -> EncodingStep {
        let start = min(run.source, size - 8)
        return EncodingStep(
            source: UInt16(start), destination: UInt16(run.destination),
            shift: UInt32(64 - 8 * (run.source - start + run.length)))
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
