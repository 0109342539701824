import Exporter

/// Kafka: one producer after another.
final class KafkaCourse: DeliveryCourse {
    private let endpoint: ExportEndpoint
    private let address: KafkaAddress
    private let options: IPFIXOptions
    private let place: SpoolPlace
    private let board: DeliveryBoard

    init(
        _ endpoint: ExportEndpoint, _ address: KafkaAddress, options: IPFIXOptions, place: SpoolPlace,
        board: DeliveryBoard
    ) {
        self.endpoint = endpoint
        self.address = address
        self.options = options
        self.place = place
        self.board = board
    }

    func nextPause() -> Int { endpoint.parameters.retrySeconds }

    // A session begins at the first batch that has not been released.
    func takeOver() {}

    func run(captureStatistics: () -> ExportStatistics, isLeft: () -> Bool) throws(ExportError) -> DeliveryEnd {
        let session = try KafkaSession(
            to: endpoint, address, options: options, place: place, board: board)
        let problem = session.run(isLeft)
        guard let problem else { return .finished }
        return .lost(problem, retryAfter: session.hasDelivered ? 1 : nextPause())
    }
}
