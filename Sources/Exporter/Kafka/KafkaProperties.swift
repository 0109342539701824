/// A file of librdkafka's settings, `NAME=VALUE` a line: what the address has no parameter for, and secrets, which do not
/// belong on a command line. Lines that are empty or begin with `#` or `!` say nothing; space around names and values is
/// left out.
package struct KafkaProperties: Sendable, Equatable {
    /// One setting.
    package struct Setting: Sendable, Equatable {
        /// As in librdkafka's CONFIGURATION.md.
        package var name: String
        /// Not empty.
        package var value: String
        /// Where it stands, from 1.
        package var line: Int
    }

    /// In the order of the file; no name is there twice.
    package private(set) var settings: [Setting] = []

    /// A file is not larger than this many octets.
    package static let limit = 65_536

    /// What the probe sets itself: the promise that nothing is lost or out of order rests on it, or it has a parameter of its
    /// own.
    private static let own: Set<String> = [
        "metadata.broker.list", "bootstrap.servers", "enable.idempotence", "acks", "request.required.acks",
        "message.timeout.ms", "delivery.timeout.ms", "transactional.id", "transaction.timeout.ms", "retries",
        "message.send.max.retries", "queue.buffering.max.messages", "queue.buffering.max.kbytes",
        "queue.buffering.max.ms", "linger.ms", "batch.num.messages", "batch.size", "compression.codec",
        "compression.type", "log.queue", "debug",
    ]
    /// What would have the process run somebody else's code.
    private static let foreign: Set<String> = ["plugin.library.paths", "ssl.engine.location", "ssl.providers"]

    /// Reads a file's octets; `path` is for messages, which never repeat a value.
    package init(_ octets: [UInt8], path: String) throws(ExportError) {
        guard octets.count <= Self.limit else {
            throw ExportError("The file of properties \(path) is larger than \(Self.limit) octets. Check its name.")
        }
        for (index, line) in octets.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            var rest = line
            while let last = rest.last, last == 0x20 || last == 0x09 || last == 0x0D { rest.removeLast() }
            while let first = rest.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
            guard let first = rest.first, first != 0x23, first != 0x21 else { continue }
            try take(rest, line: index + 1, path)
        }
    }

    private mutating func take(_ text: ArraySlice<UInt8>, line: Int, _ path: String) throws(ExportError) {
        let place = "The file of properties \(path), line \(line),"
        guard let equals = text.firstIndex(of: 0x3D) else {
            throw ExportError("\(place) is no NAME=VALUE. Write it like sasl.password=….")
        }
        let trimmed = { (part: ArraySlice<UInt8>) -> ArraySlice<UInt8> in
            let isSpace = { (octet: UInt8) in octet == 0x20 || octet == 0x09 }
            return part.drop(while: isSpace).reversed().drop(while: isSpace).reversed()[...]
        }
        let (name, value) = (trimmed(text[..<equals]), trimmed(text[text.index(after: equals)...]))
        let isName = name.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x5F
        }
        guard isName, (1...64).contains(name.count) else {
            throw ExportError("\(place) names no setting: letters, digits, . and _ are what names are made of.")
        }
        let word = String(decoding: name, as: UTF8.self)
        guard !value.isEmpty, value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
            let content = String(validating: value, as: UTF8.self)
        else {
            throw ExportError("\(place) has no value for \(word), or one that is not UTF-8 text.")
        }
        guard !Self.foreign.contains(word) else {
            throw ExportError("\(place) has \(word), by which somebody else's code would run. Leave it out.")
        }
        guard !Self.own.contains(word) else {
            throw ExportError("\(place) has \(word), which the probe sets itself (docs/delivery.md). Leave it out.")
        }
        guard !settings.contains(where: { $0.name == word }) else {
            throw ExportError("\(place) has \(word) for the second time. Leave one of them out.")
        }
        settings.append(Setting(name: word, value: content, line: line))
    }
}
