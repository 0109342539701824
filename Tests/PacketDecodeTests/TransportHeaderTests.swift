import PacketDecode
import Testing

/// Options of TCP and chunks of SCTP, from octets written out here.
@Suite struct TransportHeaderTests {
    private static func be16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }

    /// A SYN with these options, filled up with ends of the list, in Ethernet.
    private static func syn(_ options: [UInt8], words: Int? = nil, data: [UInt8] = []) -> [UInt8] {
        let filled = options + Build.zeros((4 - options.count % 4) % 4)
        let header = Build.tcp(40_000, 443, flags: 2, words: 5)
        let length = words ?? 5 + filled.count / 4
        return Build.ethernet(
            0x0800, Build.ipv4(6, header.prefix(12) + [UInt8(length << 4)] + header[13...] + filled + data))
    }

    private static func options(_ packet: [UInt8], captured: Int? = nil) -> TCPOptions? {
        let bench = Workbench()
        _ = bench.decode(packet, captured: captured)
        guard case .tcp(let options) = bench.transportHeader() else { return nil }
        return options
    }

    private static func kinds(_ numbers: Int...) -> UInt64 { numbers.reduce(0) { $0 | 1 << UInt64($1) } }

    @Test func optionsOfAnOrdinarySYN() throws {
        let linux: [UInt8] = [2, 4, 5, 0xB4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7]
        let found = try #require(Self.options(Self.syn(linux)))
        #expect(found.kinds == Self.kinds(1, 2, 3, 4, 8) && !found.isDamaged)
        #expect(found.maximumSegmentSize == 1460 && found.windowScale == 7)
        #expect(found.fastOpen == 0 && found.multipathVersion == TCPOptions.noVersion)
        let none = try #require(Self.options(Self.syn([])))
        #expect(none == TCPOptions())
    }

    @Test func fastOpenAndMultipath() throws {
        let cookie: [UInt8] = [34, 10, 1, 2, 3, 4, 5, 6, 7, 8]
        let experiment: [UInt8] = [254, 4, 0xF9, 0x89]
        let given: [UInt8] = [254, 12, 0xF9, 0x89, 1, 2, 3, 4, 5, 6, 7, 8]
        for (octets, fastOpen) in [([34, 2], 1), (cookie, 2), (experiment, 1), (given, 2), ([254, 4, 1, 2], 0)] {
            let found = try #require(Self.options(Self.syn(octets)))
            #expect(Int(found.fastOpen) == fastOpen && !found.isDamaged, "\(octets)")
            #expect(found.kinds >> (octets[0] == 34 ? 34 : 47) & 1 == 1)
        }
        // Subtype in the upper half of the octet, version in the lower one: 0x01 is MP_CAPABLE of version 1.
        for (octets, version) in [
            ([30, 4, 0x01, 0x81], 1), ([30, 12, 0x00, 0x81, 1, 2, 3, 4, 5, 6, 7, 8], 0),
            ([30, 12, 0x10] + Build.zeros(9), TCPOptions.noVersion), ([30, 3, 0x20, 1], TCPOptions.noVersion),
        ] as [([UInt8], UInt8)] {
            let found = try #require(Self.options(Self.syn(octets)))
            #expect(found.multipathVersion == version && found.kinds & ~2 == Self.kinds(30) && !found.isDamaged)
        }
    }

    /// What stands before a mistake holds, and the mistake shows.
    @Test func listsThatDoNotAddUp() throws {
        let start: [UInt8] = [2, 4, 2, 0]
        let wrong: [(String, [UInt8])] = [
            ("length 0", [3, 0, 7, 0]), ("length 1", [3, 1, 7, 0]), ("beyond the header", [3, 40, 7, 0]),
            ("no length", [1, 1, 1, 3]), ("a scale of four octets", [3, 4, 7, 7]), ("an MSS of three", [2, 3, 7, 0]),
            ("SACK permitted with a value", [4, 3, 7, 0]), ("time stamps too short", [8, 4, 0, 0]),
            ("a cookie of two octets", [34, 4, 1, 2]), ("a subtype is missing", [1, 1, 30, 2]),
            ("MP_CAPABLE without version flags", [30, 3, 0, 0]),
        ]
        for (name, octets) in wrong {
            let found = try #require(Self.options(Self.syn(start + octets)), "\(name)")
            #expect(found.isDamaged && found.maximumSegmentSize == 512, "\(name)")
            #expect(found.windowScale == 0 && found.kinds & ~2 == Self.kinds(2), "\(name)")
        }
        let twice = try #require(Self.options(Self.syn(start + [2, 4, 9, 9, 3, 3, 4, 3, 3, 9])))
        #expect(twice.isDamaged && twice.maximumSegmentSize == 512 && twice.windowScale == 4, "the first holds")
        let many = try #require(Self.options(Self.syn([30, 3, 0x10, 30, 3, 0x20, 253, 2, 253, 2, 1, 1])))
        #expect(!many.isDamaged, "shared kinds may come again")
    }

    /// A header that says to be longer than its packet, or shorter than a header, has no options at all.
    @Test func headersThatAreWrong() {
        for words in [0, 4, 15] {
            #expect(Self.options(Self.syn([2, 4, 2, 0], words: words)) == nil, "\(words)")
        }
        // Options end where the header does, whatever comes behind it.
        #expect(Self.options(Self.syn([], data: [2, 4, 2, 0])) == TCPOptions())
        #expect(Self.options(Self.syn([1, 1, 1, 2], data: [4, 2, 0, 0]))?.isDamaged == true)
    }

    /// Every length of the capture: nothing but what the captured octets say, and a cut is no damage.
    @Test func optionsAtEveryLength() throws {
        let packet = Self.syn([2, 4, 5, 0xB4, 3, 3, 7, 34, 6, 1, 2, 3, 4, 30, 4, 1, 1, 4, 2])
        let whole = try #require(Self.options(packet))
        #expect(whole.kinds == Self.kinds(0, 2, 3, 4, 30, 34) && whole.multipathVersion == 1)
        for length in 0...packet.count {
            guard let found = Self.options(packet, captured: length) else { continue }
            #expect(found.kinds & ~whole.kinds == 0 && !found.isDamaged, "\(length)")
            #expect([0, whole.maximumSegmentSize].contains(found.maximumSegmentSize))
            #expect(found.maximumSegmentSize == (length >= 58 ? 1460 : 0), "\(length)")
            #expect(found.windowScale == (length >= 61 ? 7 : 0), "\(length)")
        }
    }

    /// Random options against a plain reading of the list.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func optionsAgainstAModel(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let likely: [UInt8] = [0, 1, 2, 3, 4, 8, 30, 34, 254, 2, 3, 4, 6, 10]
        var (sound, damaged) = (0, 0)
        for _ in 0..<4000 {
            let count = 4 * Int.random(in: 0...10, using: &random)
            let octets = (0..<count).map { _ in
                Int.random(in: 0..<10, using: &random) == 0
                    ? UInt8.random(in: 0...255, using: &random)
                    : likely[Int.random(in: 0..<likely.count, using: &random)]
            }
            guard let found = Self.options(Self.syn(octets)) else {
                Issue.record("no options, seed \(seed)")
                return
            }
            let model = Self.model(octets)
            #expect(found == model, "seed \(seed): \(octets)")
            if model.isDamaged { damaged += 1 } else { sound += 1 }
        }
        #expect(sound > 300 && damaged > 300)
    }

    /// The list cut into options first, and then read from its front.
    private static func model(_ octets: [UInt8]) -> TCPOptions {
        var result = TCPOptions()
        var rest = octets[...]
        var seen: [UInt8] = []
        while let kind = rest.first {
            if kind < 2 {
                result.kinds |= 1 << UInt64(kind)
                if kind == 0 { return result }
                rest = rest.dropFirst()
                continue
            }
            let length = rest.count > 1 ? Int(rest[rest.startIndex + 1]) : 0
            let allowed: [UInt8: [Int]] = [
                2: [4], 3: [3], 4: [2], 8: [10], 30: Array(3...40), 34: [2, 6, 8, 10, 12, 14, 16, 18],
            ]
            guard length >= 2, length <= rest.count, allowed[kind]?.contains(length) ?? true else {
                result.isDamaged = true
                return result
            }
            let value = Array(rest.prefix(length).dropFirst(2))
            let isFirst = !seen.contains(kind)
            switch kind {
            case 2: if isFirst { result.maximumSegmentSize = UInt16(value[0]) << 8 | UInt16(value[1]) }
            case 3: if isFirst { result.windowScale = value[0] }
            case 30:
                if value[0] < 16 {
                    guard length > 3 else {
                        result.isDamaged = true
                        return result
                    }
                    if result.multipathVersion == 255 { result.multipathVersion = value[0] }
                }
            case 34: if isFirst { result.fastOpen = value.isEmpty ? 1 : 2 }
            case 254:
                if value.starts(with: [0xF9, 0x89]), result.fastOpen == 0 {
                    guard [2, 6, 8, 10, 12, 14, 16, 18].contains(value.count) else {
                        result.isDamaged = true
                        return result
                    }
                    result.fastOpen = value.count == 2 ? 1 : 2
                }
            default: break
            }
            if !isFirst, kind < 47, kind != 30 { result.isDamaged = true }
            seen.append(kind)
            result.kinds |= 1 << UInt64(min(kind, 47))
            rest = rest.dropFirst(length)
        }
        return result
    }

    // SCTP.

    private static func chunk(_ type: UInt8, flags: UInt8 = 0, length: Int? = nil, _ value: [UInt8] = []) -> [UInt8] {
        [type, flags] + be16(length ?? 4 + value.count) + value + Build.zeros((4 - value.count % 4) % 4)
    }

    private static func association(_ tag: Int, _ chunks: [UInt8], moreFragments: Bool = false) -> [UInt8] {
        let header = be16(36_412) + be16(36_412) + Build.be32(tag) + Build.be32(0)
        return Build.ethernet(0x0800, Build.ipv4(132, header + chunks, moreFragments: moreFragments))
    }

    private static func chunks(_ packet: [UInt8], captured: Int? = nil) -> SCTPChunks? {
        let bench = Workbench()
        _ = bench.decode(packet, captured: captured)
        guard case .sctp(let chunks) = bench.transportHeader() else { return nil }
        return chunks
    }

    private static let initiation = Build.be32(0x1122_3344) + Build.zeros(12)

    @Test func tagsAndChunksOfAnAssociation() throws {
        let first = try #require(Self.chunks(Self.association(0, Self.chunk(1, Self.initiation))))
        #expect(first.verificationTag == 0 && first.initiateTag == 0x1122_3344 && first.types == 2 && !first.isDamaged)
        let data =
            Self.chunk(3, Build.zeros(12)) + Self.chunk(0, Build.zeros(13)) + Self.chunk(64, Build.zeros(20))
            + Self.chunk(192) + Self.chunk(200)
        let found = try #require(Self.chunks(Self.association(0x1122_3344, data)))
        #expect(found.verificationTag == 0x1122_3344 && found.initiateTag == 0)
        #expect(found.types == 1 << 3 | 1 << 0 | 1 << 16 | 1 << 20 | 1 << 31 && !found.isDamaged)
        // T: the tag is that of the direction towards the sender.
        let abort = try #require(Self.chunks(Self.association(9, Self.chunk(6, flags: 1))))
        #expect(abort.verificationTag == 0 && abort.types == 1 << 6)
        let own = try #require(Self.chunks(Self.association(9, Self.chunk(6))))
        #expect(own.verificationTag == 9)
    }

    /// A chunk may be longer than the first fragment of its packet, and only then than what there is.
    @Test(arguments: [true, false]) func chunksGoOnInLaterFragments(isFragment: Bool) throws {
        let data = Self.chunk(0, length: 2000, Build.zeros(1000))
        let found = try #require(Self.chunks(Self.association(7, data, moreFragments: isFragment)))
        #expect(found.isDamaged != isFragment && found.verificationTag == 7)
    }

    @Test func everyTypeHasABit() {
        let bits = (0...255 as ClosedRange<UInt8>).map(SCTPChunks.bit(ofType:))
        #expect(bits.prefix(16).elementsEqual(0...15) && Set(bits).count == 24 && bits.allSatisfy { $0 < 32 })
        #expect(bits.count { $0 == 31 } == 256 - 23)
    }

    @Test func chunksThatDoNotAddUp() throws {
        let start = Self.chunk(3, Build.zeros(12))
        for (name, octets) in [
            ("length 0", Self.chunk(7, length: 0)), ("length 3", Self.chunk(7, length: 3)),
            ("beyond the packet", Self.chunk(7, length: 9)), ("half a header", [7, 0]),
        ] {
            let found = try #require(Self.chunks(Self.association(5, start + octets)))
            #expect(found.isDamaged && found.types == 1 << 3 && found.verificationTag == 5, "\(name)")
        }
        let short = try #require(Self.chunks(Self.association(0, Self.chunk(1, Build.be32(7)))))
        #expect(short.isDamaged && short.initiateTag == 0, "an INIT without its fields gives out no tag")
        // Sixteen chunks are read, and no more.
        let many = (0..<16).flatMap { _ in Self.chunk(4) } + Self.chunk(5) + [1]
        let found = try #require(Self.chunks(Self.association(5, many)))
        #expect(found.types == 1 << 4 && !found.isDamaged)
    }

    @Test func chunksAtEveryLength() throws {
        let packet = Self.association(
            7, Self.chunk(2, Self.initiation + [9]) + Self.chunk(10, [1, 2, 3]) + Self.chunk(11))
        let whole = try #require(Self.chunks(packet))
        #expect(whole.types == 1 << 2 | 1 << 10 | 1 << 11 && whole.initiateTag == 0x1122_3344 && !whole.isDamaged)
        for length in 0...packet.count {
            guard let found = Self.chunks(packet, captured: length) else { continue }
            #expect(found.types & ~whole.types == 0 && !found.isDamaged, "\(length)")
            #expect(found.initiateTag == (length >= 54 ? 0x1122_3344 : 0), "\(length)")
            #expect(found.verificationTag == (length >= 46 ? 7 : 0), "\(length)")
        }
        // Cut on the wire: half a chunk is damage now.
        for length in 47..<packet.count {
            let bench = Workbench()
            _ = bench.decode(packet, captured: length, wire: length)
            guard case .sctp(let found) = bench.transportHeader() else { continue }
            #expect(found.types & ~whole.types == 0)
        }
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>) func noise(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let bench = Workbench()
        for _ in 0..<5000 {
            let octets = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let number = Bool.random(using: &random) ? 6 : 132
            let packet = Build.ethernet(0x0800, Build.ipv4(number, octets))
            _ = bench.decode(packet, captured: Int.random(in: 0...packet.count, using: &random))
            switch bench.transportHeader() {
            case .tcp(let options): #expect(options.kinds < 1 << 48 && options.fastOpen < 3, "seed \(seed)")
            case .sctp(let chunks): #expect(chunks.types != 0 || chunks.initiateTag == 0, "seed \(seed)")
            case nil: break
            }
        }
    }

    @Test func othersHaveNone() {
        let bench = Workbench()
        for packet in [
            Build.ipv4(17, Build.udp(1, 2, [1, 2])), Build.ipv4(6, Build.tcp(1, 2), offset: 8), Build.ipv4(1, [8, 0]),
        ] {
            _ = bench.decode(Build.ethernet(0x0800, packet))
            #expect(bench.transportHeader() == nil)
        }
        // In a tunnel it is the inner header.
        let inner = Array(Self.syn([2, 4, 5, 0xB4]).dropFirst(14))
        _ = bench.decode(Build.ethernet(0x0800, Build.ipv4(4, inner)))
        guard case .tcp(let options) = bench.transportHeader(depth: 1) else {
            Issue.record("nothing in the tunnel")
            return
        }
        #expect(options.maximumSegmentSize == 1460 && bench.transportHeader() == nil)
    }
}
