import Exporter

/// IPFIX over TCP or TLS: one session after another, a connection each.
final class StreamCourse: DeliveryCourse {
    private let endpoint: ExportEndpoint
    private let options: IPFIXOptions
    private let place: SpoolPlace
    private let board: DeliveryBoard

    init(_ endpoint: ExportEndpoint, options: IPFIXOptions, place: SpoolPlace, board: DeliveryBoard) {
        self.endpoint = endpoint
        self.options = options
        self.place = place
        self.board = board
    }

    // RFC 7011 section 10.4.4: what takes no connection is tried again after a minute.
    func nextPause() -> Int { endpoint.parameters.retrySeconds }

    // A session begins at the first batch that has not been released.
    func takeOver() {}

    func run(captureStatistics: () -> ExportStatistics, isLeft: () -> Bool) throws(ExportError) -> DeliveryEnd {
        let session = try DeliverySession(
            Connections.connect(endpoint), to: endpoint, options: options, place: place, board: board)
        let end = session.run(captureStatistics: captureStatistics, isLeft: isLeft)
        switch end {
        case .finished: return .finished
        case .lost(let problem):
            return .lost(problem, retryAfter: session.hasDelivered ? 1 : nextPause())
        }
    }
}

/// Connections as an address asks for them.
enum Connections {
    /// Connects, and shakes hands where the transport is secured. Throws a message for people when that fails.
    static func connect(_ endpoint: ExportEndpoint) throws(ExportError) -> any StreamConnection {
        endpoint.transport.isSecured ? try SecureConnection(endpoint) : try PlainConnection(endpoint)
    }
}
