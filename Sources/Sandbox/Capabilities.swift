import CSandbox
import Glibc

/// The capabilities of a thread (capabilities(7)): bit n is the capability with number n.
///
/// Every thread has its own, which the threads it begins inherit.
struct Capabilities: Equatable {
    /// What the thread may do now.
    var effective: UInt64
    /// What it may make effective.
    var permitted: UInt64
    /// What a program that it executes may keep.
    var inheritable: UInt64

    /// CAP_NET_RAW: packet sockets.
    static let netRaw: UInt64 = 1 << UInt64(CAP_NET_RAW)

    /// CAP_NET_ADMIN: packets of netfilter's groups and queues, and verdicts about them.
    static let netAdmin: UInt64 = 1 << UInt64(CAP_NET_ADMIN)

    /// Those of the calling thread.
    static func current() throws(SandboxError) -> Capabilities {
        var header = header
        var data = [__user_cap_data_struct](repeating: __user_cap_data_struct(), count: 2)
        // SAFETY: version 3 of the call writes two structures.
        guard unsafe flowprobe_capget(&header, &data) == 0 else { throw .failed("reading the capabilities") }
        return Capabilities(
            effective: UInt64(data[1].effective) << 32 | UInt64(data[0].effective),
            permitted: UInt64(data[1].permitted) << 32 | UInt64(data[0].permitted),
            inheritable: UInt64(data[1].inheritable) << 32 | UInt64(data[0].inheritable))
    }

    /// Makes them those of the calling thread; false when the system refuses (errno says why).
    func apply() -> Bool {
        var header = Capabilities.header
        let data = [0, 32].map { (shift: UInt64) in
            __user_cap_data_struct(
                effective: UInt32(truncatingIfNeeded: effective >> shift),
                permitted: UInt32(truncatingIfNeeded: permitted >> shift),
                inheritable: UInt32(truncatingIfNeeded: inheritable >> shift))
        }
        // SAFETY: version 3 of the call reads two structures.
        return unsafe flowprobe_capset(&header, data) == 0
    }

    /// Names of the capabilities in `set`, in the order of their numbers; "none" for no capability.
    static func names(_ set: UInt64) -> String {
        var names: [String] = []
        for number in 0..<UInt64(64) where set >> number & 1 == 1 {
            switch number {
            case UInt64(CAP_NET_ADMIN): names.append("CAP_NET_ADMIN")
            case UInt64(CAP_NET_RAW): names.append("CAP_NET_RAW")
            default: names.append("capability \(number)")
            }
        }
        // Root has them all, and a list of them says nothing.
        return names.isEmpty ? "none" : names.count > 8 ? "\(names.count) capabilities" : names.joined(separator: ", ")
    }

    /// Capabilities that programs executed from here on may get at all.
    static var bounding: UInt64 {
        var set: UInt64 = 0
        for number in 0..<UInt64(64) where flowprobe_prctl(PR_CAPBSET_READ, UInt(number), 0) == 1 { set |= 1 << number }
        return set
    }

    private static var header: __user_cap_header_struct {
        __user_cap_header_struct(version: UInt32(_LINUX_CAPABILITY_VERSION_3), pid: 0)
    }
}
