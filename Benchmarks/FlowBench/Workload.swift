import NetTypes

/// One of the benchmark's inputs: a sequence of packets, the same for the same seed, in the order of their times.
protocol Workload {
    /// How many packets the sequence has.
    var packets: Int { get }

    /// The longest frame in it, in octets.
    var longestFrame: Int { get }

    /// The next packet and when it was seen, or nil after the last one.
    mutating func next() -> TimedPacket?
}

/// A packet and its time.
struct TimedPacket {
    var packet: PacketDescription
    var time: Nanoseconds
}

/// When every generated capture begins: 2026-01-01T00:00:00Z.
let captureStart: Nanoseconds = 1_767_225_600 * nanosecondsPerSecond

/// The names under which inputs can be asked for, with their sizes at scale 1.
enum WorkloadName: String, CaseIterable {
    case imix, small, churn, full, wide

    /// One line for the help text.
    var summary: String {
        switch self {
        case .imix: "4 million packets, 200,000 flows, heavy-tailed sizes, mixed lengths"
        case .small: "8 million shortest frames, evenly over 1 million interleaved flows"
        case .churn: "6 million packets, 3 million flows of two packets"
        case .full: "1 million full-payload packets, 10,000 flows"
        case .wide: "48 million shortest frames, 16 million flows at once"
        }
    }
}
