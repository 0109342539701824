import Capture
import Dispatch
import Foundation
import Pipeline
import Synchronization

/// One line on a terminal's standard error while a replay runs: share done, rate, time left. Nothing anywhere else.
final class ProgressDisplay {
    private let timer: any DispatchSourceTimer
    private let queue = DispatchQueue(label: "flowprobe.progress")

    /// Shows `progress` twice a second until `stop()`.
    init(_ progress: ReplayProgress, _ pipeline: ReplayPipeline) {
        timer = DispatchSource.makeTimerSource(queue: queue)
        let started = ContinuousClock.now
        timer.schedule(deadline: .now() + 0.5, repeating: 0.5)
        timer.setEventHandler {
            let seconds = Self.seconds(ContinuousClock.now - started)
            let line = Self.line(
                octets: progress.octetsConsumed, total: progress.totalOctets,
                packets: pipeline.packetsRead.load(ordering: .relaxed), seconds: seconds)
            Terminal.write("\r\u{1B}[K" + line, to: 2)
        }
        timer.resume()
    }

    /// Takes the line away.
    func stop() {
        timer.cancel()
        queue.sync { Terminal.write("\r\u{1B}[K", to: 2) }
    }

    /// The line itself, at most 79 columns.
    static func line(octets: UInt64, total: UInt64?, packets: UInt64, seconds: Double) -> String {
        let rate = seconds > 0 ? Double(packets) / seconds / 1e6 : 0
        var text = String(format: "%llu packets, %.2f M packets/s", packets, rate)
        guard let total, total > 0 else { return text }
        let share = min(1, Double(octets) / Double(total))
        let filled = Int(share * 20)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
        text = String(format: "[%@] %3.0f %%  ", bar, share * 100) + text
        if share > 0.01 {
            text += String(format: ", %.0f s left", seconds / share * (1 - share))
        }
        return text
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
