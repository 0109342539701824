import Exporter
import Testing

@Suite struct KafkaAddressTests {
    private static func endpoint(
        _ brokers: [(String, UInt16)], _ topic: String,
        _ change: (inout KafkaAddress, inout ConnectionParameters) -> Void
    ) -> ExportEndpoint {
        var address = KafkaAddress(brokers: brokers.map { KafkaAddress.Broker(host: $0.0, port: $0.1) }, topic: topic)
        var parameters = KafkaAddress.usualConnection
        change(&address, &parameters)
        return ExportEndpoint(kafka: address, parameters: parameters)
    }

    @Test func parsesAndPrints() throws {
        let cases: [(String, ExportEndpoint)] = [
            ("kafka://broker/flows", Self.endpoint([("broker", 9092)], "flows") { _, _ in }),
            (
                "KAFKA://b1.example:1,[2001:db8::1],192.0.2.1:65535/a.b_c-9",
                Self.endpoint([("b1.example", 1), ("2001:db8::1", 9092), ("192.0.2.1", 65535)], "a.b_c-9") { _, _ in }
            ),
            (
                "kafka://b/t?format=ipfix&compression=lz4&groups=64&retry=1&timeout=3600",
                Self.endpoint([("b", 9092)], "t") {
                    ($0.format, $0.compression, $0.groups) = (.ipfix, .lz4, 64)
                    ($1.retrySeconds, $1.timeoutSeconds) = (1, 3600)
                }
            ),
            (
                "kafka://b/t?security=sasl_ssl&sasl=SCRAM-SHA-512&user=probe=1&properties=/p&ca=/a&certificate=/c&key=/k",
                Self.endpoint([("b", 9092)], "t") {
                    ($0.security, $0.mechanism, $0.user, $0.properties) = (.saslSSL, "SCRAM-SHA-512", "probe=1", "/p")
                    ($1.authorities, $1.certificate, $1.key) = ("/a", "/c", "/k")
                }
            ),
        ]
        for (text, expected) in cases {
            let endpoint = try ExportEndpoint(parsing: text)
            #expect(endpoint == expected, "\(text)")
            #expect(try ExportEndpoint(parsing: endpoint.description) == expected, "\(endpoint)")
            #expect(endpoint.needsSpool)
        }
        let endpoint = try ExportEndpoint(parsing: "kafka://a,[::1]:9/t?format=ipfix")
        #expect(endpoint.name == "kafka://a:9092,[::1]:9/t")
        #expect(endpoint.description == "kafka://a:9092,[::1]:9/t?format=ipfix")
    }

    @Test(arguments: [
        "kafka://", "kafka://b", "kafka://b/", "kafka:///t", "kafka://b,/t", "kafka://,b/t", "kafka://b:0/t",
        "kafka://b:65536/t", "kafka://b:/t", "kafka://b:+1/t", "kafka://::1/t", "kafka://[::1/t", "kafka://[::1]9/t",
        "kafka://[b]/t", "kafka://b/t/u", "kafka://b/.", "kafka://b/..", "kafka://b/a b", "kafka://b\"/t",
        "kafka://b/é",
        "kafka://b/t?", "kafka://b/t?format=xml", "kafka://b/t?groups=0", "kafka://b/t?groups=65",
        "kafka://b/t?retry=0",
        "kafka://b/t?colour=red", "kafka://b/t?ack=batch", "kafka://b/t?format=ipfix&format=ipfix",
        "kafka://b/t?ca=/a",
        "kafka://b/t?security=ssl&certificate=/c", "kafka://b/t?user=u", "kafka://b/t?security=ssl&sasl=PLAIN",
        "kafka://b/t?properties=", "kafka://b/t?compression=brotli",
    ])
    func refusesWithASentence(text: String) {
        let error = #expect(throws: ExportError.self, "\(text)") { try ExportEndpoint(parsing: text) }
        #expect(error?.description.contains("\"\(text)\"") == true)
        #expect(error?.description.hasSuffix(".") == true)
    }

    /// Whoever puts a password on the command line is told where it belongs, without it being repeated into a log.
    @Test func passwordsAreNotForAddresses() {
        let error = #expect(throws: ExportError.self) {
            try ExportEndpoint(parsing: "kafka://b/t?security=sasl_ssl&user=u&password=hunter2")
        }
        #expect(error?.description.contains("properties=FILE") == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func propertiesAreRead() throws {
        let text = "# comment\r\n! another\n\n  sasl.password =  a=b c \r\nclient.id=x"
        let properties = try KafkaProperties(Array(text.utf8), path: "p")
        #expect(properties.settings.map(\.name) == ["sasl.password", "client.id"])
        #expect(properties.settings.map(\.value) == ["a=b c", "x"] && properties.settings.map(\.line) == [4, 5])
        #expect(try KafkaProperties([], path: "p").settings == [])
    }

    @Test(arguments: [
        "x", "=1", "a=", "a= ", "A=1", "a b=1", "client.id=1\nclient.id=2", "acks=1", "enable.idempotence=false",
        "plugin.library.paths=/x", "a=\u{1}", String(repeating: "a", count: 65) + "=1",
    ])
    func propertiesAreRefusedWithTheirLine(text: String) {
        let error = #expect(throws: ExportError.self) { try KafkaProperties(Array(("#\n" + text).utf8), path: "/p") }
        #expect(error?.description.contains("/p, line \(text.contains("\n") ? 3 : 2)") == true)
        #expect(error?.description.hasSuffix(".") == true)
    }

    @Test func propertiesAreBoundedAndText() {
        #expect(throws: ExportError.self) {
            try KafkaProperties([UInt8](repeating: 0x0A, count: KafkaProperties.limit + 1), path: "p")
        }
        let error = #expect(throws: ExportError.self) {
            try KafkaProperties(Array("sasl.password=".utf8) + [0xFF, 0x41], path: "p")
        }
        #expect(error?.description.contains("UTF-8") == true)
    }
}
