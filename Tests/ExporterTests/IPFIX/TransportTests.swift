import Exporter
import FlowTable
import Foundation
import Glibc
import NetTypes
import Testing

@Suite struct ExportEndpointTests {
    @Test(arguments: [
        ("udp://192.0.2.1:9995", ExportEndpoint(transport: .udp, host: "192.0.2.1", port: 9995)),
        ("TCP://[2001:db8::1]:4739", ExportEndpoint(transport: .tcp, host: "2001:db8::1", port: 4739)),
        ("udp://[::1]", ExportEndpoint(transport: .udp, host: "::1")),
        ("tcp://collector.example/", ExportEndpoint(transport: .tcp, host: "collector.example")),
        ("netflow9://192.0.2.1", ExportEndpoint(transport: .netflow9, host: "192.0.2.1", port: 2055)),
        ("NetFlow5://[::1]:9995", ExportEndpoint(transport: .netflow5, host: "::1", port: 9995)),
        ("tls://host", ExportEndpoint(transport: .tls, host: "host", port: 4740)),
        (
            "tcp://host?ack=batch&resend=0&timeout=5",
            ExportEndpoint(
                transport: .tcp, host: "host",
                parameters: parameters {
                    $0.acknowledgement = .batch
                    $0.resendSeconds = 0
                    $0.timeoutSeconds = 5
                })
        ),
        (
            "tls://[::1]:1?ca=/a&certificate=/b&key=/c=d&name=x.example&retry=1",
            ExportEndpoint(
                transport: .tls, host: "::1", port: 1,
                parameters: parameters {
                    $0.authorities = "/a"
                    $0.certificate = "/b"
                    $0.key = "/c=d"
                    $0.serverName = "x.example"
                    $0.retrySeconds = 1
                })
        ),
        (
            "https://collector.example",
            ExportEndpoint(transport: .https, host: "collector.example", port: 443, path: "/")
        ),
        (
            "https://[2001:db8::1]:8443/flows/%31?format=ndjson&compression=zstd&token=/t&ca=/a&timeout=5&query=a=b&retry=c?",
            ExportEndpoint(
                transport: .https, host: "2001:db8::1", port: 8443, path: "/flows/%31",
                parameters: parameters {
                    $0.format = .ndjson
                    $0.compression = .zstd
                    $0.token = "/t"
                    $0.authorities = "/a"
                    $0.timeoutSeconds = 5
                    $0.query = "a=b&retry=c?"
                })
        ),
        (
            "http://localhost:8123/?basic=credential:ch",
            ExportEndpoint(
                transport: .http, host: "localhost", port: 8123, path: "/",
                parameters: parameters { $0.basic = "credential:ch" })
        ),
        ("http://127.9.9.9", ExportEndpoint(transport: .http, host: "127.9.9.9", port: 80, path: "/")),
        ("http://[::1]/x", ExportEndpoint(transport: .http, host: "::1", port: 80, path: "/x")),
    ])
    func parses(text: String, expected: ExportEndpoint) throws {
        let endpoint = try ExportEndpoint(parsing: text)
        #expect(endpoint == expected)
        let again = try ExportEndpoint(parsing: endpoint.description)
        #expect(again == expected)
    }

    private static func parameters(_ body: (inout ConnectionParameters) -> Void) -> ConnectionParameters {
        var parameters = ConnectionParameters()
        body(&parameters)
        return parameters
    }

    @Test(arguments: [
        "", "192.0.2.1", "udp:", "udp://", "udp://:4739", "udp://[::1", "udp://::1:4739", "sctp://host", "udp://host:",
        "udp://host?ack=batch", "netflow5://host?retry=5", "netflow7://host", "netflow://host", "tcp://host?ack=twice",
        "tcp://host?ack", "tcp://host?", "tcp://host?retry=0",
        "tcp://host?resend=3601", "tcp://host?timeout=x", "tcp://host?ca=/a", "tls://host?certificate=/a",
        "tls://host?key=/a",
        "tls://host?ack=batch&ack=batch", "tls://host?colour=red", "tls://host?ca=",
        "udp://host:0", "udp://host:65536", "udp://host:4x", "udp://ho st", "udp://[::1]4739", "udp://host:+1", "é://a",
        "http://192.0.2.1/", "http://collector.example/", "http://127.0.0.1.example/", "http://[::2]/",
        "http://127.0.0.256/",
        "https:///path", "https://host/a b", "https://host/#a", "https://host/é", "https://host?ack=batch",
        "https://host?resend=1", "https://host?format=xml", "https://host?compression=br",
        "https://host?token=/a&basic=/b",
        "https://host?query=a b", "https://host?query=", "tcp://host?format=ndjson", "tls://host?token=/a",
        "http://localhost?ca=/a", "file:/tmp/flows.ipfix",
    ])
    func refusesWithASentence(text: String) {
        let error = #expect(throws: ExportError.self) { try ExportEndpoint(parsing: text) }
        #expect(error?.description.contains("\"\(text)\"") == true)
        #expect(error?.description.hasSuffix(".") == true)
    }
}

/// What is said of an address that holds a secret does not hold it.
@Test func aPasswordInAnAddressIsNotRepeated() {
    let error = #expect(throws: ExportError.self) {
        try ExportEndpoint(parsing: "https://probe:hunter2@collector.example/")
    }
    #expect(error?.description.contains("basic=FILE") == true && error?.description.contains("hunter2") == false)
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct TransportTests {
    static let clock = syntheticEpoch

    /// A socket on loopback that nobody else has, and its port.
    static func listener(_ kind: Int32, listens: Bool = true) throws -> (Int32, UInt16) {
        let number = socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // SAFETY: the address has the size stated, for both calls.
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            // SAFETY: sockaddr_in is a sockaddr.
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(number, $0, length) == 0 && getsockname(number, $0, &length) == 0
            }
        }
        try #require(bound)
        if kind == Int32(SOCK_STREAM.rawValue), listens { try #require(listen(number, 5) == 0) }
        return (number, UInt16(bigEndian: address.sin_port))
    }

    /// Reads a connection to its end, or `limit` octets, and closes it.
    static func drain(_ listening: Int32, limit: Int = .max) -> [UInt8] {
        let connection = accept(listening, nil, nil)
        defer { close(connection) }
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while all.count < limit {
            // SAFETY: room for as many octets as asked for.
            let count = unsafe recv(connection, &buffer, min(buffer.count, limit - all.count), 0)
            if count <= 0 { break }
            all += buffer[..<count]
        }
        return all
    }

    @Test func aConnectionGetsEverything() async throws {
        let (listening, port) = try Self.listener(Int32(SOCK_STREAM.rawValue))
        defer { close(listening) }
        let reading = Background { Self.drain(listening) }
        let sink = try IPFIXTCPSink(endpoint: ExportEndpoint(transport: .tcp, host: "127.0.0.1", port: port))
        let records = syntheticRecords(20_000)
        try sink.consume(records.span, packetClock: Self.clock)
        try sink.finish(packetClock: Self.clock)
        let octets = reading.value
        #expect(UInt64(octets.count) == sink.statistics.octets)
        var reader = IPFIXReader()
        let messages = try reader.read(Array(octets))
        #expect(messages.contains { $0.length > 65_000 })
        #expect(messages.flatMap(\.records).filter { !$0.isOptions }.count == Int(sink.statistics.records))
    }

    /// The collector dies in mid-run: one new session begins at 0 with its templates, what was lost is counted, and
    /// the run ends with an error that says so. SIGPIPE does not kill.
    @Test func aLostConnectionIsMadeAnewOnceAndAccountedFor() async throws {
        let (listening, port) = try Self.listener(Int32(SOCK_STREAM.rawValue))
        defer { close(listening) }
        let reading = Background { (Self.drain(listening, limit: 1000), Self.drain(listening)) }
        let sink = try IPFIXTCPSink(endpoint: ExportEndpoint(transport: .tcp, host: "127.0.0.1", port: port))
        let records = syntheticRecords(5000)
        var given = 0
        for _ in 0..<40 {
            try sink.consume(records.span, packetClock: Self.clock)
            given += records.count
            if sink.statistics.sessions == 2, given > 100_000 { break }
        }
        let error = #expect(throws: ExportError.self) { try sink.finish(packetClock: Self.clock) }
        let statistics = sink.statistics
        #expect(statistics.sessions == 2)
        #expect(statistics.failedRecords > 0 && statistics.failedPackets > statistics.failedRecords)
        #expect(error?.description.contains("\(statistics.failedRecords) flow records") == true)
        let second = reading.value.1
        var reader = IPFIXReader()
        let messages = try reader.read(second)
        #expect(messages.first?.sequence == 0)
        #expect(messages.flatMap(\.templates).count >= 64)
        let received = messages.flatMap(\.records).filter { !$0.isOptions }.count
        #expect(received > 0 && UInt64(received) <= statistics.records)
    }

    /// Same rule without sockets, so that every number is exact.
    @Test(arguments: [0, 1, 2, 7], [true, false])
    func lossIsExact(messages: Int, reconnects: Bool) throws {
        let transport = MemoryTransport(blockLength: 140_000)
        transport.messagesUntilLost = messages
        transport.reconnects = reconnects
        let sink = try IPFIXSink(transport: transport, options: IPFIXOptions())
        let records = syntheticRecords(3000)
        for _ in 0..<3 { try sink.consume(records.span, packetClock: Self.clock) }
        // A session lost while its templates were on their way, and made anew, loses no record.
        var failed = false
        do { try sink.finish(packetClock: Self.clock) } catch { failed = true }
        #expect(failed == (sink.statistics.failedRecords > 0))
        #expect(failed || (reconnects && messages < 2))
        var received: UInt64 = 0
        var packets: UInt64 = 0
        for session in transport.sessions {
            var reader = IPFIXReader()
            for record in try reader.read(session).flatMap(\.records) where !record.isOptions {
                received += 1
                packets += (record.number(2) ?? 0) + (record.reverse(2) ?? 0)
            }
        }
        let whole = try ConformanceTests.export(records).flatMap(\.records).filter { !$0.isOptions }.count
        #expect(sink.statistics.records == received)
        #expect(sink.statistics.records + sink.statistics.failedRecords == UInt64(3 * whole))
        #expect(
            packets + sink.statistics.failedPackets
                == 3 * records.reduce(0) { $0 + $1.packetsForward + $1.packetsReverse })
        #expect(sink.statistics.sessions == (reconnects ? 2 : 1))
    }

    @Test func nobodyListensOverTCP() throws {
        let (number, port) = try Self.listener(Int32(SOCK_STREAM.rawValue), listens: false)
        defer { close(number) }
        let endpoint = ExportEndpoint(transport: .tcp, host: "127.0.0.1", port: port)
        let error = #expect(throws: ExportError.self) { try IPFIXTCPSink(endpoint: endpoint) }
        #expect(error?.description.contains("Connection refused") == true)
    }

    /// ICMP port unreachable does not end a UDP export.
    @Test func nobodyListensOverUDP() throws {
        let (number, port) = try Self.listener(Int32(SOCK_DGRAM.rawValue))
        close(number)
        let sink = try IPFIXUDPSink(endpoint: ExportEndpoint(transport: .udp, host: "127.0.0.1", port: port))
        let records = syntheticRecords(500)
        try sink.consume(records.span, packetClock: Self.clock)
        try sink.finish(packetClock: Self.clock)
        #expect(sink.statistics.refusals > 0)
        #expect(sink.statistics.records >= 500)
        #expect(!sink.isConnected, "who watches is told")
    }

    /// Datagrams keep their rate, so that a collector with a common buffer loses none.
    @Test func datagramsArePaced() throws {
        let (number, port) = try Self.listener(Int32(SOCK_DGRAM.rawValue))
        defer { close(number) }
        var options = IPFIXOptions()
        options.maximumOctetsPerSecond = 1_000_000
        options.templateCopies = 1
        let sink = try IPFIXUDPSink(
            endpoint: ExportEndpoint(transport: .udp, host: "127.0.0.1", port: port), options: options)
        let records = syntheticRecords(1000)
        let spent = try ContinuousClock().measure {
            try sink.consume(records.span, packetClock: Self.clock)
            try sink.finish(packetClock: Self.clock)
        }
        let seconds = Double(sink.statistics.octets) / 1_000_000
        #expect(spent > .milliseconds(Int64(seconds * 900)))
        #expect(sink.statistics.octets / sink.statistics.messages <= 1472)
    }

    @Test func aFullDiskIsASentence() throws {
        let sink = try IPFIXFileSink(path: "/dev/full")
        let records = syntheticRecords(10)
        try sink.consume(records.span, packetClock: Self.clock)
        let error = #expect(throws: ExportError.self) { try sink.finish(packetClock: Self.clock) }
        #expect(error?.description.contains("/dev/full") == true)
        #expect(error?.description.contains("No space left on device") == true)
    }

    @Test func aMissingFolderIsASentence() {
        let error = #expect(throws: ExportError.self) { try IPFIXFileSink(path: "/nonexistent/flows.ipfix") }
        #expect(error?.description.contains("/nonexistent/flows.ipfix") == true)
        #expect(error?.description.contains("No such file or directory") == true)
    }

    @Test func optionsOutOfRangeAreRefused() {
        for change: (inout IPFIXOptions) -> Void in [
            { $0.messageOctets = 511 }, { $0.messageOctets = 65536 }, { $0.templateCopies = 0 },
            { $0.templateRefreshSeconds = 0 }, { $0.maximumOctetsPerSecond = -1 }, { $0.timeoutSeconds = 0 },
        ] {
            var options = IPFIXOptions()
            change(&options)
            #expect(throws: ExportError.self) { try IPFIXSink(transport: MemoryTransport(), options: options) }
        }
    }
}
