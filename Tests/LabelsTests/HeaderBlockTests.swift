import Labels
import Testing

/// Header blocks of HTTP/2, beside the examples of RFC 7541's appendix C.
@Suite struct HeaderBlockTests {
    /// What is read of a block.
    struct Read: Equatable {
        var fields: [HeaderBlock.Field: String] = [:]
        var isSound = true

        init(_ fields: [HeaderBlock.Field: String], isSound: Bool = true) {
            (self.fields, self.isSound) = (fields, isSound)
        }

        init(_ octets: [UInt8], _ range: Range<Int>? = nil) {
            let payload = Payload(octets.span)
            let block = HeaderBlock(payload, range ?? 0..<octets.count)
            isSound = block.isSound
            for field in HeaderBlock.Field.allCases {
                var text = HeaderBlock.TextOctets(repeating: 0)
                guard let value = block[field], let count = HeaderBlock.copy(value, payload, to: &text) else {
                    continue
                }
                fields[field] = String(decoding: (0..<count).map { text[$0] }, as: UTF8.self)
            }
        }
    }

    /// Octets from their digits in hexadecimal; spaces do not count.
    static func octets(_ digits: String) -> [UInt8] {
        let digits = digits.filter { $0 != " " }.map { UInt8($0.hexDigitValue ?? 0) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// The first block of each connection of the appendix; of the later ones, what they say behind it in one block.
    static let examples: [(name: String, block: [UInt8], read: Read)] = [
        ("C.2.1", octets("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572"), Read([:])),
        ("C.2.2", octets("040c 2f73 616d 706c 652f 7061 7468"), Read([.path: "/sample/path"])),
        ("C.2.3", octets("1008 7061 7373 776f 7264 0673 6563 7265 74"), Read([:])),
        ("C.2.4", octets("82"), Read([.method: "GET"])),
        (
            "C.3.1", octets("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d"),
            Read([.method: "GET", .path: "/", .authority: "www.example.com"])
        ),
        (
            "C.3.1, C.3.2 behind it",
            octets("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d 8286 84be 5808 6e6f 2d63 6163 6865"),
            Read([.method: "GET", .path: "/", .authority: "www.example.com"])
        ),
        (
            "C.4.1", octets("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"),
            Read([.method: "GET", .path: "/", .authority: "www.example.com"])
        ),
        (
            "C.4.3 by itself, whose name is not in the table any more",
            octets("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"),
            Read([.method: "GET", .path: "/index.html"], isSound: false)
        ),
        (
            "C.5.1",
            octets("4803 3330 3258 0770 7269 7661 7465 611d") + Array("Mon, 21 Oct 2013 20:13:21 GMT".utf8)
                + octets("6e17")
                + Array("https://www.example.com".utf8),
            Read([.status: "302"])
        ),
        (
            "C.6.1",
            octets(
                "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b "
                    + "ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3"), Read([.status: "302"])
        ),
    ]

    @Test(arguments: examples.map(\.name))
    func readsTheExamplesOfTheRFC(_ name: String) throws {
        let example = try #require(Self.examples.first { $0.name == name })
        #expect(Read(example.block) == example.read)
    }

    /// What a block says does not change with what is cut off behind it, and nothing is taken from behind its end.
    @Test(arguments: examples.map(\.name))
    func everyTruncationSaysLess(_ name: String) throws {
        let example = try #require(Self.examples.first { $0.name == name })
        for count in 0..<example.block.count {
            let cut = Read(Array(example.block[0..<count]))
            for (field, value) in cut.fields { #expect(example.read.fields[field] == value, "\(count) octets") }
            #expect(Read(example.block, 0..<count) == cut, "what is behind the end shows at \(count) octets")
            let short = Read(Array(example.block[0..<count]), 0..<example.block.count)
            #expect(!short.isSound, "\(count) octets are not all")
        }
    }

    @Test func noiseIsReadWithinBounds() {
        for seed in 0..<3000 {
            let read = Read(noise(1 + seed % 300, seed: UInt64(seed)))
            for value in read.fields.values { #expect(value.utf8.count <= 3 * LabelAttributes.longestText) }
        }
    }

    /// Integers (RFC 7541 section 5.1) of more than one octet: a value of 300 octets, and one that has no end.
    @Test func longStringsAreCut() {
        let agent = [UInt8](repeating: 0x61, count: 300)
        let long = Read(u8(0x7A, 0x7F, 0xAD, 0x01) + agent)
        #expect(long == Read([.userAgent: String(repeating: "a", count: 255)]))
        #expect(Read(u8(0x7A, 0x7F, 0xAD, 0x81, 0x80, 0x80, 0x00) + agent) == Read([:], isSound: false))
    }

    @Test(arguments: [
        ("an index of 0", "82 80", [HeaderBlock.Field.method: "GET"]),
        ("an index behind the tables", "82 be", [.method: "GET"]),
        ("a size of the table behind a field", "82 20", [.method: "GET"]),
        ("a string that is longer than the block", "82 04 05 2f", [.method: "GET"]),
        ("a name that ends with a zero", "82 00 81 04 00", [.method: "GET"]),
        ("a name with eight bits behind its last symbol", "82 00 82 07 ff 00", [.method: "GET"]),
        ("a name with the end of a string in it", "82 00 84 ff ff ff ff 00", [.method: "GET"]),
    ])
    func whatIsNotSoundEndsTheBlock(_ name: String, _ digits: String, _ fields: [HeaderBlock.Field: String]) {
        #expect(Read(Self.octets(digits + "84")) == Read(fields, isSound: false))
    }

    @Test func theFirstValueCounts() {
        #expect(Read(Self.octets("82 83 84 85")) == Read([.method: "GET", .path: "/"]))
        // Two sizes before the first field are sound; an entry that this block has made is.
        #expect(Read(Self.octets("20 3f e1 1f 82 40 01 61 01 62 be")) == Read([.method: "GET"]))
    }

    @Test func fieldsAreBounded() {
        #expect(Read([UInt8](repeating: 0x82, count: 56)).isSound)
        #expect(Read([UInt8](repeating: 0x82, count: 57)) == Read([.method: "GET"], isSound: false))
    }

    /// `content-type`, which is the longest, and `content-typed` are told apart; so is `user-agent` in both forms.
    @Test func namesAreReadToTheirEnd() {
        let coded = "00 89 21ea 496a 4ac9 f559 7f"
        #expect(Read(Self.octets(coded + "01 61")) == Read([.contentType: "a"]))
        #expect(Read(Self.octets("00 89 21ea 496a 4ac9 f559 64 01 61")).fields[.contentType] == nil)
        #expect(Read(u8(0, 12) + Array("content-type".utf8) + u8(1, 0x61)) == Read([.contentType: "a"]))
        #expect(Read(u8(0, 13) + Array("content-typed".utf8) + u8(1, 0x61)) == Read([:]))
        #expect(Read(Self.octets("00 87 b505 b161 cc5a 93 01 61")) == Read([.userAgent: "a"]))
    }

    @Test func symbolsOfEveryLengthAreRead() {
        // Codes of RFC 7541 appendix B: of each length the first or the last.
        for (symbol, bits, length) in [
            (0x30, 0x0, 5), (0x74, 0x9, 5), (0x20, 0x14, 6), (0x75, 0x2D, 6), (0x3A, 0x5C, 7), (0x7A, 0x7B, 7),
            (0x26, 0xF8, 8), (0x5A, 0xFD, 8), (0x21, 0x3F8, 10), (0x3F, 0x3FC, 10), (0x7C, 0x7FC, 11),
            (0x3E, 0xFFB, 12), (0x00, 0x1FF8, 13), (0x7E, 0x1FFD, 13), (0x7D, 0x3FFD, 14), (0x7B, 0x7FFE, 15),
            (0x5C, 0x7FFF0, 19), (0xD0, 0x7FFF2, 19), (0x80, 0xFFFE6, 20), (0xE2, 0xFFFED, 20),
            (0x99, 0x1FFFDC, 21), (0xE6, 0x1FFFE8, 21), (0x81, 0x3FFFD2, 22), (0xE9, 0x3FFFEB, 22),
            (0x01, 0x7FFFD8, 23), (0xEF, 0x7FFFF4, 23), (0x09, 0xFFFFEA, 24), (0xED, 0xFFFFF5, 24),
            (0xC7, 0x1FFFFEC, 25), (0xEB, 0x1FFFFEF, 25), (0xC0, 0x3FFFFE0, 26), (0xFF, 0x3FFFFEE, 26),
            (0xCB, 0x7FFFFDE, 27), (0xFE, 0x7FFFFF0, 27), (0x02, 0xFFFFFE2, 28), (0xF9, 0xFFFFFFE, 28),
            (0x0A, 0x3FFFFFFC, 30), (0x16, 0x3FFFFFFE, 30),
        ] {
            // The symbol twice, and ones up to the end of an octet.
            let padding = (8 - 2 * length % 8) % 8
            var whole = UInt64(bits) << UInt64(length) | UInt64(bits)
            whole = whole << UInt64(padding) | (1 << UInt64(padding) - 1)
            let count = (2 * length + padding) / 8
            let octets = (0..<count).map { UInt8(truncatingIfNeeded: whole >> UInt64(8 * (count - 1 - $0))) }
            let text = HeaderBlock.Text(start: 0, count: count, isCoded: true)
            var read = HeaderBlock.TextOctets(repeating: 0)
            #expect(HeaderBlock.copy(text, Payload(octets.span), to: &read) == 2, "\(symbol)")
            #expect(read[0] == UInt8(symbol) && read[1] == UInt8(symbol), "\(symbol)")
        }
    }
}
