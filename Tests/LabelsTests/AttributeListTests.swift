import Labels
import Testing

/// Lists of attributes as octets, and what of them may be chosen.
@Suite struct AttributeListTests {
    /// A list with a value of every attribute.
    private static let full: [UInt8] = {
        var list: [UInt8] = []
        for attribute in LabelAttribute.allCases {
            if attribute.isNumber {
                AttributeList.append(attribute, number: UInt64(attribute.rawValue), to: &list)
            } else {
                let text = Array("value of \(attribute)".utf8)
                AttributeList.append(attribute, text: text.span, 0..<text.count, to: &list)
            }
        }
        return list
    }()

    /// Outside of `#expect`, which takes no spans.
    private static func isSound(_ list: [UInt8]) -> Bool { AttributeList.isSound(list.span, 0..<list.count) }

    private static func values(_ list: [UInt8]) -> [(LabelAttribute, [UInt8])] {
        let octets = list.span
        var (position, values) = (0, [(LabelAttribute, [UInt8])]())
        while let value = AttributeList.next(octets, &position, end: list.count) {
            values.append((value.attribute, Array(list[value.range])))
        }
        return values
    }

    @Test func whatIsWrittenIsRead() {
        let values = Self.values(Self.full)
        #expect(values.map(\.0) == LabelAttribute.allCases)
        for (attribute, octets) in values {
            if let count = attribute.octetCount {
                #expect(octets.count == count && octets.last == attribute.rawValue)
            } else {
                #expect(octets == Array("value of \(attribute)".utf8))
            }
        }
        #expect(Self.isSound(Self.full))
    }

    /// Whatever is cut off, what is read are values that were written, and half a value is none.
    @Test func everyTruncation() {
        let whole = Self.values(Self.full)
        var sound = 0
        for end in 0...Self.full.count {
            let list = Array(Self.full[..<end])
            let values = Self.values(list)
            #expect(values.elementsEqual(whole.prefix(values.count)) { $0 == $1 })
            if Self.isSound(list) { sound += 1 }
        }
        #expect(sound == whole.count + 1, "a list is sound between two values only")
    }

    @Test func hostileTextsBecomePrintable() {
        let hostile: [UInt8] = [0, 0x22, 0x5C, 0x0A, 0xFF, 0xC3, 0x28, 0x7F, 0x41]
        var list: [UInt8] = []
        AttributeList.append(.serverName, text: hostile.span, 0..<hostile.count, to: &list)
        #expect(list == [1, 9] + Array("?\"\\???(?A".utf8))
        #expect(Self.isSound(list))
        var cut: [UInt8] = []
        let long = [UInt8](repeating: 0x61, count: 1000)
        AttributeList.append(.serverName, text: long.span, 0..<long.count, to: &cut)
        #expect(cut.count == 257 && cut[1] == 255)
    }

    /// Numbers that say "not seen" have no value, and those that do not fit are not cut.
    @Test func numbersThatAreNone() {
        var list: [UInt8] = []
        for attribute in LabelAttribute.allCases where attribute.isNumber {
            AttributeList.append(attribute, number: attribute.absent, to: &list)
        }
        AttributeList.append(.statusCode, number: 65_536, to: &list)
        AttributeList.append(.dnsResponseCode, number: 256, to: &list)
        #expect(list.isEmpty)
        AttributeList.append(.dnsResponseCode, number: 0, to: &list)
        #expect(list == [18, 1, 0], "0 is a response code: there was no error")
    }

    /// Seeded noise: never a trap, and nothing is sound that is out of order, twice there, or not printable.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func noise(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            var list = Self.full
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                list[Int.random(in: 0..<list.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let values = Self.values(list)
            guard Self.isSound(list) else { continue }
            #expect(zip(values, values.dropFirst()).allSatisfy { $0.0.rawValue < $1.0.rawValue }, "seed \(seed)")
            for (attribute, octets) in values where !attribute.isNumber {
                #expect(octets.allSatisfy { (0x20..<0x7F).contains($0) }, "seed \(seed)")
            }
        }
    }

    /// From the responder's side the pairs are exchanged, all else stays, and twice is once.
    @Test func mirrored() {
        let mirrored = AttributeList.mirrored(Self.full)
        #expect(Self.isSound(mirrored) && AttributeList.mirrored(mirrored) == Self.full)
        for (attribute, octets) in Self.values(mirrored) {
            #expect(attribute.isNumber ? octets.last == (attribute.reversed ?? attribute).rawValue : true)
        }
        // Whichever values there are.
        for mask in 0..<256 {
            var list: [UInt8] = []
            for (bit, attribute) in LabelAttribute.allCases.suffix(8).enumerated() where mask >> bit & 1 != 0 {
                AttributeList.append(attribute, number: 7, to: &list)
            }
            let other = AttributeList.mirrored(list)
            #expect(Self.isSound(other) && AttributeList.mirrored(other) == list)
            #expect(Self.values(list).map(\.0.reversed) == Self.values(list).map { $0.0.reversed })
            #expect(Set(Self.values(other).map(\.0)) == Set(Self.values(list).compactMap(\.0.reversed)))
        }
    }

    /// Two lists become one: what both have is the later one's.
    @Test func joined() {
        var (one, other): ([UInt8], [UInt8]) = ([], [])
        AttributeList.append(.statusCode, number: 200, to: &one)
        AttributeList.append(.tcpWindowScale, number: 3, to: &one)
        AttributeList.append(.statusCode, number: 404, to: &other)
        AttributeList.append(.reverseTcpWindowScale, number: 5, to: &other)
        let joined = AttributeList.joined(one, other)
        #expect(Self.isSound(joined))
        #expect(Self.values(joined).map(\.0) == [.statusCode, .tcpWindowScale, .reverseTcpWindowScale])
        #expect(Self.values(joined).map(\.1) == [[1, 148], [3], [5]])
        #expect(AttributeList.joined(Self.full, []) == Self.full && AttributeList.joined([], Self.full) == Self.full)
        #expect(AttributeList.joined(Self.full, Self.full) == Self.full && AttributeList.joined([], []).isEmpty)
    }

    @Test func directionsAreInPairs() {
        for attribute in LabelAttribute.allCases {
            guard let other = attribute.reversed else {
                #expect(attribute.origin == .payload && !attribute.isReverse)
                continue
            }
            let (forward, reverse) = attribute.isReverse ? (other, attribute) : (attribute, other)
            #expect(other.reversed == attribute && forward.rawValue + 1 == reverse.rawValue && !forward.isReverse)
            #expect(reverse.name == "reverse" + forward.name.prefix(1).uppercased() + forward.name.dropFirst())
            #expect(forward.octetCount == reverse.octetCount && forward.absent == reverse.absent)
        }
    }

    @Test func selectionsAreReadByName() throws {
        #expect(AttributeSelection("all") == .all && AttributeSelection("none") == AttributeSelection.none)
        #expect(AttributeSelection("Technical") == .technical)
        let two = try #require(AttributeSelection("serverName, dnsname"))
        #expect(two.attributes == [.serverName, .dnsName] && two.description == "serverName,dnsName")
        #expect(AttributeSelection("technical,serverName") == AttributeSelection.technical.union(.init([.serverName])))
        for wrong in ["", "everything", "serverName,,ja3", "serverName;ja3", "1"] {
            #expect(AttributeSelection(wrong) == nil, "\(wrong)")
        }
        let scale = try #require(AttributeSelection("tcpWindowScale"))
        #expect(scale.attributes == [.tcpWindowScale, .reverseTcpWindowScale], "a name stands for both directions")
        #expect(AttributeSelection("reverseTcpWindowScale") == scale && AttributeSelection("transport") == .transport)
        for selection in [AttributeSelection.all, .transport, scale, .none, .technical, two] {
            #expect(AttributeSelection(selection.description) == selection)
        }
    }

    /// What says who somebody is, or what they asked for, does not leave a probe by default.
    @Test func personalDataAreKnown() {
        let personal = LabelAttribute.allCases.filter(\.isPersonal)
        #expect(
            personal == [
                .serverName, .userAgent, .certificateSubject, .ja3, .ja4, .hassh, .clientSoftware, .dnsName, .dnsAnswer,
                .hostName,
            ])
        #expect(AttributeSelection.technical.attributes.allSatisfy { !$0.isPersonal })
        #expect(AttributeSelection.technical.union(.init(personal)) == .all)
    }
}
