import Glibc
import Synchronization

/// Wakes a thread that waits for a pipe: a read that has begun cannot be called off, so that the wait comes before it.
package final class ReadInterrupt: Sendable {
    private let requested = Atomic(false)
    /// A pipe of our own: octets in it end every wait. Both -1 when the system has no more descriptors; then a wait ends
    /// when its file has something to read.
    private let readEnd: Int32
    private let writeEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        // SAFETY: pipe fills the two elements during the call only.
        let result = unsafe ends.withUnsafeMutableBufferPointer { unsafe pipe($0.baseAddress) }
        (readEnd, writeEnd) = result == 0 ? (ends[0], ends[1]) : (-1, -1)
    }

    deinit {
        if readEnd >= 0 { close(readEnd) }
        if writeEnd >= 0 { close(writeEnd) }
    }

    /// Whether somebody has asked for the interruption.
    var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Ends all waits, those to come as well. Callable from anywhere.
    package func request() {
        requested.store(true, ordering: .relaxed)
        var octet: UInt8 = 0
        // SAFETY: one octet that lives for the call. One is enough: it is never read.
        _ = unsafe write(writeEnd, &octet, 1)
    }

    /// Waits until `descriptor` can be read or has ended. False when interrupted.
    func waitUntilReadable(_ descriptor: Int32) -> Bool {
        while !isRequested {
            var waits = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
            ]
            // SAFETY: two elements, which live for the call; a negative descriptor is passed over.
            let count = unsafe waits.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, 2, -1) }
            // An error shows itself at the read that follows.
            if count < 0, errno == EINTR { continue }
            if waits[1].revents != 0 { return false }
            return true
        }
        return false
    }
}
