import NetTypes
import PacketDecode

/// Why a reader stopped walking a window.
enum WalkStop: Equatable {
    /// The batch is full. The window's position is at the next record.
    case batchFull
    /// The next step needs at least this many octets from the window's position on; at most `lookaheadOctets`.
    case needsMore(Int)
    /// The input is used up.
    case ended
}

/// A capture format: turns a window of octets into packet references. Called once per block or batch, not per packet.
protocol RecordReader: AnyObject {
    /// What has been read so far.
    var tally: InputTally { get }
    /// The format's name for people, such as "pcap (nanoseconds, big-endian)".
    var format: String { get }
    /// The interfaces described so far.
    var interfaces: [CaptureInterface] { get }

    /// Appends the window's packets to the batch, moves the window's position past what was used, and records damage.
    /// Whenever `needsMore` is returned the window was not at its input's end.
    func walk(_ window: inout CaptureWindow, into batch: PacketBatch) -> WalkStop
}

/// Running sums over the packets of one input.
struct InputTally {
    var packets: UInt64 = 0
    var capturedOctets: UInt64 = 0
    var earliest: Nanoseconds = .max
    var latest: Nanoseconds = .min
}
