import CRdKafka
import Exporter

/// One of librdkafka's producers, used by one thread. It connects by itself, keeps what it is given in order, and tells what
/// became of it.
// SAFETY: (@safe) owns producer and queue from init to deinit; every text of the library is copied at once.
@safe final class KafkaProducer {
    /// What a producer tells.
    enum Event {
        /// The message of this token was delivered, or was not: then with an error.
        case report(token: UInt64, KafkaError?)
        /// Something about brokers, connections or the producer itself.
        case trouble(KafkaError)
    }

    private let producer: OpaquePointer
    private let queue: OpaquePointer

    /// A producer that begins to look for its brokers. Throws a message about settings that do not go together.
    init(_ settings: KafkaSettings, destination: String) throws(ExportError) {
        // SAFETY: made here, and freed when no producer takes it.
        let made = try unsafe settings.make()
        var reason = [CChar](repeating: 0, count: 512)
        // SAFETY: settings that are not used any more, and a buffer of the size stated.
        guard let producer = unsafe flowprobe_kafka_producer(made, &reason, reason.count) else {
            unsafe flowprobe_kafka_free(made)
            throw ExportError(
                "\(destination) cannot be set up: \(KafkaLibrary.text(reason)). Check the address and its files.")
        }
        // SAFETY: both are given back in deinit.
        unsafe self.producer = producer
        unsafe queue = flowprobe_kafka_events(producer)
    }

    deinit {
        // SAFETY: nobody else has them; the queue goes first, as the library wants it.
        unsafe flowprobe_kafka_release(queue)
        unsafe flowprobe_kafka_close(producer)
    }

    /// Waits so long for an answer from any broker; false when none came.
    func reach(waitingMilliseconds: Int32) -> Bool {
        // SAFETY: a producer that lives.
        unsafe flowprobe_kafka_reach(producer, waitingMilliseconds) == RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// Takes a message, whose report will have `token`, which is not 0. Why it was not taken, else nil.
    func send(
        topic: String, key: String, value: Span<UInt8>, headers: [(name: String, value: String)], token: UInt64
    ) -> KafkaError? {
        // SAFETY: as many headers as are added; the library copies names and values.
        let list = unsafe flowprobe_kafka_headers(headers.count)
        for (name, value) in headers { unsafe flowprobe_kafka_add_header(list, name, value) }
        // SAFETY: the library copies key and value during the call, and takes the headers whatever comes of it.
        let code = unsafe value.withUnsafeBytes { octets in
            // SAFETY: as above.
            unsafe flowprobe_kafka_send(
                producer, topic, key, key.utf8.count, octets.baseAddress, octets.count, list, token)
        }
        return KafkaError(code)
    }

    /// Hands what has been told since the last call to `body`, after waiting for it so long.
    func poll(waitingMilliseconds: Int32, _ body: (Event) -> Void) {
        var wait = waitingMilliseconds
        // SAFETY: an event is the caller's until it is forgotten.
        while let event = unsafe flowprobe_kafka_poll(queue, wait) {
            wait = 0
            var report = flowprobe_kafka_report()
            // SAFETY: as above; the call writes the structure.
            while unsafe flowprobe_kafka_next_report(event, &report) {
                body(.report(token: report.token, KafkaError(report.error)))
            }
            // SAFETY: as above.
            if var error = unsafe KafkaError(flowprobe_kafka_event_error(event)) {
                error.isFatal = unsafe flowprobe_kafka_is_fatal(event)
                // SAFETY: a text that lives as long as the event, and is copied.
                error.text = KafkaError.printable(unsafe String(cString: flowprobe_kafka_event_text(event)))
                body(.trouble(error))
            }
            // SAFETY: nothing of the event is used any more.
            unsafe flowprobe_kafka_forget(event)
        }
    }
}
