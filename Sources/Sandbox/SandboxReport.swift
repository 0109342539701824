/// What a process may still do, for its log.
package struct SandboxReport: Sendable, Equatable {
    /// A sentence for each kind of right.
    package let lines: [String]
    /// Whether everything is in force that was asked for. Where it is not, a line says what and why.
    package let isComplete: Bool

    init(
        _ account: String, _ rights: Capabilities, _ bounding: UInt64, landlock: Landlock.Outcome, paths: Landlock,
        calls: SystemCallFilter.Outcome, others: [UInt64]
    ) {
        var lines = ["runs as \(account), \(Self.describe(rights, bounding))"]
        var isComplete = rights.effective == 0
        switch landlock {
        case .enforced(let version, let missing):
            let writable = paths.writable.isEmpty ? "nothing" : "in \(paths.writable.joined(separator: ", ")) only"
            lines.append("files: Landlock, version \(version): writes \(writable)")
            if !missing.isEmpty {
                lines.append("files: not reachable, since not there: \(missing.joined(separator: ", "))")
                isComplete = false
            }
        case .notSupported:
            lines.append("files: this kernel has no Landlock: what the user \(account) may read and write can be")
            isComplete = false
        case .failed(let what, let reason):
            lines.append("files: not limited by Landlock, since \(what) failed: \(reason)")
            isComplete = false
        }
        switch calls {
        case .enforced(let count):
            lines.append("system calls: \(count) refused, and the making of namespaces; no program can be started")
        case .notSupported:
            lines.append("system calls: this kernel filters none")
            isComplete = false
        case .failed(let reason):
            lines.append("system calls: not filtered: \(reason)")
            isComplete = false
        }
        let strong = others.filter { $0 != 0 }.count
        if !others.isEmpty {
            lines.append(
                "threads: \(others.count) began before: Landlock does not hold for them"
                    + (strong > 0 ? ", and \(strong) of them kept effective capabilities" : ""))
            isComplete = false
        }
        self.lines = lines
        self.isComplete = isComplete
    }

    private static func describe(_ rights: Capabilities, _ bounding: UInt64) -> String {
        var text = "capabilities: \(Capabilities.names(rights.permitted)) permitted"
        text += ", \(Capabilities.names(rights.effective)) effective"
        if rights.effective != 0 { text += " (this process may not change them)" }
        if bounding != 0 { text += ", bounded by \(Capabilities.names(bounding))" }
        return text + (ProcessPrivileges.areFinal ? ", no new privileges" : "")
    }
}
