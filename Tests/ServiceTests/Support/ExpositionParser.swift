/// A strict reader of Prometheus' text format 0.0.4, written from its description and not from the writer.
struct ExpositionParser {
    struct Failure: Error, CustomStringConvertible { let description: String }

    struct Sample: Hashable {
        var name: String
        var labels: [String: String]
        var value: String
    }

    struct Family {
        var help: String
        var kind: String
        var samples: [Sample] = []
    }

    /// Families by name, and their names in the order of the page.
    private(set) var families: [String: Family] = [:]
    private(set) var order: [String] = []

    init(_ text: String) throws {
        var seen: Set<[String]> = []
        var help: (name: String, text: String)?
        guard text.isEmpty || text.utf8.last == UInt8(ascii: "\n") else {
            throw Failure(description: "no last line end")
        }
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            let line = String(Substring(line))
            if line.utf8.starts(with: "# HELP ".utf8) {
                let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
                guard parts.count == 4, families[String(parts[2])] == nil else {
                    throw Failure(description: "HELP: \(line)")
                }
                help = (String(parts[2]), try Self.unescaped(String(parts[3]), quotes: false))
            } else if line.utf8.starts(with: "# TYPE ".utf8) {
                let parts = line.split(separator: " ", omittingEmptySubsequences: false)
                guard parts.count == 4, let known = help, known.name == parts[2],
                    ["counter", "gauge", "histogram"].contains(parts[3])
                else { throw Failure(description: "TYPE: \(line)") }
                families[known.name] = Family(help: known.text, kind: String(parts[3]))
                order.append(known.name)
                help = nil
            } else {
                let sample = try Self.sample(line)
                guard let name = order.last, let kind = families[name]?.kind,
                    (kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]).contains(where: {
                        sample.name == name + $0
                    })
                else { throw Failure(description: "outside its family: \(line)") }
                let key = [sample.name] + sample.labels.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
                guard seen.insert(key).inserted else { throw Failure(description: "twice: \(line)") }
                families[name]?.samples.append(sample)
            }
        }
    }

    private static func sample(_ line: String) throws -> Sample {
        var rest = Array(line.unicodeScalars)[...]
        func name() throws -> String {
            let taken = rest.prefix {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_"
            }
            guard let first = taken.first, !("0"..."9").contains(first) else {
                throw Failure(description: "name: \(line)")
            }
            rest = rest.dropFirst(taken.count)
            return String(String.UnicodeScalarView(taken))
        }
        func expect(_ scalar: Unicode.Scalar) throws {
            guard rest.popFirst() == scalar else { throw Failure(description: "\(scalar) is missing: \(line)") }
        }
        var sample = Sample(name: try name(), labels: [:], value: "")
        if rest.first == "{" {
            try expect("{")
            while rest.first != "}" {
                let label = try name()
                try expect("=")
                try expect("\"")
                var raw = String.UnicodeScalarView()
                while let scalar = rest.popFirst(), scalar != "\"" {
                    raw.append(scalar)
                    if scalar == "\\", let next = rest.popFirst() { raw.append(next) }
                }
                guard sample.labels.updateValue(try unescaped(String(raw), quotes: true), forKey: label) == nil else {
                    throw Failure(description: "label twice: \(line)")
                }
                if rest.first == "," { try expect(",") }
            }
            try expect("}")
        }
        try expect(" ")
        sample.value = String(String.UnicodeScalarView(rest))
        let isSpecial = ["+Inf", "-Inf", "NaN"].contains(sample.value)
        guard isSpecial || (Double(sample.value) != nil && !sample.value.contains("n")) else {
            throw Failure(description: "value: \(line)")
        }
        return sample
    }

    private static func unescaped(_ text: String, quotes: Bool) throws -> String {
        var out = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "\\" else {
                out.append(scalar)
                continue
            }
            switch scalars.next() {
            case "\\": out.append("\\")
            case "n": out.append("\n")
            case "\"" where quotes: out.append("\"")
            default: throw Failure(description: "escape: \(text)")
            }
        }
        return String(out)
    }
}
