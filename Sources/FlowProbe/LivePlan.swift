import Capture
import Exporter
import FlowTable
import PacketDecode

/// What `flowprobe run` is to do, wherever it was written: options or a configuration file.
struct LivePlan {
    /// One observation point.
    struct Input {
        var capture: LiveInput
        /// Observation domain id, 1 to 32,767.
        var domain: UInt32
        var segmentRule: PacketDecoder.SegmentRule
        /// Processors that the workers stay on, one each; empty for any.
        var processors: [Int] = []
    }

    var inputs: [Input] = []
    var table = FlowTableConfiguration()
    var zones: ZoneTable?
    var output: OutputOptions
    /// Seconds that the end of a run may take.
    var drainSeconds: Double = 5
    /// Seconds between two lines that sum up the run.
    var summarySeconds: Double = 60
}
