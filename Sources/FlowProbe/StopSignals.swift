import Dispatch
import Foundation
import Synchronization

/// Ends a run cleanly at Ctrl-C or SIGTERM; one that comes more than a second later ends the program at once.
// SAFETY: (@unchecked) set up before the run and left alone; the handler runs on its own queue.
final class StopSignals: @unchecked Sendable {
    private var sources: [any DispatchSourceSignal] = []
    private var first: ContinuousClock.Instant?
    private let requested = Atomic(false)

    /// Whether a signal has come.
    var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Calls `stop` at the first signal.
    init(_ stop: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "flowprobe.signals")
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [weak self] in
                guard let self else { return }
                guard let first = self.first else {
                    self.first = .now
                    self.requested.store(true, ordering: .relaxed)
                    stop()
                    return
                }
                // timeout(1) and shells signal a process and its group, within the same moment: that is one wish.
                if first.duration(to: .now) > .seconds(1) { _exit(128 + number) }
            }
            source.resume()
            sources.append(source)
        }
        // A reader that goes away (`| head`) is an output error with a message, not a silent death.
        signal(SIGPIPE, SIG_IGN)
    }
}
