import Exporter
import Spool

/// Kafka: one producer after another.
final class KafkaCourse: DeliveryCourse {
    private let endpoint: ExportEndpoint
    private let address: KafkaAddress
    private let options: IPFIXOptions
    private let spool: Spool
    private let reader: SpoolReader
    private let board: DeliveryBoard
    private var highestSent: UInt64 = 0

    init(
        _ endpoint: ExportEndpoint, _ address: KafkaAddress, options: IPFIXOptions, spool: Spool, reader: SpoolReader,
        board: DeliveryBoard
    ) {
        self.endpoint = endpoint
        self.address = address
        self.options = options
        self.spool = spool
        self.reader = reader
        self.board = board
    }

    func nextPause() -> Int { endpoint.parameters.retrySeconds }

    func run(captureStatistics: () -> ExportStatistics, isLeft: () -> Bool) throws(ExportError) -> DeliveryEnd {
        let session = try KafkaSession(
            to: endpoint, address, options: options, spool: spool, reader: reader, board: board,
            highestSent: highestSent)
        let problem = session.run(isLeft)
        highestSent = session.highestSent
        guard let problem else { return .finished }
        return .lost(problem, retryAfter: session.hasDelivered ? 1 : nextPause())
    }
}
