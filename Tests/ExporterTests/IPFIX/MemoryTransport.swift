import Exporter

/// Keeps what it is sent.
final class MemoryTransport: MessageTransport {
    let destination = "memory"
    let isDatagram: Bool
    let messageLimit: Int
    let blockLength: Int
    /// Everything sent, one array for each session.
    private(set) var sessions: [[UInt8]] = [[]]
    private(set) var closed = false
    /// Messages after which a session breaks; counts down.
    var messagesUntilLost = Int.max
    /// Whether a new session can be had.
    var reconnects = true

    init(isDatagram: Bool = false, messageLimit: Int = 65535, blockLength: Int = 1 << 18) {
        self.isDatagram = isDatagram
        self.messageLimit = messageLimit
        self.blockLength = blockLength
    }

    func send(_ messages: Span<UInt8>) throws(ExportError) -> SendResult {
        var result = SendResult()
        var start = 0
        while start < messages.count {
            let length = Int(messages[start + 2]) << 8 | Int(messages[start + 3])
            if messagesUntilLost == 0 {
                result.unsent = [start..<messages.count]
                result.lost = "the test broke the session"
                return result
            }
            messagesUntilLost -= 1
            for index in start..<start + length { sessions[sessions.count - 1].append(messages[index]) }
            start += length
        }
        return result
    }

    func reconnect() -> Bool {
        guard reconnects else { return false }
        sessions.append([])
        messagesUntilLost = .max
        return true
    }

    func close() throws(ExportError) { closed = true }
}
