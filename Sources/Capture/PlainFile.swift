import Glibc
import PacketDecode

/// An uncompressed regular file: handed out in place from a mapping where that is cheap, else read block by block into the
/// batch's storage. Either way no packet is copied by this program.
///
/// What is cheap depends on the page cache (figures in docs/performance.md). Where it holds the file in large folios, as it
/// does after large writes and sequential reads, one fault maps up to 2 MiB, and a mapping costs a sixth of the copy
/// that read() makes. Where it holds small ones, a fault maps 64 KiB at most, and the copy is cheaper. So the
/// first octets are walked mapped, the page faults are counted, and the rest follows the cheaper way, with a new try from
/// time to time.
final class PlainFile {
    /// How the octets are fetched.
    enum Way: Equatable {
        /// By what the faults show.
        case automatic
        /// Always mapped, where the system allows it.
        case mapped
        /// Always read.
        case blocks
    }

    /// Files below this are read: there is nothing to win.
    private static let leastMappedOctets = 4 << 20
    /// The first stretch, walked to count its faults, and the stretch between two counts after it.
    private static let trialOctets = 2 << 20
    private static let stretchOctets = 16 << 20
    /// One fault per 128 KiB or more: the mapping pays.
    private static let octetsPerFault = 128 << 10
    /// Pages are let go this far behind the reader, so that packets in other workers' hands are not faulted in again.
    private static let heldOctets = 32 << 20

    private let file: OpenFile
    private let reader: any RecordReader
    private let damages: DamageLog
    private let way: Way
    private var size: UInt64
    private var position: UInt64 = 0
    private var mapping: MappedFile?
    private var usesMapping = false
    /// Where the next decision between the two ways falls.
    private var decisionPosition: UInt64 = 0
    /// Where the last one fell, and the thread's page faults then.
    private var stretchStart: UInt64 = 0
    private var faultsAtStart = 0
    /// Octets to read before the mapping gets another try; doubles with each failure.
    private var patience: UInt64 = 64 << 20
    private var needed = 0
    private var estimate = BlockEstimate()
    private var ended = false

    init(_ file: OpenFile, size: UInt64, reader: any RecordReader, damages: DamageLog, way: Way) {
        self.file = file
        self.size = size
        self.reader = reader
        self.damages = damages
        self.way = way
        if way != .blocks, way == .mapped || size >= UInt64(Self.leastMappedOctets), size <= UInt64(Int.max) {
            mapping = MappedFile(file, octets: Int(size))
        }
        if mapping == nil {
            decisionPosition = .max
        } else {
            enterMapping()
        }
    }

    /// Octets used so far.
    var octetsConsumed: UInt64 { position }

    /// Adds packets to the batch; false when the file is used up. May add none.
    func step(_ batch: PacketBatch) -> Bool {
        guard !ended else { return false }
        if position >= decisionPosition { decide() }
        if usesMapping { stepMapped(batch) } else { stepBlock(batch) }
        return !ended
    }

    private func stepMapped(_ batch: PacketBatch) {
        guard let mapping else { return }
        let start = Int(position)
        // SAFETY: size <= mapping.count; the mapping outlives the batch's use (see ReplaySource).
        let base = unsafe mapping.base + start
        var window = unsafe CaptureWindow(base: base, count: Int(size) - start, offset: position, atEnd: true)
        let stop = reader.walk(&window, into: batch)
        position += UInt64(window.position)
        if stop == .ended { finish() }
    }

    private func stepBlock(_ batch: PacketBatch) {
        let want = max(needed, estimate.octets(capacity: batch.capacity))
        // SAFETY: the batch is empty, so that nothing points into its storage.
        let storage = unsafe batch.storage(atLeast: want)
        let left = size - position
        let count = min(UInt64(want), UInt64(storage.count), left)
        // SAFETY: the first `count` octets of the storage.
        let block = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[0..<Int(count)])
        var got = 0
        switch unsafe file.read(into: block, at: position) {
        case .octets(let octets):
            got = octets
            if UInt64(octets) < count {
                size = position + UInt64(octets)
                damages.record(.shrank, at: size, skipped: left - UInt64(octets))
            }
        case .failed(let reason):
            damages.record(.unreadable(reason), at: position, skipped: left)
            size = position
        }
        guard let base = storage.baseAddress else { return }
        let atEnd = position + UInt64(got) >= size
        // SAFETY: `got` octets were read; the storage stays until the batch is refilled.
        var window = unsafe CaptureWindow(base: UnsafeRawPointer(base), count: got, offset: position, atEnd: atEnd)
        let stop = reader.walk(&window, into: batch)
        position += UInt64(window.position)
        estimate.learn(octets: window.position, packets: batch.count)
        needed = 0
        switch stop {
        case .ended: finish()
        case .needsMore(let octets): needed = octets
        case .batchFull: break
        }
    }

    private func finish() {
        ended = true
        noteShrinking()
    }

    // MARK: Which way

    private func enterMapping() {
        usesMapping = true
        decisionPosition = position + UInt64(Self.trialOctets)
        stretchStart = position
        faultsAtStart = Self.faults()
    }

    /// Called every stretch: counts the faults of the last one, lets go of what lies behind, and looks at the file's size.
    private func decide() {
        noteShrinking()
        guard let mapping else { return }
        guard usesMapping else {
            enterMapping()
            return
        }
        mapping.drop(before: Int(position) - Self.heldOctets)
        let faults = Self.faults()
        if way == .automatic && (faults - faultsAtStart) * Self.octetsPerFault > Int(position - stretchStart) {
            usesMapping = false
            decisionPosition = position + patience
            patience = min(patience * 2, 1 << 40)
        } else {
            decisionPosition = position + UInt64(Self.stretchOctets)
        }
        stretchStart = position
        faultsAtStart = faults
    }

    private func noteShrinking() {
        guard let mapping else { return }
        let now = file.currentSize ?? size
        guard mapping.hasTripped || now < size else { return }
        // What lies beyond the new end is gone, and was possibly read as zeros.
        damages.record(.shrank, at: min(now, size), skipped: size > now ? size - max(now, min(position, size)) : 0)
        size = max(position, min(size, now))
        self.mapping = nil
        retired.append(mapping)
        usesMapping = false
        decisionPosition = .max
    }

    /// Mappings no longer walked that packets may still point into.
    private var retired: [MappedFile] = []

    private static func faults() -> Int {
        var usage = rusage()
        // SAFETY: fills the structure during the call only.
        _ = unsafe getrusage(1 /* RUSAGE_THREAD */, &usage)
        return usage.ru_minflt + usage.ru_majflt
    }
}

/// How many octets fill a batch, from what the last blocks held: reading more would be reading twice.
struct BlockEstimate {
    private var octetsPerPacket = 128

    func octets(capacity: Int) -> Int {
        // A little less than a full batch, so that a block's end and not the batch's is what stops the reader.
        min(blockOctets, max(16 * 1024, (capacity &* octetsPerPacket) / 32 * 31))
    }

    mutating func learn(octets: Int, packets: Int) {
        guard packets > 0 else { return }
        octetsPerPacket = min(maximumCapturedOctets, max(16, octets / packets))
    }
}
