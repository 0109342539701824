import CSandbox
import Glibc

/// A user and a group to become.
struct UserAccount: Equatable {
    /// Name, or the number in digits where it has none.
    var userName: String
    /// Name, or the number in digits where it has none.
    var groupName: String
    var user: uid_t
    var group: gid_t

    /// The account of `user`, with `group` in place of the user's own if given; both by name or number.
    init(user: String, group: String?) throws(SandboxError) {
        if let found = Self.user(named: user) {
            (userName, self.user, self.group) = (user, found.user, found.group)
        } else if let number = Self.number(user) {
            // A number needs no account: the group is then to be said, or is the same number.
            (userName, self.user, self.group) = (user, number, number)
        } else {
            throw .unknownUser(user)
        }
        guard let group else {
            groupName = String(self.group)
            return
        }
        guard let found = Self.group(named: group) ?? Self.number(group) else { throw .unknownGroup(group) }
        (groupName, self.group) = (group, found)
    }

    /// Who the process is now.
    static var current: (user: uid_t, group: gid_t) { (geteuid(), getegid()) }

    private static func number(_ text: String) -> UInt32? {
        // The highest number means "leave as it is" to the system calls.
        UInt32(text).flatMap { $0 == .max ? nil : $0 }
    }

    private static func user(named name: String) -> (user: uid_t, group: gid_t)? {
        // SAFETY: getpwnam returns a structure of the C library's, valid until the next such call; it is read at once, and
        // no other thread of this program asks for users.
        guard let entry = unsafe getpwnam(name) else { return nil }
        // SAFETY: as above.
        return unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }

    private static func group(named name: String) -> gid_t? {
        // SAFETY: as for getpwnam.
        guard let entry = unsafe getgrnam(name) else { return nil }
        // SAFETY: as above.
        return unsafe entry.pointee.gr_gid
    }
}
