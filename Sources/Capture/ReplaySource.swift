import NetTypes
import PacketDecode

/// What to replay.
package struct ReplayInput: Sendable {
    /// Capture files, folders of them, or "-" for standard input.
    package var paths: [String]
    /// A filter in the language of pcap-filter(7); nil lets every packet through.
    package var filter: String?

    /// A replay of these paths, merged by packet time when they are several files.
    package init(paths: [String], filter: String? = nil) {
        self.paths = paths
        self.filter = filter
    }
}

/// The packets of one or more capture files. Used by one thread at a time; `progress` may be read by others.
///
/// References in a batch point into the batch's storage, or into an input in memory, which lives as long as this object: keep
/// it until the last batch has been decoded.
package final class ReplaySource: PacketSource {
    private enum Inputs {
        case single(CaptureInput)
        case merged(MergedInputs)
    }

    private let inputs: Inputs
    private let filter: PacketFilter?
    private var filteredBySingle: UInt64 = 0
    /// How far the replay has come.
    package let progress: ReplayProgress
    /// Ends the wait for a pipe that gives nothing; the packets that have come are handed out, and then the input ends.
    package let interrupt = ReadInterrupt()

    /// Opens every input and checks the filter. Throws when an input cannot be read, is no capture, or when the filter
    /// does not compile.
    package init(_ input: ReplayInput) throws(CaptureError) {
        var paths: [String] = []
        for path in input.paths {
            if CaptureFolder.isFolder(path) {
                paths += try CaptureFolder.captures(in: path)
            } else {
                paths.append(path)
            }
        }
        guard let first = paths.first else { throw .noPaths }
        progress = ReplayProgress(totalOctets: Self.totalOctets(paths))
        let linkTypes: [UInt16]
        if paths.count == 1 {
            let single = try CaptureInput(path: first, observationPoint: 0, interrupt: interrupt)
            inputs = .single(single)
            linkTypes = single.reader.interfaces.map { $0.linkType }
        } else {
            let merged = try MergedInputs(paths, progress: progress, interrupt: interrupt)
            inputs = .merged(merged)
            linkTypes = merged.linkTypes
        }
        filter = try Self.filter(input.filter, linkTypes)
        connectFilter()
    }

    /// A replay of a capture in memory: for tests and fuzzing. With `piece`, the octets are read as a stream that gives so
    /// many at a time.
    package init(octets: [UInt8], piece: Int? = nil, filter expression: String? = nil) throws(CaptureError) {
        let single = try CaptureInput(octets: octets, name: "memory", piece: piece)
        inputs = .single(single)
        progress = ReplayProgress(totalOctets: UInt64(octets.count))
        filter = try Self.filter(expression, single.reader.interfaces.map { $0.linkType })
        connectFilter()
    }

    /// Empties the batch and fills it with the next packets that the filter lets through; false when there are none left.
    package func fill(_ batch: PacketBatch) -> Bool {
        switch inputs {
        case .merged(let merged):
            return merged.fill(batch)
        case .single(let input):
            while input.fill(batch) {
                progress.add(input.newlyConsumed())
                guard let filter else { return true }
                filteredBySingle += UInt64(filter.apply(to: batch))
                if batch.count > 0 { return true }
            }
            progress.add(input.newlyConsumed())
            return false
        }
    }

    /// What was read of each input so far, in the order of the command line (a folder's files by name).
    package var summaries: [InputSummary] {
        switch inputs {
        case .single(let input): [input.summary(input.reader.tally, filtered: filteredBySingle)]
        case .merged(let merged): merged.summaries
        }
    }

    /// Packets that the filter did not let through, over all inputs.
    package var packetsFiltered: UInt64 {
        switch inputs {
        case .single: filteredBySingle
        case .merged(let merged): merged.packetsFiltered
        }
    }

    private func connectFilter() {
        guard let filter else { return }
        switch inputs {
        case .single(let input):
            filter.onRefusal = { linkType, reason in
                input.damages.record(.filter(linkType: linkType, reason: reason), at: 0, skipped: 0)
            }
        case .merged(let merged):
            merged.filter = filter
            filter.onRefusal = { [unowned merged] linkType, reason in
                merged.recordRefusal(.filter(linkType: linkType, reason: reason))
            }
        }
    }

    /// Link types that a filter is tried on while the input's own are not known: pcapng tells them later.
    static let usualLinkTypes: [UInt16] = [1, 101, 113, 105]

    private static func filter(
        _ expression: String?, _ linkTypes: [UInt16]
    ) throws(CaptureError) -> PacketFilter? {
        guard let expression else { return nil }
        return try PacketFilter(expression, linkTypes: linkTypes.isEmpty ? usualLinkTypes : linkTypes)
    }

    private static func totalOctets(_ paths: [String]) -> UInt64? {
        var total: UInt64 = 0
        for path in paths {
            guard let size = OpenFile.regularSize(path) else { return nil }
            total += size
        }
        return total
    }
}
