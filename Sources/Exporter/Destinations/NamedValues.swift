/// The parameters of an address, or of what is declared like one: `NAME=VALUE&…`, each name once, values as they are.
enum NamedValues {
    /// Reads `list`, the parameters of `subject` ("The collector \"udp://…\""). The one called `last` takes all that stands behind
    /// it. Throws a message that ends with `known`.
    static func pairs(
        _ list: Substring, of subject: String, last: String? = nil, known: String
    ) throws(ExportError) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for pair in list.split(separator: "&", omittingEmptySubsequences: false) {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard sides.count == 2, !sides[1].isEmpty, !pairs.contains(where: { $0.name == sides[0] }) else {
                throw ExportError("\(subject) has \"\(pair)\", which is no NAME=VALUE, or is there twice. \(known)")
            }
            if sides[0] == last {
                pairs.append((sides[0], String(list[pair.startIndex...].dropFirst(sides[0].count + 1))))
                break
            }
            pairs.append((sides[0], sides[1]))
        }
        return pairs
    }

    /// The number that `value` is, in decimal digits; `unit` is what it counts, as "of seconds", if anything.
    static func number(
        _ name: String, _ value: String, _ range: ClosedRange<Int>, unit: String = "", of subject: String
    ) throws(ExportError) -> Int {
        if value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(value), range.contains(number) {
            return number
        }
        let what = unit.isEmpty ? "a number" : "a number \(unit)"
        throw ExportError(
            "\(subject) has \(name)=\(value). It takes \(what) from \(range.lowerBound) to \(range.upperBound).")
    }

    /// The case that `value` names.
    static func choice<Value: CaseIterable & RawRepresentable<String>>(
        _ name: String, _ value: String, of subject: String
    ) throws(ExportError) -> Value {
        if let choice = Value(rawValue: value) { return choice }
        let names = Value.allCases.map(\.rawValue)
        throw ExportError(
            "\(subject) has \(name)=\(value). Choose \(names.dropLast().joined(separator: ", ")) or \(names.last ?? "")."
        )
    }

    /// Whether an octet is a letter, a digit, or one of `. _ -`: what names of groups, topics and hosts are made of.
    static func isWord(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }
}
