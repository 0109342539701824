/// Checks that look beyond the text. Tests and fuzzers take them away.
package struct ConfigurationChecks: Sendable {
    /// What is wrong with a packet filter, or nil.
    package var filterProblem: @Sendable (String) -> String?
    /// What is wrong with the prefix file at a path, or nil.
    package var prefixProblem: @Sendable (String) -> String?
    /// What is wrong with the selection key in the file at a path, or nil.
    package var keyProblem: @Sendable (String) -> String?
    /// Whether two paths lead to one file.
    package var isSameFile: @Sendable (String, String) -> Bool

    /// No check that looks at anything outside the text.
    package static let textOnly = ConfigurationChecks(
        filterProblem: { _ in nil }, prefixProblem: { _ in nil }, keyProblem: { _ in nil }, isSameFile: { $0 == $1 })

    /// Looks at the files that are named. `filterProblem` says what is wrong with a packet filter, or nil; compiling one
    /// is beyond this room.
    package static func system(filterProblem: @escaping @Sendable (String) -> String? = { _ in nil }) -> Self {
        ConfigurationChecks(
            filterProblem: filterProblem, prefixProblem: FileChecks.prefixProblem, keyProblem: SelectionKey.problem,
            isSameFile: FileChecks.isSameFile)
    }
}
