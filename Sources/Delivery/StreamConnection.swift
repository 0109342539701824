import Exporter

/// A connection to a collector, plain or secured, used by one thread.
protocol StreamConnection: AnyObject {
    /// Octets handed to the system since the connection began, those of TLS itself included.
    var written: UInt64 { get }
    /// Octets of `written` that the peer's TCP has not acknowledged; nil when the system does not tell.
    var unacknowledged: UInt64? { get }

    /// Sends all of `octets`. What went wrong, without a full stop, or nil: then what was sent is not known.
    func send(_ octets: Span<UInt8>) -> String?

    /// What the peer has said since the last call, for which it waits so long.
    func receive(waitingMilliseconds: Int) -> StreamInput

    /// Ends the sending side and waits, for a bounded time, until the peer has closed too or at least has everything.
    func close() -> StreamSocket.Ending
}

/// What a peer said.
enum StreamInput {
    /// These octets; none when nothing came in time.
    case octets([UInt8])
    /// The peer has closed.
    case closed
    /// The connection is broken; why, without a full stop.
    case failed(String)
}

/// A connection without TLS.
final class PlainConnection: StreamConnection {
    private let socket: StreamSocket
    private var buffer = [UInt8](repeating: 0, count: 4096)

    /// Connects. Throws a message for people when nobody takes the connection.
    init(_ endpoint: ExportEndpoint) throws(ExportError) {
        socket = try StreamSocket(endpoint, timeoutSeconds: endpoint.parameters.timeoutSeconds)
    }

    var written: UInt64 { socket.written }
    var unacknowledged: UInt64? { socket.unacknowledged }

    func send(_ octets: Span<UInt8>) -> String? { socket.send(octets).problem }

    func receive(waitingMilliseconds: Int) -> StreamInput {
        switch socket.receive(into: &buffer, waitingMilliseconds: waitingMilliseconds) {
        case .octets(let count): .octets(Array(buffer[..<count]))
        case .nothing: .octets([])
        case .closed: .closed
        case .failed(let reason): .failed(reason)
        }
    }

    func close() -> StreamSocket.Ending { socket.close() }
}
