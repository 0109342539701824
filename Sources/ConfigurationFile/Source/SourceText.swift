/// A file's octets as text, after everything that would make a YAML parser slow, unsure or silent has been refused.
enum SourceText {
    /// Octets a configuration may have. A hundred inputs with every key take some 40 KiB.
    static let maximumOctets = 1 << 20

    /// The text, or nil when a problem was added.
    static func read(_ octets: [UInt8], into problems: inout ProblemList) -> String? {
        guard octets.count <= maximumOctets else {
            problems.add(
                .file(line: 1, column: 1),
                "the file is longer than 1 MiB; check that it is the configuration you meant")
            return nil
        }
        guard let text = String(validating: octets, as: UTF8.self) else {
            let sound = soundPrefix(octets)
            problems.add(
                place(of: sound, in: octets),
                "octet 0x\(String(octets[sound], radix: 16, uppercase: true)) is not UTF-8; save the file as UTF-8")
            return nil
        }
        if let (place, scalar) = firstForbidden(text) {
            let number = String(scalar.value, radix: 16, uppercase: true)
            problems.add(
                place, "YAML does not allow the character U+\(number); remove it, or write an escape in quotes")
            return nil
        }
        if let offset = firstAlias(octets) {
            problems.add(place(of: offset, in: octets), "aliases are not taken here; write the value out")
            return nil
        }
        return text
    }

    /// Octets before the first that is not part of a sound UTF-8 sequence.
    private static func soundPrefix(_ octets: [UInt8]) -> Int {
        var decoder = UTF8()
        var octet = octets.makeIterator()
        var sound = 0
        while case .scalarValue(let scalar) = decoder.decode(&octet) { sound += UTF8.width(scalar) }
        return min(sound, octets.count - 1)
    }

    /// Line and column of an offset: columns count scalars, as the YAML parser's do.
    private static func place(of offset: Int, in octets: [UInt8]) -> SourcePlace {
        let before = octets[..<offset]
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return .file(
            line: before.count { $0 == 0x0A } + 1, column: before[start...].count { $0 & 0xC0 != 0x80 } + 1)
    }

    /// The first character outside YAML's printable set (YAML 1.1 section 4.1.1).
    private static func firstForbidden(_ text: String) -> (SourcePlace, Unicode.Scalar)? {
        var (line, column) = (1, 1)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: (line, column) = (line + 1, 0)
            case 0x09, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...: break
            // A byte order mark may stand at the beginning only.
            case 0xFEFF where line == 1 && column == 1: column = 0
            default: return (.file(line: line, column: column), scalar)
            }
            column += 1
        }
        return nil
    }

    /// The offset of the first `*NAME` for which there is a `&NAME`: without such a pair no alias can be.
    ///
    /// Aliases of aliases grow without bounds while the parser still reads, so they cannot wait until it is done. Nothing
    /// that a configuration needs to say looks like such a pair, not even a filter with `tcp[13] & 2 != 0`.
    private static func firstAlias(_ octets: [UInt8]) -> Int? {
        func name(after offset: Int) -> ArraySlice<UInt8> {
            octets[(offset + 1)...].prefix { octet in
                switch octet {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
                default: false
                }
            }
        }
        var anchors: Set<ArraySlice<UInt8>> = []
        for offset in octets.indices where octets[offset] == 0x26 { anchors.insert(name(after: offset)) }
        anchors.remove([])
        guard !anchors.isEmpty else { return nil }
        return octets.indices.first { octets[$0] == 0x2A && anchors.contains(name(after: $0)) }
    }
}
