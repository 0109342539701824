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

    /// Writes `text` to `descriptor` (1 or 2), all of it. Messages that nobody can receive are dropped.
    static func write(_ text: String, to descriptor: Int32) {
        _ = failure(writing: text, to: descriptor)
    }

    /// Prints a report. Throws when it cannot be written; a reader that has gone away (`| head`) needs no message.
    static func printReport(_ text: String, to descriptor: Int32) throws {
        guard let number = failure(writing: text, to: descriptor) else { return }
        guard number != EPIPE else { throw ProbeExit.outputFailed.parserCode }
        let reason = NSError(domain: NSPOSIXErrorDomain, code: Int(number)).localizedFailureReason
        throw ProbeFailure(
            code: .outputFailed,
            message: "The report cannot be written to \(descriptor == 1 ? "standard output" : "standard error"): "
                + (reason ?? "error \(number)") + ".")
    }

    /// Writes all of `text`; the system's error number when that fails.
    private static func failure(writing text: String, to descriptor: Int32) -> Int32? {
        do {
            try (descriptor == 1 ? FileHandle.standardOutput : .standardError).write(contentsOf: Data(text.utf8))
            return nil
        } catch {
            let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            return Int32(truncatingIfNeeded: underlying?.code ?? Int(EIO))
        }
    }
}
