/// One thing that is wrong with a policy.
package struct PolicyProblem: Equatable, Sendable {
    /// The line it is in, from 1.
    package var line: Int
    /// A complete sentence for a person.
    package var text: String
}

/// All that is wrong with a policy, in the order of its lines.
package struct PolicyError: Error, Equatable, CustomStringConvertible {
    /// The policy's file name.
    package var file: String
    /// What is wrong; never empty.
    package var problems: [PolicyProblem]

    /// `FILE:LINE: what is wrong`, one a line.
    package var description: String {
        problems.map { "\(file):\($0.line): \($0.text)" }.joined(separator: "\n")
    }
}

/// Text from outside as it may stand in a message or a list: short, without control characters.
func shown(_ text: some StringProtocol, atMost limit: Int = 60) -> String {
    let clean = text.unicodeScalars.prefix(limit).map { scalar -> Unicode.Scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
        default: scalar
        }
    }
    return String(String.UnicodeScalarView(clean)) + (text.unicodeScalars.count > limit ? "\u{2026}" : "")
}
