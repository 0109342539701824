import Glibc
import Synchronization

/// Where log lines go: one write(2) a line, so that lines of several threads, and of other programs, do not mix.
package final class LogOutput: Sendable {
    /// Standard error.
    package static let standardError = LogOutput(descriptor: STDERR_FILENO)

    private let descriptor: Int32
    private let lost = Atomic<UInt64>(0)
    private let isCut = Atomic<Bool>(false)

    /// An output to an open descriptor, which stays the caller's.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// Lines that could not be written in full, as to a pipe that is full and does not block.
    package var lostLines: UInt64 { lost.load(ordering: .relaxed) }

    /// Writes a line. May wait for whoever reads it: never called from the packet path.
    func write(_ line: [UInt8]) {
        // After a line that was written in part: what follows is a line of its own all the same.
        let isCut = isCut.exchange(false, ordering: .relaxed)
        var rest = isCut ? [UInt8(ascii: "\n")] + line[...] : line[...]
        let whole = rest.count
        while !rest.isEmpty {
            // SAFETY: pointer and count are of one array.
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                lost.wrappingAdd(1, ordering: .relaxed)
                if isCut || rest.count < whole { self.isCut.store(true, ordering: .relaxed) }
                return
            }
        }
    }
}
