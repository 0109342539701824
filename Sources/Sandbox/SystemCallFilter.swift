import CSandbox
import Glibc

/// Refuses system calls that a flow probe never makes to all threads of the process, for good (seccomp(2)): those that
/// execute programs, change the kernel, its clock, its mounts or other processes, or make namespaces.
///
/// A list of what is refused, and not of what is allowed: the program runs on libraries whose calls change between
/// versions. systemd/flowprobe.service has the list of what is allowed.
enum SystemCallFilter {
    /// What became of it.
    enum Outcome: Equatable {
        /// In force for all threads; so many calls are refused.
        case enforced(calls: Int)
        /// The kernel has no seccomp filters.
        case notSupported
        /// A system call failed; `reason` is the system's word for it.
        case failed(reason: String)
    }

    /// Refuses the calls from here on. Needs the promise never to gain new privileges.
    static func enforce() -> Outcome {
        guard let architecture else { return .notSupported }
        var instructions = program(architecture)
        // SAFETY: the kernel copies the program during the call.
        let code = unsafe instructions.withUnsafeMutableBufferPointer { buffer in
            var program = unsafe sock_fprog(len: UInt16(buffer.count), filter: buffer.baseAddress)
            return unsafe flowprobe_seccomp(UInt32(SECCOMP_FILTER_FLAG_TSYNC), &program)
        }
        switch code {
        case 0: return .enforced(calls: refusedCalls.count)
        case -1 where errno == ENOSYS || errno == EINVAL: return .notSupported
        case -1: return .failed(reason: systemReason(errno))
        default: return .failed(reason: "thread \(code) has a filter of its own")
        }
    }

    // The numbers of <linux/audit.h>, which are made with shifts that Swift does not import.
    private static var architecture: UInt32? {
        #if arch(x86_64)
            0xC000_003E
        #elseif arch(arm64)
            0xC000_00B7
        #else
            nil
        #endif
    }

    /// Flags of clone(2) that make namespaces.
    private static let namespaceFlags: UInt32 = 0x7E02_0080

    // Offsets in seccomp_data: the call's number, the architecture it was made for, and the lower half of the first argument.
    private static let numberOffset: UInt32 = 0
    private static let architectureOffset: UInt32 = 4
    private static let firstArgumentOffset: UInt32 = 16

    /// The filter as the kernel runs it, once for each system call.
    static func program(_ architecture: UInt32) -> [sock_filter] {
        var program = [
            load(architectureOffset),
            // Calls of another architecture have other numbers: they are refused.
            skip(1, ifEqual: architecture),
            refuse(EPERM),
            load(numberOffset),
        ]
        #if arch(x86_64)
            // So are those of x32, which have this bit.
            program += [skip(1, ifBelow: 0x4000_0000), refuse(EPERM)]
        #endif
        for call in refusedCalls { program += [skip(1, unlessEqual: call), refuse(EPERM)] }
        // The flags of clone3 are in memory, where a filter cannot look: the C library then uses clone.
        program += [skip(1, unlessEqual: UInt32(SYS_clone3)), refuse(ENOSYS)]
        program += [
            skip(3, unlessEqual: UInt32(SYS_clone)),
            load(firstArgumentOffset),
            skip(1, unlessAnyBit: namespaceFlags),
            refuse(EPERM),
            sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: allowed),
        ]
        return program
    }

    private static let allowed: UInt32 = 0x7FFF_0000

    private static func load(_ offset: UInt32) -> sock_filter {
        sock_filter(code: UInt16(BPF_LD | BPF_W | BPF_ABS), jt: 0, jf: 0, k: offset)
    }

    private static func refuse(_ error: Int32) -> sock_filter {
        sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0x0005_0000 | UInt32(error))
    }

    private static func skip(_ count: UInt8, ifEqual value: UInt32) -> sock_filter {
        sock_filter(code: UInt16(BPF_JMP | BPF_JEQ | BPF_K), jt: count, jf: 0, k: value)
    }

    private static func skip(_ count: UInt8, unlessEqual value: UInt32) -> sock_filter {
        sock_filter(code: UInt16(BPF_JMP | BPF_JEQ | BPF_K), jt: 0, jf: count, k: value)
    }

    private static func skip(_ count: UInt8, ifBelow value: UInt32) -> sock_filter {
        sock_filter(code: UInt16(BPF_JMP | BPF_JGE | BPF_K), jt: 0, jf: count, k: value)
    }

    private static func skip(_ count: UInt8, unlessAnyBit mask: UInt32) -> sock_filter {
        sock_filter(code: UInt16(BPF_JMP | BPF_JSET | BPF_K), jt: 0, jf: count, k: mask)
    }
}
