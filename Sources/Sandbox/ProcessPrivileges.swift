import CSandbox
import Glibc

/// Gives up what a process may do by who it is: its user, its groups, its capabilities.
///
/// The C library changes users for all threads. Capabilities, and the promise never to gain any, are of the calling thread
/// and of those it begins: give rights up before other threads begin.
struct ProcessPrivileges {
    /// Capabilities that stay permitted; none stays effective.
    let kept: UInt64

    /// Whether programs that are executed can gain rights no more.
    static var areFinal: Bool { flowprobe_prctl(PR_GET_NO_NEW_PRIVS, 0, 0) == 1 }

    /// Becomes `account`, if given, and keeps the permitted ones among `kept`. Returns whether the system let it make
    /// them ineffective: where capabilities may not be changed, and are no more than `kept`, they stay as they are.
    func giveUpTheRest(account: UserAccount?) throws(SandboxError) -> Bool {
        guard flowprobe_prctl(PR_SET_NO_NEW_PRIVS, 1, 0) == 0 else { throw .failed("renouncing new privileges") }
        // Only who may set capabilities may narrow the bounding set; for all others it is what the system made it.
        let all = try Capabilities.current()
        for number in 0..<UInt(64) where all.effective >> UInt64(CAP_SETPCAP) & 1 == 1 {
            // Fails for numbers that the kernel has no capability for.
            _ = flowprobe_prctl(PR_CAPBSET_DROP, number, 0)
        }
        // Fails on kernels before 4.3, which have no ambient set.
        _ = flowprobe_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_CLEAR_ALL), 0)
        if let account { try become(account) }

        let held = try Capabilities.current()
        let wanted = Capabilities(effective: 0, permitted: held.permitted & kept, inheritable: 0)
        let isChanged = wanted.apply()
        let reason = errno
        let now = try Capabilities.current()
        if now == wanted { return true }
        guard !isChanged, (now.permitted | now.effective | now.inheritable) & ~kept == 0 else {
            throw isChanged
                ? .stillHeld(what: Capabilities.names((now.permitted | now.inheritable) & ~kept))
                : .system(what: "giving up capabilities", reason: systemReason(reason))
        }
        return false
    }

    private func become(_ account: UserAccount) throws(SandboxError) {
        let now = UserAccount.current
        if now == (account.user, account.group), getuid() == account.user, getgid() == account.group { return }
        guard now.user == 0 else { throw .notRoot(user: account.userName) }
        guard flowprobe_prctl(PR_SET_KEEPCAPS, 1, 0) == 0 else { throw .failed("keeping capabilities") }
        defer { _ = flowprobe_prctl(PR_SET_KEEPCAPS, 0, 0) }
        // No group is read when their number is 0.
        guard setgroups(0, nil) == 0 else { throw .failed("leaving the supplementary groups") }
        guard setresgid(account.group, account.group, account.group) == 0 else {
            throw .failed("changing to the group \(account.groupName)")
        }
        guard setresuid(account.user, account.user, account.user) == 0 else {
            throw .failed("changing to the user \(account.userName)")
        }
        try verify(account)
    }

    /// That nothing of the former user is left, whatever the calls said.
    private func verify(_ account: UserAccount) throws(SandboxError) {
        var (real, effective, saved): (uid_t, uid_t, uid_t) = (0, 0, 0)
        // SAFETY: the calls write three numbers each.
        guard unsafe getresuid(&real, &effective, &saved) == 0,
            [real, effective, saved].allSatisfy({ $0 == account.user })
        else { throw .stillHeld(what: "The user number \(real), \(effective) or \(saved)") }
        // SAFETY: as above.
        guard unsafe getresgid(&real, &effective, &saved) == 0,
            [real, effective, saved].allSatisfy({ $0 == account.group })
        else { throw .stillHeld(what: "The group number \(real), \(effective) or \(saved)") }
        // No group is written when there is room for none.
        guard getgroups(0, nil) == 0 else { throw .stillHeld(what: "A supplementary group") }
        if account.user != 0 {
            // Capabilities that are still there would allow this.
            let held = try Capabilities.current()
            guard held.effective == 0 else { throw .stillHeld(what: Capabilities.names(held.effective)) }
            guard setresuid(0, 0, 0) != 0 else { throw .stillHeld(what: "The right to be root again") }
        }
    }
}
