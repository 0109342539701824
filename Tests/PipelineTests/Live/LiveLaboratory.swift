import Exporter
import FlowTable
import Foundation
import NetTypes
import Pipeline
import Synchronization

/// Keeps records; read by the test while the dispatcher writes.
// SAFETY: (@unchecked) everything is guarded.
final class KeepingSink: RecordSink, @unchecked Sendable {
    private let kept = Mutex<[FlowRecord]>([])
    var records: [FlowRecord] { kept.withLock { $0 } }

    func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) {
        kept.withLock { kept in for index in 0..<records.count { kept.append(records[index]) } }
    }
    func finish(packetClock: Nanoseconds) {}
}

/// A run over `sources`, each of the domain that `domains` says, to `destinations`.
func livePipeline(
    _ sources: [ScriptedLiveSource], domains: [UInt16]? = nil, to destinations: [Destination],
    change: (inout FlowTableConfiguration) -> Void = { _ in }
) -> LivePipeline {
    var configuration = LivePipeline.Configuration()
    configuration.table.memoryOctets = 16 << 20
    change(&configuration.table)
    return LivePipeline(
        configuration: configuration,
        inputs: sources.enumerated().map { .init(source: $1, domain: domains?[$0] ?? 0) }, destinations: destinations)
}

/// Waits until `condition` holds, a minute at most.
func eventually(_ condition: () -> Bool) -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
        if condition() { return true }
        usleep(2000)
    }
    return condition()
}
