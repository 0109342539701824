import Exporter

/// Reads `octets` as a file of librdkafka's properties, and its lines after `#kafka ` as addresses: what must not be, a sentence
/// each.
func kafkaMistakes(_ octets: [UInt8]) -> [String] {
    var mistakes: [String] = []
    for line in octets.split(separator: 0x0A).prefix(64) where line.starts(with: Array("#kafka ".utf8)) {
        let text = "kafka://" + String(decoding: line.dropFirst(7), as: UTF8.self)
        do throws(ExportError) {
            let endpoint = try ExportEndpoint(parsing: text)
            if !(1...16).contains(endpoint.kafka?.brokers.count ?? 0) { mistakes.append("\(text): brokers") }
            let again = try ExportEndpoint(parsing: endpoint.description)
            if again != endpoint { mistakes.append("\(text) is printed as something else") }
        } catch {
            if !error.description.hasSuffix(".") { mistakes.append("\(text): \(error.description) is no sentence") }
        }
    }
    do throws(ExportError) {
        let settings = try KafkaProperties(octets, path: "input").settings
        if Set(settings.map(\.name)).count != settings.count { mistakes.append("a property is there twice") }
        let text = settings.map { "\($0.name)=\($0.value)\n" }.joined()
        let again = try KafkaProperties(Array(text.utf8), path: "printed").settings
        if again.map(\.name) != settings.map(\.name) || again.map(\.value) != settings.map(\.value) {
            mistakes.append("properties are read as something else when they are printed")
        }
    } catch {
        if !error.description.hasSuffix(".") { mistakes.append("\(error.description) is no sentence") }
    }
    return mistakes
}
