/// Why something could not be done to the system, or read from it.
package struct SteerError: Error, Equatable, CustomStringConvertible {
    /// What kind of failure, which decides the exit code.
    package enum Kind: Sendable {
        /// A file that is to be read cannot be.
        case unreadable
        /// The system refused, or a program failed.
        case system
        /// The command line names what is not there.
        case usage
    }

    /// What kind of failure.
    package var kind: Kind
    /// Complete sentences for a person: what, where, what to do next.
    package var description: String

    /// An error with its message.
    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
