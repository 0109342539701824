import Foundation
import NetTypes

/// One line of the audit: who did what to which rule, and what came of it.
package struct AuditEntry: Codable, Equatable, Sendable {
    /// What was done.
    package enum Action: String, Codable, Sendable {
        case install
        case replace
        case remove
        case expire
        /// The guard keeps packets out of a queue whose reader gives no verdicts. Written when it is done.
        case suspend
        /// The guard lets packets into the queue again.
        case resume
        /// What an interrupted run left was taken away.
        case recover
    }

    /// What came of it. `started` is written before anything is changed.
    package enum Outcome: String, Codable, Sendable {
        case started
        case done
        /// It failed, and everything is as it was.
        case rolledBack = "rolled-back"
        /// It failed, and parts may be there.
        case failed
    }

    /// RFC 3339, UTC.
    package var time: String
    /// What was done.
    package var action: Action
    /// What came of it.
    package var outcome: Outcome
    /// The rule's name; absent where it is not known, as after a crash.
    package var rule: String?
    /// The rule's authorisation.
    package var authorisation: String?
    /// The rule's owner.
    package var owner: String?
    /// The rule's end, RFC 3339.
    package var validUntil: String?
    /// The policy file.
    package var policy: String?
    /// SHA-256 of the policy file.
    package var policySHA256: String?
    /// The effective user.
    package var uid: UInt32
    /// The effective user's name.
    package var user: String
    /// The user who logged in, as the kernel keeps it over sudo; absent without a login.
    package var loginUid: UInt32?
    /// The process.
    package var pid: Int32
    /// Why it failed.
    package var reason: String?

    /// A line about `rule` by this process at `time`.
    package init(_ action: Action, _ outcome: Outcome, rule: SteeringRule?, at time: Nanoseconds) {
        self.time = rfc3339(time)
        self.action = action
        self.outcome = outcome
        self.rule = rule?.name
        authorisation = rule?.authorisation
        owner = rule?.owner
        validUntil = rule.map { SteeringPlan.time($0.validUntil) }
        uid = geteuid()
        user = ProcessInfo.processInfo.userName
        let login = FileManager.default.contents(atPath: "/proc/self/loginuid")
            .flatMap { UInt32(String(decoding: $0, as: UTF8.self)) }
        loginUid = login == .max ? nil : login
        pid = getpid()
    }
}

/// The audit file: JSON, one object a line, only ever appended to, on the disk before anything happens.
package struct AuditLog {
    private let path: String
    private let file: FileHandle

    /// Opens the file, and makes it, and its folder, where they are missing.
    package init(_ path: String) throws(SteerError) {
        self.path = path
        let folder = URL(filePath: path).deletingLastPathComponent()
        try? FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        do {
            file = try SystemFiles.appending(path)
        } catch {
            throw SteerError(
                .system, "\(error) Without the audit nothing is changed. Name another file with --audit.")
        }
    }

    /// Appends the entries in one write, and waits until the disk has them.
    package func append(_ entries: [AuditEntry]) throws(SteerError) {
        guard !entries.isEmpty else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            var lines = Data()
            for entry in entries {
                lines.append(try encoder.encode(entry))
                lines.append(0x0A)
            }
            try file.write(contentsOf: lines)
            try file.synchronize()
        } catch {
            throw SteerError(.system, "The audit file \(path) cannot be written: \(error.localizedDescription).")
        }
    }
}
