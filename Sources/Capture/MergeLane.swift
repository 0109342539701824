import NetTypes
import PacketDecode

/// One of several inputs that are merged, with the packets read ahead of it.
final class MergeLane {
    let index: Int
    let damages: DamageLog
    private let path: String
    private let observationPoint: UInt8
    private var input: CaptureInput?
    private var batch: PacketBatch?
    /// What the input said when it was closed.
    private var closed: InputSummary
    /// Whether the input is closed until its first packet's turn comes.
    private(set) var isSuspended = false

    init(_ input: CaptureInput, _ index: Int) {
        self.index = index
        self.input = input
        path = input.path
        damages = DamageLog(path: input.path)
        observationPoint = UInt8(clamping: index)
        closed = input.summary(InputTally(), filtered: 0)
    }

    /// Reads packets ahead when none are left, and closes the input when it has ended.
    func refill(_ head: inout MergeHead, _ packets: Int) {
        guard let input else { return }
        let batch = batch ?? PacketBatch(capacity: packets)
        self.batch = batch
        if input.fill(batch) {
            head.point(at: batch)
        } else {
            closed = input.summary(head.tally, filtered: head.filtered)
            self.batch = nil
            head.pointNowhere()
        }
    }

    /// Octets of the input used since the last call; closes the input when it has ended.
    func newlyConsumed() -> UInt64 {
        let octets = input?.newlyConsumed() ?? 0
        if batch == nil { input = nil }
        return octets
    }

    /// Closes the input until its first packet's turn.
    func suspend(_ head: inout MergeHead) {
        if let input { closed = input.summary(head.tally, filtered: head.filtered) }
        head.pointNowhere()
        input = nil
        batch = nil
        isSuspended = true
    }

    /// Opens a suspended input again. What has become unreadable since is recorded.
    func resume(_ head: inout MergeHead, _ packets: Int) {
        isSuspended = false
        do throws(CaptureError) {
            input = try CaptureInput(path: path, observationPoint: observationPoint)
            refill(&head, packets)
        } catch {
            damages.record(.unreadable(error.description), at: 0, skipped: 0)
        }
    }

    /// Link types of the interfaces that are known so far.
    var knownLinkTypes: [UInt16] { (input?.reader.interfaces ?? closed.interfaces).map { $0.linkType } }

    /// What is known of the input, counting the packets that were taken.
    func summary(_ head: MergeHead) -> InputSummary {
        let (tally, filtered) = (head.tally, head.filtered)
        var summary = input?.summary(tally, filtered: filtered) ?? closed
        summary.packets = tally.packets
        summary.capturedOctets = tally.capturedOctets
        summary.packetsFiltered = filtered
        summary.firstTime = tally.packets > 0 ? tally.earliest : nil
        summary.lastTime = tally.packets > 0 ? tally.latest : nil
        summary.damages += damages.entries
        summary.damageCount += damages.count
        return summary
    }
}
