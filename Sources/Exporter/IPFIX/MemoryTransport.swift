/// Collects the messages of a session in memory, for who sends them on as a whole.
package final class MemoryTransport: MessageTransport {
    /// For messages to people.
    package let destination: String
    /// Nothing is lost on the way.
    package let isDatagram = false
    /// The largest there is.
    package let messageLimit = 65535
    /// Where a block is appended.
    package let blockLength = 1 << 18
    private var octets: [UInt8] = []

    /// With nothing in it.
    package init(destination: String) { self.destination = destination }

    /// Keeps whole messages.
    package func send(_ messages: Span<UInt8>) throws(ExportError) -> SendResult {
        // SAFETY: the call copies the octets.
        unsafe messages.withUnsafeBufferPointer { unsafe octets.append(contentsOf: $0) }
        return SendResult()
    }

    /// What has been collected, which is not kept.
    package func take() -> [UInt8] {
        defer { octets = [] }
        return octets
    }

    /// There is no session to be lost.
    package func reconnect() -> Bool { true }

    /// Nobody waits for it.
    package func close() throws(ExportError) {}
}
