/// Collects what is wrong with a configuration, so that all of it can be said at once.
struct ProblemList {
    /// More problems than this are only counted.
    static let maximum = 50

    private var entries: [(place: SourcePlace, message: String)] = []
    private var unlisted = 0

    var isEmpty: Bool { entries.isEmpty }

    /// The message is not made when it is only counted.
    mutating func add(_ place: SourcePlace, _ message: @autoclosure () -> String) {
        if entries.count < Self.maximum {
            entries.append((place, message()))
        } else {
            unlisted += 1
        }
    }

    /// The problems in the order of the file, then the variables', then the options'.
    func problems(file: String) -> [ConfigurationProblem] {
        func order(_ place: SourcePlace) -> (Int, Int, Int) {
            switch place {
            case .file(let line, let column): (0, line, column)
            case .variable: (1, 0, 0)
            case .option: (2, 0, 0)
            }
        }
        // Sorting is not stable by promise: the place in the list decides between equals.
        let sorted = entries.enumerated().sorted {
            let (left, right) = (order($0.element.place), order($1.element.place))
            return left == right ? $0.offset < $1.offset : left < right
        }
        var problems = sorted.map { _, entry in
            ConfigurationProblem(place: text(of: entry.place, file: file), message: entry.message)
        }
        if unlisted > 0 {
            problems.append(
                ConfigurationProblem(
                    place: file, message: "\(unlisted) more \(unlisted == 1 ? "problem is" : "problems are") not shown")
            )
        }
        return problems
    }

    private func text(of place: SourcePlace, file: String) -> String {
        switch place {
        case .file(let line, let column): "\(file):\(line):\(column)"
        case .variable(let name): printable(name)
        case .option: "--set"
        }
    }
}

/// `text` in quotes, as it may stand in a message.
func quoted(_ text: some StringProtocol, atMost limit: Int = 60) -> String {
    "\"\(printable(text, atMost: limit))\""
}

/// A file's path as it may stand in a message: whole, since nobody can find a file by half its name.
func printablePath(_ path: String) -> String { printable(path, atMost: 4096) }

/// `text` as it may stand in a message: short, and without characters that move a cursor or hide text.
func printable(_ text: some StringProtocol, atMost limit: Int = 60) -> String {
    let clean = text.unicodeScalars.prefix(limit).map { isHarmless($0) ? $0 : "\u{FFFD}" }
    let isLonger = text.unicodeScalars.dropFirst(limit).first != nil
    return String(String.UnicodeScalarView(clean)) + (isLonger ? "\u{2026}" : "")
}

private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
    default: true
    }
}
