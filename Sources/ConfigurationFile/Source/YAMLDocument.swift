import Yams

/// Reads YAML into values with places. The only file that knows the YAML library.
struct YAMLDocument {
    /// Levels of lists and mappings. The keys need four.
    static let maximumDepth = 16
    /// Keys and values in one file.
    static let maximumValues = 50_000

    private var problems: ProblemList
    private var keys: RepeatedKeys
    private var values = 0
    /// The last line of a text that something was appended to.
    private var lastLine = Int.max

    /// The document of `text`; nil when it could not be parsed, and problems were added that say why.
    static func read(_ text: String, into problems: inout ProblemList) -> SourceValue? {
        // The library keeps a pointer to the text's octets, which strings of up to 15 octets do not have in memory.
        let padding = text.utf8.count < 16 ? String(repeating: "\n", count: 16) : ""
        var document = YAMLDocument(problems: problems, keys: RepeatedKeys(text + padding))
        if !padding.isEmpty { document.lastLine = text.unicodeScalars.count { $0 == "\n" } + 1 }
        let value = document.compose()
        problems = document.problems
        return value
    }

    private init(problems: ProblemList, keys: RepeatedKeys) {
        self.problems = problems
        self.keys = keys
    }

    private mutating func compose() -> SourceValue? {
        // One pass, and one more for each repeated key.
        for _ in 0...RepeatedKeys.maximum {
            do {
                // Nothing is resolved: whether `on` is a truth value or a name is for the key to say.
                let parser = try Parser(yaml: keys.text, resolver: .basic, encoding: .utf8)
                // Nodes refer to their anchors weakly; the parser owns them.
                return try withExtendedLifetime(parser) {
                    guard let root = try parser.singleRoot() else {
                        return SourceValue(place: .file(line: 1, column: 1), content: .nothing)
                    }
                    return convert(root, path: "", depth: 0)
                }
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let (name, mark) = (names.first ?? "", context.mark)
                guard keys.hide(name, line: mark.line, column: mark.column) else {
                    problems.add(place(mark), "the key \(quoted(name)) stands more than once in this mapping; keep one")
                    return nil
                }
            } catch {
                add(error)
                return nil
            }
        }
        return nil
    }

    private mutating func add(_ error: any Error) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let context = context.map { " (\($0.text), line \($0.mark.line), column \($0.mark.column))" } ?? ""
            problems.add(
                place(mark), "this is not YAML: \(problem)\(context); check the indentation, colons and quotes here")
        default:
            problems.add(.file(line: 1, column: 1), "this is not YAML: \(printable("\(error)"))")
        }
    }

    private func place(_ mark: Mark?) -> SourcePlace {
        guard let mark, mark.line <= lastLine else { return .file(line: min(lastLine, mark?.line ?? 1), column: 1) }
        return .file(line: mark.line, column: mark.column)
    }

    /// The node as a value; what it must not have is added to the problems, and left out.
    private mutating func convert(_ node: Node, path: String, depth: Int) -> SourceValue {
        let place = place(node.mark)
        var value = SourceValue(place: place, content: .nothing)
        values += 1
        guard values <= Self.maximumValues else {
            if values == Self.maximumValues + 1 {
                problems.add(place, "the file has more than \(Self.maximumValues) keys and values; make it shorter")
            }
            return value
        }
        guard depth < Self.maximumDepth else {
            problems.add(place, "lists and mappings are nested more than \(Self.maximumDepth) deep; no key needs that")
            return value
        }
        if node.anchor != nil { problems.add(place, "anchors are not taken here; remove the \"&\" and its name") }
        checkTag(node, place)
        switch node {
        case .scalar(let scalar): value.content = Self.content(scalar)
        case .sequence(let list):
            value.content = .list(
                list.enumerated().map { index, element in
                    convert(element, path: "\(path)[\(index)]", depth: depth + 1)
                })
        case .mapping(let mapping): value.content = .mapping(entries(mapping, path: path, depth: depth))
        case .alias: problems.add(place, "aliases are not taken here; write the value out")
        }
        return value
    }

    private static func content(_ scalar: Node.Scalar) -> SourceValue.Content {
        let isPlain = scalar.style == .plain || scalar.style == .any
        return isPlain && ["", "~", "null"].contains(scalar.string) ? .nothing : .text(scalar.string)
    }

    private mutating func entries(_ mapping: Node.Mapping, path: String, depth: Int) -> [SourceValue.Entry] {
        var entries: [SourceValue.Entry] = []
        var firstLines: [String: Int] = [:]
        for (keyNode, valueNode) in mapping {
            let place = place(keyNode.mark)
            guard case .scalar(let scalar) = keyNode else {
                problems.add(place, "a list or a mapping cannot be a key; write KEY: VALUE")
                continue
            }
            let key = keys.original(scalar.string)
            let keyPath = (path.isEmpty ? "" : path + ".") + printable(key)
            if keyNode.anchor != nil {
                problems.add(place, "anchors are not taken here; remove the \"&\" and its name")
            }
            checkTag(keyNode, place)
            if let line = firstLines[key] {
                problems.add(place, "\(keyPath) is given again, after line \(line); keep one of them")
            }
            firstLines[key] = firstLines[key] ?? keyNode.mark?.line ?? 1
            let value = convert(valueNode, path: keyPath, depth: depth + 1)
            entries.append(SourceValue.Entry(key: key, place: place, value: value))
        }
        return entries
    }

    private mutating func checkTag(_ node: Node, _ place: SourcePlace) {
        let tag = node.tag.description
        let plain: Tag.Name =
            switch node {
            case .sequence: .seq
            case .mapping: .map
            default: .str
            }
        guard tag != plain.rawValue else { return }
        problems.add(place, "the tag \(quoted(tag)) has no meaning here; remove it")
    }
}
