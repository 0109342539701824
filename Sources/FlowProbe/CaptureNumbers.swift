import Exporter
import Synchronization

/// How many packets have been read, asked by one thread and told by another.
final class PacketCount: Sendable {
    private let source = Mutex<@Sendable () -> UInt64>({ 0 })

    var now: UInt64 { source.withLock { $0 }() }

    /// Says who knows.
    func ask(_ body: @escaping @Sendable () -> UInt64) { source.withLock { $0 = body } }
}

/// The capture side's numbers on their way to the exporters, which send them on.
final class CaptureNumbers: Sendable {
    private let state = Mutex(ExportStatistics())

    var value: ExportStatistics {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
