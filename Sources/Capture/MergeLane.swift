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
    private var next = 0
    private var tally = InputTally()
    private(set) var filtered: UInt64 = 0
    /// What the input said when it was closed.
    private var closed: InputSummary
    /// Whether the input is closed until its first packet's turn comes.
    private(set) var isSuspended = false
    /// The time of the next packet.
    private var time: Nanoseconds = 0

    init(_ input: CaptureInput, _ index: Int) {
        self.index = index
        self.input = input
        path = input.path
        damages = DamageLog(path: input.path)
        observationPoint = UInt8(clamping: index)
        closed = input.summary(InputTally(), filtered: 0)
    }

    /// Whether a packet is there to be taken, or will be when a suspended input is opened again.
    var hasPacket: Bool { isSuspended || next < (batch?.count ?? 0) }

    /// The next packet; hasPacket and not isSuspended.
    var packet: PacketReference {
        guard let batch, next < batch.count else { preconditionFailure("no packet was read ahead") }
        // SAFETY: next < count was just checked.
        return unsafe batch.references[next]
    }

    /// Whether this lane's next packet comes before the other's.
    func isBefore(_ other: MergeLane) -> Bool {
        time != other.time ? time < other.time : index < other.index
    }

    /// Counts the next packet and moves on.
    func take(filtered isFiltered: Bool) {
        let packet = packet
        tally.packets += 1
        tally.capturedOctets &+= UInt64(packet.capturedLength)
        tally.earliest = min(tally.earliest, packet.timestamp)
        tally.latest = max(tally.latest, packet.timestamp)
        if isFiltered { filtered += 1 }
        next += 1
        if hasPacket { time = self.packet.timestamp }
    }

    /// Reads packets ahead when none are left, and closes the input when it has ended.
    func refill(_ packets: Int) {
        guard let input else { return }
        let batch = batch ?? PacketBatch(capacity: packets)
        self.batch = batch
        next = 0
        if input.fill(batch) {
            time = packet.timestamp
        } else {
            closed = input.summary(tally, filtered: filtered)
            self.batch = nil
        }
    }

    /// Octets of the input used since the last call; closes the input when it has ended.
    func newlyConsumed() -> UInt64 {
        let octets = input?.newlyConsumed() ?? 0
        if batch == nil { input = nil }
        return octets
    }

    /// Closes the input until its first packet's turn.
    func suspend() {
        input.map { closed = $0.summary(tally, filtered: filtered) }
        input = nil
        batch = nil
        isSuspended = true
    }

    /// Opens a suspended input again. What has become unreadable since is recorded.
    func resume(_ packets: Int, _ way: PlainFile.Way) {
        isSuspended = false
        do throws(CaptureError) {
            input = try CaptureInput(path: path, observationPoint: observationPoint, way: way)
            refill(packets)
        } catch {
            damages.record(.unreadable(error.description), at: 0, skipped: 0)
        }
    }

    /// Link types of the interfaces that are known so far.
    var knownLinkTypes: [UInt16] { (input?.reader.interfaces ?? closed.interfaces).map { $0.linkType } }

    /// What is known of the input, counting the packets that were taken.
    var summary: InputSummary {
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
