/// Section `log`: what the probe says of itself.
package struct LogConfiguration: Sendable, Equatable {
    /// Messages below this level are left out.
    package var level = LogLevel.info
    /// How messages are written.
    package var format = LogFormat.auto

    /// The defaults.
    package init() {}
}

/// How important a message is, least first. The names are swift-log's.
package enum LogLevel: String, Sendable, CaseIterable {
    case trace
    case debug
    case info
    case notice
    case warning
    case error
    case critical
}

/// How log messages are written.
package enum LogFormat: String, Sendable, CaseIterable {
    /// For the journal when standard error leads there, else as text.
    case auto
    /// A line for people.
    case text
    /// The journal's own protocol.
    case journal
    /// An object a line.
    case json
}
