/// Where messages go: a file, a datagram socket, a connection. SCTP (RFC 7011 section 10.2) would be one more.
package protocol MessageTransport: AnyObject {
    /// What is written to, for messages to people.
    var destination: String { get }
    /// Whether each message travels alone and may be lost: then templates must be repeated.
    var isDatagram: Bool { get }
    /// Whether there is somebody to send to; a session can be begun by `reconnect` when there is not.
    var isConnected: Bool { get }
    /// Largest message it takes, in octets.
    var messageLimit: Int { get }
    /// Octets of messages to collect before `send`.
    var blockLength: Int { get }

    /// Sends whole messages, one after another in `messages`. Throws when no later call can succeed.
    func send(_ messages: Span<UInt8>) throws(ExportError) -> SendResult

    /// Tries once to begin a new session after one was lost.
    func reconnect() -> Bool

    /// Ends the session: waits, for a bounded time, until the peer or the disk has what was sent.
    func close() throws(ExportError)
}

extension MessageTransport {
    /// Files and datagrams always have somewhere to go.
    package var isConnected: Bool { true }
}

/// What became of a block of messages.
package struct SendResult {
    /// Ranges of octets, of whole messages each, that were not sent.
    package var unsent: [Range<Int>] = []
    /// How often the peer said that nobody listens.
    package var refusals: UInt64 = 0
    /// Why the session is over, or nil while it lives.
    package var lost: String?

    /// All sent.
    package init() {}
}
