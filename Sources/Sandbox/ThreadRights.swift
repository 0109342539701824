import CSandbox
import Foundation

/// What the kernel says of the threads of this process.
enum ThreadRights {
    /// The effective capabilities of every thread but the calling one, as /proc tells; those of threads that have ended
    /// meanwhile are left out.
    static func effectiveCapabilitiesOfOthers() -> [UInt64] {
        let own = String(gettid())
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return threads.filter { $0 != own }.compactMap { thread in
            guard let text = try? String(contentsOfFile: "/proc/self/task/\(thread)/status", encoding: .utf8) else {
                return nil
            }
            let line = text.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
            return line.flatMap { UInt64($0.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16) }
        }
    }
}
