import CRdKafka
import Exporter
import Foundation

/// What a producer of one destination is set to: what suits us, what the address says, what its file of properties says, and
/// last what delivery rests on.
struct KafkaSettings {
    /// librdkafka's name and value, in the order in which they are set.
    private(set) var all: [(name: String, value: String)] = []
    private let destination: String

    /// Octets of a value before packing that librdkafka takes at most; more is cut before it is sent.
    static let valueLimit = 16 << 20

    /// Reads the file of properties, if the address names one: so that new secrets are used from the next producer on. Throws
    /// a message about the file.
    init(_ endpoint: ExportEndpoint, _ address: KafkaAddress) throws(ExportError) {
        destination = endpoint.name
        let connection = endpoint.parameters
        all = [
            ("client.id", "flowprobe"),
            // A key has the partition that Kafka's own clients would give it.
            ("partitioner", "murmur2_random"),
            ("message.max.bytes", String(Self.valueLimit)),
            ("socket.keepalive.enable", "true"),
            ("reconnect.backoff.max.ms", String(connection.retrySeconds * 1000)),
            ("security.protocol", address.security.rawValue),
        ]
        for (name, value) in [("sasl.mechanism", address.mechanism), ("sasl.username", address.user)] {
            if let value { all.append((name, value)) }
        }
        let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]
        for (name, source) in [
            ("ssl.ca.location", connection.authorities), ("ssl.certificate.location", connection.certificate),
            ("ssl.key.location", connection.key),
        ] {
            if let source { all.append((name, try HTTPCredentials.path(source, credentials: folder))) }
        }
        if let source = address.properties {
            let path = try HTTPCredentials.path(source, credentials: folder)
            all += try Self.properties(path).settings.map { ($0.name, $0.value) }
        }
        all += [
            ("bootstrap.servers", address.brokers.map(\.description).joined(separator: ",")),
            ("enable.idempotence", "true"),
            ("acks", "all"),
            // Whether it takes too long is judged here, where the spool has what is late.
            ("message.timeout.ms", "0"),
            // A message is large already, and a refusal is about it alone.
            ("linger.ms", "0"),
            ("batch.num.messages", "1"),
            ("queue.buffering.max.messages", "100000"),
            ("queue.buffering.max.kbytes", "1048576"),
            ("compression.type", address.compression.rawValue),
        ]
    }

    private static func properties(_ path: String) throws(ExportError) -> KafkaProperties {
        let octets: Data?
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            octets = try file.read(upToCount: KafkaProperties.limit + 1)
        } catch {
            throw ExportError(
                "The file of properties \(path) cannot be read: \(error.localizedDescription) Check its name and its "
                    + "permissions.")
        }
        return try KafkaProperties(Array(octets ?? Data()), path: path)
    }

    /// Throws a message about the first setting that this librdkafka does not take. Nothing is begun.
    func check() throws(ExportError) {
        // SAFETY: (here and below) settings that nobody else has, freed at once.
        let made = try unsafe make()
        unsafe flowprobe_kafka_free(made)
    }

    /// The settings as librdkafka has them, to be given to a producer or freed.
    // SAFETY: (@unsafe) callers free the result, or give it away.
    @unsafe func make() throws(ExportError) -> OpaquePointer {
        try KafkaLibrary.load()
        // SAFETY: the library is loaded.
        guard let settings = unsafe flowprobe_kafka_settings() else {
            throw ExportError("There is no memory for the settings of \(destination).")
        }
        var reason = [CChar](repeating: 0, count: 512)
        for (name, value) in all {
            // SAFETY: strings and a buffer of the size stated, which live for the call.
            guard unsafe !flowprobe_kafka_set(settings, name, value, &reason, reason.count) else { continue }
            unsafe flowprobe_kafka_free(settings)
            throw ExportError(
                "\(destination) cannot be set up: librdkafka \(KafkaLibrary.version) does not take "
                    + "\(Self.refusal(name, KafkaLibrary.text(reason))). Check the address and its file of properties.")
        }
        // SAFETY: it is the caller's now.
        return unsafe settings
    }

    /// A setting and what is wrong with it; the library repeats values, and some of them are secrets.
    private static func refusal(_ name: String, _ reason: String) -> String {
        let isSecret = ["password", "secret", "pem", "jaas", "token"].contains { name.contains($0) }
        return isSecret ? name : "\(name): \(reason)"
    }
}

/// librdkafka, which is loaded when it is first asked for.
enum KafkaLibrary {
    /// Throws a message that says what to install when the library is not there.
    static func load() throws(ExportError) {
        // SAFETY: the text is copied at once.
        guard let reason = unsafe flowprobe_kafka_load() else { return }
        throw ExportError(
            "kafka:// needs librdkafka, which cannot be loaded: \(unsafe String(cString: reason)). Install Debian's package "
                + "librdkafka1.")
    }

    /// Its version; only to be asked for when it is loaded.
    static var version: String {
        // SAFETY: a constant text.
        unsafe String(cString: flowprobe_kafka_version())
    }

    /// The text in a buffer that the library has written to, up to its zero.
    static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
