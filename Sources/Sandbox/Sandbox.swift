import Foundation
import Glibc

/// What a process takes away from itself once it has opened what it needs.
package enum Sandbox {
    /// Gives up all rights but those named, for good:
    ///
    /// - becomes `user`, with `group` in place of the user's own if given (names or numbers; nil: stays who it is);
    /// - can gain no privileges, and holds no capability but CAP_NET_RAW, permitted and not effective: see
    ///   `withRawSocketCapability`; with `givesVerdicts`, CAP_NET_ADMIN in its place: see `raiseNetworkAdministration`;
    /// - gives `user` the folders `owned` with the files in them, which it made while it was somebody else;
    /// - reads below `readable` and the system's own folders, writes below `writable` only, where the kernel has Landlock;
    ///   a file that may be replaced (a configuration that is read again) is reached by naming its folder;
    /// - starts no program and makes none of `SystemCallFilter`'s calls, where the kernel has seccomp.
    ///
    /// Call it after everything is open, and before other threads begin: capabilities and Landlock are the calling
    /// thread's and those of the threads that it begins. The report says how many threads were there before.
    ///
    /// Throws when user, group or capabilities are not what was asked for; the process has to end then. Landlock and
    /// seccomp that are missing or fail are told in the report.
    package static func enter(
        user: String?, group: String?, readable: [String], writable: [String], owned: [String] = [],
        givesVerdicts: Bool = false
    ) throws(SandboxError) -> SandboxReport {
        if user == nil, let group { throw .groupWithoutUser(group) }
        var account: UserAccount?
        if let user { account = try UserAccount(user: user, group: group) }
        if let account { for folder in owned { handOver(folder, to: account) } }
        let kept = givesVerdicts ? Capabilities.netAdmin : Capabilities.netRaw
        let areIneffective = try ProcessPrivileges(kept: kept).giveUpTheRest(account: account)
        let others = ThreadRights.effectiveCapabilitiesOfOthers()
        let landlock = Landlock(readable: readable, writable: writable)
        let files = landlock.enforce()
        let calls = SystemCallFilter.enforce()
        let rights = try Capabilities.current()
        guard areIneffective == (rights.effective == 0) else {
            throw .stillHeld(what: Capabilities.names(rights.effective))
        }
        return SandboxReport(
            account.map { "\($0.userName) (\($0.user):\($0.group))" } ?? "user \(geteuid()), group \(getegid())",
            rights, Capabilities.bounding, landlock: files, paths: landlock, calls: calls, others: others)
    }

    /// Makes a folder and the files in it the account's. Links are not followed: whoever could make one there must not get
    /// what it leads to. What fails shows when the folder is used.
    private static func handOver(_ folder: String, to account: UserAccount) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for path in [folder] + names.map({ folder + "/" + $0 }) {
            // SAFETY: the path is a string that the call only reads.
            _ = unsafe lchown(path, account.user, account.group)
        }
    }
}
