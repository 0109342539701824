import Delivery
import Exporter
import Foundation
import Logging
import Service

/// Writes log lines as ever, and tells the receivers of events of those that are events: they have metadata with the key `event`,
/// which stays out of the lines.
struct EventLogHandler: LogHandler {
    private var lines: LineLogHandler
    private let senders: [SyslogSender]

    /// In front of `lines`, for `senders`.
    init(_ lines: LineLogHandler, to senders: [SyslogSender]) {
        self.lines = lines
        self.senders = senders
    }

    /// Events are told whatever level the log has.
    var logLevel: Logger.Level {
        get { senders.isEmpty ? lines.logLevel : min(lines.logLevel, .notice) }
        set { lines.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { lines.metadata }
        set { lines.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { lines[metadataKey: key] }
        set { lines[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        var line = event
        if let metadata = event.metadata, let name = metadata["event"] {
            tell(event, "\(name)", metadata)
            line.metadata = nil
        }
        if line.level >= lines.logLevel { lines.log(event: line) }
    }

    private func tell(_ event: LogEvent, _ name: String, _ metadata: Logger.Metadata) {
        guard !senders.isEmpty else { return }
        let severity: SyslogEvent.Severity =
            event.level >= .error ? .error : event.level == .warning ? .warning : .notice
        let fields = metadata.filter { $0.key != "event" }.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        let told = SyslogEvent(name, severity, at: HostClock.timeOfDay, event.message.description, fields)
        for sender in senders { sender.tell(told) }
    }
}

extension LiveRun {
    /// Metadata of an event: its name, and what it is about.
    static func event(_ name: String, _ fields: [String: String] = [:]) -> Logger.Metadata {
        fields.mapValues { .string($0) }.merging(["event": .string(name)]) { $1 }
    }

    /// Says, at most once a minute, that records were given up because too many waited.
    func sayGivenUp() {
        let lost =
            pipeline.discarded.load(ordering: .relaxed)
            + outputs.destinations.reduce(0) { $0 + $1.discardedByQueue.load(ordering: .relaxed) }
        let isDue = givenUpSaid.at.map { ContinuousClock.now - $0 >= .seconds(60) } ?? true
        guard lost > givenUpSaid.records, isDue else { return }
        logger.warning(
            "\(lost - givenUpSaid.records) records were given up: the outputs are slower than the traffic.",
            metadata: Self.event("records-given-up", ["records": "\(lost - givenUpSaid.records)"]))
        givenUpSaid = (lost, .now)
    }
}
