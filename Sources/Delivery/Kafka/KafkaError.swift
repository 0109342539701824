import CRdKafka

/// What librdkafka or a broker says is wrong.
struct KafkaError {
    /// What a destination does about it.
    enum Kind {
        /// The message is too long for the broker, or for what it is configured to take: it is cut.
        case tooLarge
        /// The broker does not take what is in the message: it is cut until the record is found that it is about.
        case refused
        /// Nobody can be reached: it is waited for.
        case unreachable
        /// A broker or the probe is not who it should be: trying again at once is of no use.
        case untrusted
        /// The queue of the producer is full: what is under way goes first.
        case full
        /// Anything else: the producer is given up, and what it had is sent by another.
        case other
    }

    /// As in RD_KAFKA_RESP_ERR_….
    let code: Int32
    /// A sentence or a part of one, on one line.
    var text: String
    /// Whether the producer is of no more use.
    var isFatal = false
    /// The code's name, without RD_KAFKA_RESP_ERR_.
    let name: String

    /// nil for no error.
    init?(_ error: rd_kafka_resp_err_t) {
        guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        code = error.rawValue
        isFatal = error == RD_KAFKA_RESP_ERR__FATAL
        // SAFETY: constant texts, which the library has for any number; they are copied at once.
        name = unsafe String(cString: flowprobe_kafka_error_name(error))
        text = Self.printable(unsafe String(cString: flowprobe_kafka_error_text(error)))
    }

    /// What is done about it.
    var kind: Kind {
        if isFatal { return .other }
        switch rd_kafka_resp_err_t(code) {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE: return .tooLarge
        case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, RD_KAFKA_RESP_ERR_INVALID_RECORD: return .refused
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__TIMED_OUT:
            return .unreachable
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL,
            RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
            return .untrusted
        case RD_KAFKA_RESP_ERR__QUEUE_FULL: return .full
        default: return .other
        }
    }

    /// Whether it says that no broker at all is there.
    var isAboutAllBrokers: Bool { code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue }

    /// What a broker says may be anything: control characters become spaces, and it is cut at 300 characters.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(300).map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
