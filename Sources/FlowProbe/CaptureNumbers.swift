import Exporter
import Synchronization

/// The capture side's numbers on their way to the exporters, which send them on.
final class CaptureNumbers: Sendable {
    private let state = Mutex(ExportStatistics())

    var value: ExportStatistics {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
