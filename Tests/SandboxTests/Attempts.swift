import CSandbox
import Foundation
import Glibc

/// What a process in a sandbox tries: 0 when it may, else the system's error number.
enum Attempt {
    static func packetSocket() -> Int32 { closing(socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0)) }

    static func read(_ path: String) -> Int32 { unsafe closing(open(path, O_RDONLY)) }

    static func write(_ path: String) -> Int32 { unsafe closing(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)) }

    static func remove(_ path: String) -> Int32 { unsafe outcome(unlink(path)) }

    static func execute(_ path: String) -> Int32 {
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        return unsafe outcome(execv(path, &arguments))
    }

    /// Who has threads may not do this either, but for another reason (EINVAL).
    static func makeUserNamespace() -> Int32 { outcome(Int32(syscall3(SYS_unshare, 0x1000_0000, 0))) }

    /// clone(2) with a flag that makes a user namespace.
    static func cloneIntoUserNamespace() -> Int32 {
        let child = Int32(syscall3(SYS_clone, 0x1000_0000 | Int(SIGCHLD), 0))
        if child == 0 { _exit(0) }
        return outcome(child)
    }

    static func becomeRoot() -> Int32 { outcome(setresuid(0, 0, 0)) }

    private static func outcome(_ result: Int32) -> Int32 { result < 0 ? errno : 0 }

    private static func closing(_ descriptor: Int32) -> Int32 {
        let result = outcome(descriptor)
        if descriptor >= 0 { close(descriptor) }
        return result
    }

    private static func syscall3(_ number: Int32, _ a: Int, _ b: Int) -> Int {
        flowprobe_call(Int(number), a, b)
    }
}

/// A folder that everybody may write to.
func makeOpenFolder() throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "flowprobe-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    openToAll(path)
    return path
}

/// Lets everybody read and write a file or a folder.
func openToAll(_ path: String) { unsafe chmod(path, 0o777) }
