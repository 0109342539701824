import Glibc

/// Why a process could not give up its rights. It has then to end: it holds more than it was told to.
package enum SandboxError: Error, Equatable, CustomStringConvertible {
    /// The system knows no such user.
    case unknownUser(String)
    /// The system knows no such group.
    case unknownGroup(String)
    /// A group without a user to change to.
    case groupWithoutUser(String)
    /// Only root may become somebody else.
    case notRoot(user: String)
    /// A system call failed; `what` says at what, `reason` is the system's word for it.
    case system(what: String, reason: String)
    /// A right is still there after it was given up; `what` names it.
    case stillHeld(what: String)

    /// A sentence for a person: what is wrong, where, and what to do.
    package var description: String {
        switch self {
        case .unknownUser(let name):
            "There is no user '\(name)': correct service.user, or make it with `systemd-sysusers`."
        case .unknownGroup(let name):
            "There is no group '\(name)': correct service.group, or make it with `groupadd --system \(name)`."
        case .groupWithoutUser(let name):
            "service.group is '\(name)', and service.user is not set: name the user as well."
        case .notRoot(let user):
            "Only root can become the user '\(user)': start the program as root or as that user."
        case .system(let what, let reason):
            "\(what) failed: \(reason). The program holds rights it should not have, and ends."
        case .stillHeld(let what):
            "\(what) is still held after it was given up. The program ends."
        }
    }

    /// The failure of the system call that has just failed.
    static func failed(_ what: String) -> SandboxError { .system(what: what, reason: systemReason(errno)) }
}

/// The system's word for an error number.
func systemReason(_ number: Int32) -> String {
    // SAFETY: strerror returns a string of the C library's; it is copied at once.
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
}
