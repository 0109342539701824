import CollectorService
import Exporter
import Testing

@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:1", "127.0.0.1:1"), ("0.0.0.0", "0.0.0.0:4739"), ("[::1]:0", "[::1]:0"), ("::1", "[::1]:4739"),
        ("[2001:db8::1]", "[2001:db8::1]:4739"), ("[::]:65535", "[::]:65535"),
    ])
    func parses(text: String, meaning: String) throws {
        #expect(try ListenAddress(parsing: text, defaultPort: 4739).description == meaning)
    }

    @Test(arguments: [
        "", ":1", "host:1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "[::1", "[::1]1",
        "[127.0.0.1]:1",
        "1.2.3:4", "[::1]:", "::1]:4", "127.0.0.1:1:2",
    ])
    func refuses(text: String) {
        #expect(throws: ExportError.self) { try ListenAddress(parsing: text, defaultPort: 4739) }
    }
}
