import Exporter
import FlowTable
import NetTypes
import Testing

@Suite struct WhereExpressionTests {
    @Test func precedenceAndWords() throws {
        let port = WhereExpression.port(53)
        let udp = WhereExpression.protocolIdentifier(17)
        let net = WhereExpression.address(try #require(Prefix("10.0.0.0/8")))
        #expect(try WhereExpression("address 10.0.0.0/8 and port 53 and protocol udp") == .and(.and(net, port), udp))
        #expect(try WhereExpression("port 53 OR protocol 17 And address 10.1.2.3/8") == .or(port, .and(udp, net)))
        #expect(try WhereExpression("not(port 53 or protocol UDP)") == .not(.or(port, udp)))
        #expect(try WhereExpression("not not port 53 and protocol udp") == .and(.not(.not(port)), udp))
    }

    @Test(arguments: [
        ("", 1), ("   ", 4), ("port", 5), ("port x", 6), ("port 65536", 6), ("port -1", 6), ("port +1", 6),
        ("protocol nothing", 10), ("protocol 256", 10), ("address 10.0.0.0/33", 9), ("address", 8), ("source a", 8),
        ("port 53 port 54", 9), ("port 53 and", 12), ("(port 53", 9), ("port 53)", 8), ("and port 53", 1),
        ("port (53)", 6), ("color red", 1), ("port 53; drop table run", 6), ("()", 2), ("not", 4),
        ("application", 12), ("application nothing", 13), ("server", 7), ("server \u{E9}", 8),
        ("destination 2001:db8::/129", 13), ("port 53 or\n(protocol tcp and)", 29),
    ])
    func errorsHaveTheirPosition(text: String, position: Int) throws {
        let error = #expect(throws: WhereError.self) { try WhereExpression(text) }
        #expect(try #require(error).position == position, "\(text)")
    }

    @Test func boundsOnLengthAndDepth() throws {
        _ = try WhereExpression(String(repeating: "(", count: 15) + "port 1" + String(repeating: ")", count: 15))
        #expect(throws: WhereError.self) {
            try WhereExpression(
                String(repeating: "(", count: 100_000) + "port 1" + String(repeating: ")", count: 100_000))
        }
        #expect(throws: WhereError.self) { try WhereExpression(String(repeating: "not ", count: 500) + "port 1") }
        #expect(throws: WhereError.self) {
            try WhereExpression("port 1" + String(repeating: " or port 1", count: 1000))
        }
        // The longest that is allowed must be one that SQLite takes.
        let widest = try WhereExpression("address ::/0" + String(repeating: " or address 10.0.0.0/8", count: 198))
        let deepest = try WhereExpression(
            String(repeating: "(port 1 or port 2 and ", count: 15) + "(address ::/0)"
                + String(repeating: ")", count: 15))
        let negated = try WhereExpression(
            String(repeating: "not (port 1 or port 2 and ", count: 7) + "not address ::/0"
                + String(repeating: ")", count: 7))
        try withStore { path in
            try feed([FlowRecord()], to: try SQLiteSink(path: path), batchSize: 1)
            var filter = StoreReader.Filter()
            let named = try WhereExpression(
                String(repeating: "not (port 1 or application dns and ", count: 7) + "not server a.example"
                    + String(repeating: ")", count: 7))
            let names = try WhereExpression("server a" + String(repeating: " or server b", count: 198))
            for expression in [widest, deepest, negated, named, names] {
                filter.expression = expression
                let count = try StoreReader(path: path).read(filter, into: Collector())
                #expect((count == 1) == expression.matches(FlowRecord()))
            }
        }
    }

    /// Random words in random order: an expression or an error, never a trap.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func anyTextIsReadOrRefused(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let words = [
            "port", "53", "and", "or", "not", "(", ")", "address", "source", "destination", "10.0.0.0/8", "::/0",
            "protocol", "tcp", "\u{0}", "'", "\u{1F600}", "65535", ";", "--",
        ]
        var read = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in words.randomElement(using: &random) ?? ""
            }
            .joined(separator: Bool.random(using: &random) ? " " : "")
            if (try? WhereExpression(text)) != nil { read += 1 }
        }
        #expect(read > 0, "seed \(seed)")
    }

    /// Random expressions select in SQL what they select in Swift.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func theStoreAgrees(seed: UInt64) throws {
        var source = RandomRecords(seed: seed)
        var records = source.batch(400)
        for index in records.indices where index % 17 == 0 {
            // An IPv6 address that is kept like an IPv4 address.
            records[index].ipVersion = 6
            records[index].sourceHigh = 0
            records[index].sourceLow = 0xFFFF_0A00_0001
        }
        try withStore { path in
            try feed(records, to: try SQLiteSink(path: path), batchSize: 100)
            let reader = try StoreReader(path: path)
            var random = SeededGenerator(seed: seed)
            var nonTrivial = 0
            for _ in 0..<150 {
                let text = Self.randomText(&random, depth: 4)
                var filter = StoreReader.Filter()
                filter.expression = try WhereExpression(text)
                let collector = Collector()
                try reader.read(filter, into: collector)
                let expected = records.filter { filter.expression?.matches($0) ?? true }
                #expect(collector.records.map(\.flowId) == expected.map(\.flowId), "\(text), seed \(seed)")
                if !expected.isEmpty, expected.count < records.count { nonTrivial += 1 }
            }
            #expect(nonTrivial > 40)
        }
    }

    private static func randomText(_ random: inout SeededGenerator, depth: Int) -> String {
        if depth == 0 || Int.random(in: 0..<3, using: &random) == 0 {
            let tests = [
                "port 53", "port 80", "port 0", "protocol tcp", "protocol icmp", "protocol 17",
                "address 10.0.0.\(Int.random(in: 0...255, using: &random))/\(Int.random(in: 20...32, using: &random))",
                "source 10.0.0.0/25", "destination 10.0.0.64/26", "address 2001:db8::/32", "source ::ffff:10.0.0.1",
                "address ::/0", "address 0.0.0.0/0", "destination 2001:db8::a00:0/123",
            ]
            return tests.randomElement(using: &random) ?? ""
        }
        let left = randomText(&random, depth: depth - 1)
        let right = randomText(&random, depth: depth - 1)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return "not (\(left))"
        case 1: return "(\(left)) and (\(right))"
        default: return "\(left) or (\(right))"
        }
    }
}

@Suite struct TimePointTests {
    @Test(
        arguments: [
            ("0", 0), ("1764000000", 1_764_000_000_000_000_000), ("1764000000.25", 1_764_000_000_250_000_000),
            ("1970-01-01T00:00:00Z", 0), ("1970-01-02t00:00:00.5z", 86_400_500_000_000),
            ("2000-03-01 00:00:00Z", 951_868_800_000_000_000),
            ("2000-02-29T23:59:59.999999999Z", 951_868_799_999_999_999),
            ("2026-11-22T12:14:23+02:00", 1_795_342_463_000_000_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000_000_000),
            ("2026-11-22T05:14:23-05:00", 1_795_342_463_000_000_000),
        ] as [(String, Int64)])
    func parses(text: String, expected: Int64) { #expect(TimePoint.parse(text) == expected) }

    @Test(arguments: [
        "", "x", "-1", "1.", "1.0000000001", "99999999999", "2026-11-22", "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-22T24:00:00Z", "2026-11-22T10:14:23", "2026-11-22T10:14:23Zx", "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+01:00", "9999-01-01T00:00:00Z", "2026-11-22T10:14:23+25:00",
    ])
    func refuses(text: String) { #expect(TimePoint.parse(text) == nil) }

    /// Every day of the range, and what is printed.
    @Test func agreesWithWhatIsPrinted() {
        var time: Nanoseconds = 0
        while time < 4_600_000_000_000_000_000 {
            #expect(TimePoint.parse(rfc3339(time)) == time)
            time += 86_399_987_654_321
        }
    }
}
