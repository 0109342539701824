import Capture
import FlowTable
import Foundation
import NetTypes
import PacketDecode
import Pipeline

/// Decode and flow table without any output: what they cost by themselves.
enum TableMeasurement {
    /// Runs `source` through decode and table, and prints packets, flows and CPU time per packet.
    static func run(_ source: any PacketSource, _ configuration: ReplayPipeline.Configuration) {
        let clock = ContinuousClock()
        let cpuBefore = cpuSeconds()
        let started = clock.now
        let result = ReplayPipeline(configuration: configuration, source: source, sinks: []).run()
        let wall = clock.now - started
        let cpu = cpuSeconds() - cpuBefore
        let packets = Double(max(1, result.tallies.packets))
        let wallSeconds = Double(wall.components.seconds) + Double(wall.components.attoseconds) / 1e18
        print(
            """
            \(result.tallies.packets) packets, \(result.counters.flowsBegun) flows, \(result.counters.records) records, \
            \(result.counters.labelRefusals) label refusals, workers \(configuration.workers): CPU \(rounded(cpu)) s, \
            \(rounded(cpu / packets * 1e9)) ns/packet; wall \(rounded(wallSeconds)) s, \(rounded(packets / wallSeconds / 1e6)) M packets/s
            """)
    }

    private static func rounded(_ value: Double) -> String { String(format: "%.3f", value) }

    /// User and system time of this process so far.
    private static func cpuSeconds() -> Double {
        var usage = rusage()
        // SAFETY: fills the structure passed to it.
        unsafe _ = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
