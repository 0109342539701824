import FlowTable

/// Sends messages over a connection, many with one system call.
final class TCPTransport: MessageTransport {
    let destination: String
    let isDatagram = false
    let messageLimit = 65535
    let blockLength = 1 << 18
    private let endpoint: ExportEndpoint
    private let timeoutSeconds: Int
    private var socket: StreamSocket?
    var isConnected: Bool { socket != nil }

    init(endpoint: ExportEndpoint, options: IPFIXOptions) throws(ExportError) {
        destination = endpoint.description
        self.endpoint = endpoint
        timeoutSeconds = options.timeoutSeconds
        socket = options.startsUnconnected ? nil : try StreamSocket(endpoint, timeoutSeconds: timeoutSeconds)
    }

    func send(_ messages: Span<UInt8>) throws(ExportError) -> SendResult {
        var result = SendResult()
        guard let socket, !socket.peerHasClosed() else {
            result.unsent = [0..<messages.count]
            result.lost = "the collector closed the connection"
            return result
        }
        let (taken, problem) = socket.send(messages)
        guard let problem else { return result }
        result.lost = problem
        result.unsent = [Self.wholeMessages(messages, upTo: taken)..<messages.count]
        return result
    }

    /// Octets of the whole messages among the first `taken` octets.
    private static func wholeMessages(_ messages: Span<UInt8>, upTo taken: Int) -> Int {
        var start = 0
        while let length = MessageTally.messageLength(messages, at: start), length <= taken - start { start += length }
        return start
    }

    func reconnect() -> Bool {
        guard let fresh = try? StreamSocket(endpoint, timeoutSeconds: timeoutSeconds) else { return false }
        socket = fresh
        return true
    }

    func close() throws(ExportError) {
        if case .failed(let problem)? = socket?.close() {
            throw ExportError(
                "The collector \(destination) \(problem). Check the collector, then run the export again.")
        }
    }
}

/// Exports over TCP (RFC 7011 section 10.4): templates once per connection, before their data. A connection lost is
/// made anew as a new session, at once the first time and then at most once in `IPFIXOptions.retrySeconds`.
package final class IPFIXTCPSink: IPFIXSink {
    /// A connection to `endpoint`, whose transport does not matter. Throws when there is none to be had.
    package init(endpoint: ExportEndpoint, options: IPFIXOptions = IPFIXOptions()) throws(ExportError) {
        try super.init(transport: TCPTransport(endpoint: endpoint, options: options), options: options)
    }
}
