import CRdKafkaMock
import Foundation

/// librdkafka's mock cluster with one topic, `flows`: brokers on loopback that keep what they are sent, fail as they are told,
/// and are read by a consumer of the tests' own.
@safe final class MockCluster {
    /// What a consumer sees of a message.
    struct Message: Equatable {
        var partition: Int32
        var offset: Int64
        var key: String
        var headers: [String: String]
        var value: [UInt8]

        /// The flow ids of a value of JSON lines.
        var flows: [UInt64] {
            String(decoding: value, as: UTF8.self).split(separator: "\n").compactMap { line in
                let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return (object?["flowId"] as? String).flatMap { UInt64($0) }
            }
        }
    }

    static let names = ["probe", "batch", "group", "part", "kind", "format", "schema"]
    private let mock: OpaquePointer
    private let partitions: Int32

    /// `brokers` and a topic of so many partitions.
    init(brokers: Int32 = 3, partitions: Int32 = 4) {
        self.partitions = partitions
        // SAFETY: freed in deinit; the topic's name is copied.
        unsafe mock = flowprobe_mock_new(brokers, "flows", partitions)!
    }

    // SAFETY: made in init, and nobody else has it.
    deinit { unsafe flowprobe_mock_free(mock) }

    /// `HOST:PORT,…`.
    // SAFETY: the text lives as long as the cluster, and is copied.
    var brokers: String { unsafe String(cString: flowprobe_mock_bootstraps(mock)) }

    /// The address of the topic.
    func address(_ parameters: String = "") -> String { "kafka://\(brokers)/flows?retry=1\(parameters)" }

    /// The next Produce requests fail with this code of Kafka's protocol, or of librdkafka's own: -195 breaks the connection.
    // SAFETY: (here and below) a cluster that lives.
    func failProduce(_ error: Int32, times: Int32) { unsafe flowprobe_mock_fail(mock, 0, error, times) }

    /// Takes all brokers away, or brings them back with what they had.
    // SAFETY: as above.
    func setUp(_ isUp: Bool) { unsafe flowprobe_mock_set_up(mock, isUp) }

    /// Everything that is in the topic, partition by partition.
    func messages() -> [Message] {
        // SAFETY: the reader is freed below; texts are copied.
        guard let reader = unsafe flowprobe_reader_new(brokers, "flows", partitions) else { return [] }
        defer { unsafe flowprobe_reader_free(reader) }
        var messages: [Message] = []
        // The first answer takes a while; what is there comes at once then.
        var last = Date()
        while Date().timeIntervalSince(last) < (messages.isEmpty ? 10 : 1.5) {
            // SAFETY: a structure of zeroes.
            var message = unsafe flowprobe_message()
            // SAFETY: the call writes the structure, whose pointers live until the next call.
            guard unsafe flowprobe_reader_next(reader, 200, &message) else { continue }
            last = Date()
            var headers: [String: String] = [:]
            for name in Self.names {
                var length = 0
                // SAFETY: the header lives until the next message, and has the length told.
                guard let text = unsafe flowprobe_reader_header(reader, name, &length) else { continue }
                headers[name] = unsafe Self.text(UnsafeRawBufferPointer(start: text, count: length))
            }
            // SAFETY: key and value live until the next message, and have the lengths told.
            unsafe messages.append(
                Message(
                    partition: message.partition, offset: message.offset,
                    key: Self.text(UnsafeRawBufferPointer(start: message.key, count: message.key_length)),
                    headers: headers, value: Array(UnsafeBufferPointer(start: message.value, count: message.length))))
        }
        return messages.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    }

    // SAFETY: (@unsafe) callers pass octets that live during the call.
    @unsafe private static func text(_ octets: UnsafeRawBufferPointer) -> String {
        // SAFETY: as above.
        unsafe String(decoding: octets, as: UTF8.self)
    }
}
