import Foundation

/// What is known about where output goes.
enum Terminal {
    /// Whether `descriptor` is a terminal.
    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Colour is wanted unless NO_COLOR is set or the terminal is dumb.
    static var allowsColor: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    /// Writes `text` to `descriptor`, all of it.
    static func write(_ text: String, to descriptor: Int32) {
        (descriptor == 1 ? FileHandle.standardOutput : .standardError).write(Data(text.utf8))
    }
}
