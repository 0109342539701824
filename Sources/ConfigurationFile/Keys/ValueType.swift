/// What values a key takes: how they are read, written and described. The one place for each type's range and words.
struct ValueType<Value: Sendable>: Sendable {
    /// For the documentation: `duration`, `one of a, b`.
    var name: String
    /// For the documentation: smallest and largest value, or what else must hold; may be empty.
    var range = ""
    /// For the documentation: the unit of a plain number, or empty.
    var unit = ""
    /// The value, or nil when a problem was added. The source value is never `.nothing`.
    var read: @Sendable (_ value: SourceValue, _ path: String, _ problems: inout ProblemList) -> Value?
    /// Whether a value whose text is this so far goes on behind a comma: for lists in variables and options.
    var goesOn: @Sendable (String) -> Bool = { _ in false }
    /// The value as it may stand in the file, on one line.
    var write: @Sendable (Value) -> String
}

extension ValueType {
    /// A type that is written as one text. `parse` gives nil for what is not a value; the message then says that it is
    /// not `what`, and to write `hint`.
    static func scalar(
        _ name: String, range: String = "", unit: String = "", what: String, hint: String,
        parse: @escaping @Sendable (String) -> Value?, write: @escaping @Sendable (Value) -> String
    ) -> ValueType {
        ValueType(
            name: name, range: range, unit: unit,
            read: { value, path, problems in
                guard let text = value.text(path, hint: hint, &problems) else { return nil }
                guard let result = parse(text) else {
                    problems.add(value.place, "\(path): \(quoted(text)) is not \(what); write \(hint)")
                    return nil
                }
                return result
            },
            write: write)
    }

    /// A list of at most `maximum` different values of this type. In variables and options they stand between commas.
    func list(atMost maximum: Int) -> ValueType<[Value]> where Value: Equatable {
        ValueType<[Value]>(
            name: "list: \(name)", range: range, unit: unit,
            read: { value, path, problems in
                guard let elements = value.elements(path, goesOn, &problems) else { return nil }
                guard elements.count <= maximum else {
                    problems.add(value.place, "\(path) has \(elements.count) entries; \(maximum) are allowed")
                    return nil
                }
                var results: [Value] = []
                var isComplete = true
                for (index, element) in elements.enumerated() {
                    guard let result = read(element, "\(path)[\(index)]", &problems) else {
                        isComplete = false
                        continue
                    }
                    if results.contains(result) {
                        problems.add(element.place, "\(path)[\(index)]: \(write(result)) stands here twice; keep one")
                        isComplete = false
                    }
                    results.append(result)
                }
                return isComplete ? results : nil
            },
            write: { "[" + $0.map(write).joined(separator: ", ") + "]" })
    }
}

extension SourceValue {
    /// The text of a single value; adds a problem when this is something else.
    fileprivate func text(_ path: String, hint: String, _ problems: inout ProblemList) -> String? {
        switch content {
        case .text(let text): return text
        default:
            problems.add(place, "\(path) takes a single value and has \(kind); write \(hint)")
            return nil
        }
    }

    /// The elements of a list; adds a problem when this is something else.
    fileprivate func elements(
        _ path: String, _ goesOn: (String) -> Bool, _ problems: inout ProblemList
    ) -> [SourceValue]? {
        switch content {
        case .list(let elements): return elements
        case .text(let text) where place.isOverride:
            var elements: [String] = []
            for part in text.split(separator: ",").map({ String($0.trimming { $0 == " " }) }) {
                if let last = elements.last, goesOn(last) {
                    elements[elements.count - 1] = last + "," + part
                } else {
                    elements.append(part)
                }
            }
            return elements.map { SourceValue(place: place, content: .text($0)) }
        case .text(let text):
            problems.add(place, "\(path) takes a list; write [\(printable(text))]")
        default:
            problems.add(place, "\(path) takes a list and has \(kind); write [FIRST, SECOND]")
        }
        return nil
    }
}

extension Substring {
    /// Without the characters at both ends that `isPadding` names.
    func trimming(_ isPadding: (Character) -> Bool) -> Substring {
        guard let first = firstIndex(where: { !isPadding($0) }), let last = lastIndex(where: { !isPadding($0) }) else {
            return self[endIndex...]
        }
        return self[first...last]
    }
}
