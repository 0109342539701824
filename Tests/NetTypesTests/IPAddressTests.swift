import Glibc
import NetTypes
import Testing

@Suite struct IPAddressTests {
    /// Text as written, and its canonical form: the recommendations of RFC 5952 section 4, and its section 5.
    static let canonical: [(written: String, printed: String)] = [
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),  // Two runs as long as each other: the first.
        ("2001:db8::0:1", "2001:db8::1"),
        ("2001:0db8::0001", "2001:db8::1"),  // No leading zeros.
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),  // A single group of zeros stays.
        ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),  // The longest run.
        ("2001:DB8::AbCd", "2001:db8::abcd"),  // Lower case.
        ("0:0:0:0:0:0:0:0", "::"),
        ("::1", "::1"),
        ("1::", "1::"),
        ("1:0:0:0:0:0:0:0", "1::"),
        ("0:0:1::", "0:0:1::"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("::FFFF:c000:0201", "::ffff:192.0.2.1"),
        ("::192.0.2.1", "::c000:201"),
        ("64:ff9b::255.255.255.255", "64:ff9b::ffff:ffff"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("0.0.0.0", "0.0.0.0"),
        ("192.0.2.1", "192.0.2.1"),
        ("255.255.255.255", "255.255.255.255"),
    ]

    @Test(arguments: canonical) func printsCanonicalForm(written: String, printed: String) throws {
        #expect(try #require(IPAddress(written)).description == printed)
    }

    @Test(arguments: [
        "", " ", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1", "1.2.3.1000",
        "01.2.3.4", "1.2.3.00", "1.2.3.4 ", " 1.2.3.4", "1.2.3.+4", "1.2.3.-0", "1.2.3.4/8", "0x1.2.3.4", "1.2.3.٤",
        "::1%eth0", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "::1::", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
        "1:2:3:4::5:6:7:8", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", ":1::2", "1::2:", "12345::", "::00001", "::g", "::+1",
        "::-1", "::-0", "::1.2.3", "::1.2.3.4.5", "::1.2.3.256", "::01.2.3.4", "1.2.3.4::", "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4", "::1 ", "[::1]", "::ffff:1.2.3.4%1", "e\u{301}::", "::1\u{301}", ":\u{301}:1",
    ]) func refuses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func wordsAreInHostOrder() throws {
        let six = try #require(IPAddress("2001:db8:1:2:3:4:5:6"))
        #expect(six == IPAddress(high: 0x2001_0db8_0001_0002, low: 0x0003_0004_0005_0006, version: 6))
        let four = try #require(IPAddress("192.0.2.1"))
        #expect(four == IPAddress(v4: 0xC000_0201))
        #expect(four != IPAddress(high: 0, low: 0xC000_0201, version: 6))
    }

    @Test(arguments: [
        ("0.0.0.0", true), ("0.0.0.1", false), ("126.255.255.255", false), ("127.0.0.1", true), ("128.0.0.0", false),
        ("169.253.255.255", false), ("169.254.0.0", true), ("169.254.255.255", true), ("169.255.0.0", false),
        ("223.255.255.255", false), ("224.0.0.0", true), ("224.0.0.255", true), ("224.0.1.0", false),
        ("255.255.255.254", false), ("255.255.255.255", true), ("::", true), ("::1", true), ("::2", false),
        ("0:0:0:1::", false), ("fe7f:ffff::", false), ("fe80::", true), ("febf:ffff::1", true), ("fec0::", false),
        ("ff00::1", false), ("ff01::1", true), ("ff02::fb", true), ("ff03::1", false), ("ff12::1", true),
        ("ff32:1::", true), ("ff0e::1", false), ("fe02::1", false), ("::127.0.0.1", false), ("::ffff:127.0.0.1", false),
    ])
    func knowsWhatStaysOnALink(text: String, expected: Bool) throws {
        #expect(try #require(IPAddress(text)).isLinkScope == expected)
    }

    @Test func ordersByVersionThenValue() throws {
        let inOrder = ["0.0.0.1", "255.255.255.255", "::", "::1", "::1:0:0:0", "0:0:0:1::", "ff02::1"]
        let addresses = try inOrder.map { try #require(IPAddress($0)) }
        #expect(addresses.reversed().sorted() == addresses)
    }

    @Test func seededAddressesRoundTripAndAgreeWithTheSystem() throws {
        let seed: UInt64 = 0x1952_0001
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        for _ in 0..<4000 {
            // Groups are zero half of the time, so that runs of every length and place occur.
            let kept = random.next()
            func word(_ shift: UInt64, _ value: UInt64) -> UInt64 {
                (0..<4).reduce(value) { sum, group in
                    kept >> (shift + UInt64(group)) & 1 == 0 ? sum : sum & ~(0xFFFF << UInt64(group * 16))
                }
            }
            let six = IPAddress(high: word(0, random.next()), low: word(4, random.next()), version: 6)
            #expect(IPAddress(six.description) == six)
            // glibc writes IPv4-compatible addresses (::/96) in mixed notation; RFC 5952 does not.
            if six.high != 0 || six.low >> 32 != 0 { #expect(six.description == systemText(six)) }
            let four = IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))
            #expect(IPAddress(four.description) == four)
            #expect(four.description == systemText(four))
        }
    }

    @Test func seededTextIsTakenJustWhenTheSystemTakesIt() {
        let seed: UInt64 = 0x1952_0002
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        let pieces = [
            "", "0", "1", "ab", "FFFF", "12345", ":", "::", ":", ".", "1.2.3.4", "256", "09", "-0", "+1", "g",
        ]
        var taken = 0
        for _ in 0..<30_000 {
            let text = (0..<Int.random(in: 1...11, using: &random))
                .map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            let family = text.contains(":") ? AF_INET6 : AF_INET
            let expected = systemTakes(text, family)
            taken += expected ? 1 : 0
            #expect((IPAddress(text) != nil) == expected, "\(text)")
        }
        #expect(taken > 100, "The pieces should make sound addresses now and then.")
    }

    private func systemText(_ address: IPAddress) -> String {
        var text = [CChar](repeating: 0, count: 64)
        var octets: [UInt8] = []
        if address.version == 6 {
            for word in [address.high, address.low] {
                octets += (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - $0 * 8)) }
            }
        } else {
            octets = (0..<4).map { UInt8(truncatingIfNeeded: address.low >> UInt64(24 - $0 * 8)) }
        }
        // SAFETY: 4 or 16 octets are read, and 64 are more than the longest text.
        unsafe _ = inet_ntop(address.version == 6 ? AF_INET6 : AF_INET, octets, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func systemTakes(_ text: String, _ family: Int32) -> Bool {
        var octets = [UInt8](repeating: 0, count: 16)
        // SAFETY: at most 16 octets are written.
        return unsafe inet_pton(family, text, &octets) == 1
    }
}
