import Exporter

/// Gives the messages of one session to a connection. A connection that is lost is not made anew: its batches are sent
/// again in a session of their own.
final class ConnectionTransport: MessageTransport {
    let destination: String
    let isDatagram = false
    let messageLimit = 65535
    let blockLength = 1 << 18
    private let connection: any StreamConnection
    /// Whether the peer has closed too after `close`: then it has read everything, whatever TCP says.
    private(set) var peerHasClosed = false

    init(_ connection: any StreamConnection, destination: String) {
        self.connection = connection
        self.destination = destination
    }

    func send(_ messages: Span<UInt8>) throws(ExportError) -> SendResult {
        var result = SendResult()
        result.lost = connection.send(messages)
        if result.lost != nil { result.unsent = [0..<messages.count] }
        return result
    }

    func reconnect() -> Bool { false }

    func close() throws(ExportError) {
        switch connection.close() {
        case .closed: peerHasClosed = true
        case .acknowledged: break
        case .failed(let problem): throw ExportError("The collector \(destination) \(problem).")
        }
    }
}
