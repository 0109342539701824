import Foundation
import Logging

/// Writes log events as lines, in the project's formats.
///
/// Whatever message and metadata hold, an event is exactly one line of at most about 4 KiB, which a pipe takes in one
/// piece (PIPE_BUF).
package struct LineLogHandler: LogHandler {
    /// Events below it are not written.
    package var logLevel: Logger.Level
    /// Goes with every event.
    package var metadata: Logger.Metadata = [:]
    /// Gives metadata at the time of an event.
    package var metadataProvider: Logger.MetadataProvider?

    private let format: LogFormat
    private let output: LogOutput
    private let now: @Sendable () -> Date

    /// A handler. `now` gives the time of an event, UTC.
    package init(
        format: LogFormat, level: Logger.Level, output: LogOutput = .standardError,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.format = format
        self.output = output
        self.now = now
        logLevel = level
    }

    /// Makes every logger that is made from now on write such lines to standard error. Once per process.
    package static func bootstrap(format: LogFormat, level: Logger.Level) {
        LoggingSystem.bootstrap { _ in LineLogHandler(format: format, level: level) }
    }

    /// Metadata that goes with every event.
    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the event's line.
    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let error = event.error, all["error"] == nil { all["error"] = .string("\(error)") }
        if let own = event.metadata { all.merge(own) { $1 } }
        output.write(
            LogLine(level: event.level, message: event.message.description, metadata: all).octets(format, time: now()))
    }
}
