/// The report's text as it grows: lines of aligned columns, with colour only when asked for.
struct ReportText {
    /// Character styles of a terminal (ECMA-48 SGR).
    enum Style: String {
        case heading = "\u{1B}[1m"
        case faint = "\u{1B}[2m"
        case warning = "\u{1B}[33m"
    }

    /// A column of a table. Cells longer than `width` push the rest of the line to the right: nothing is cut.
    struct Column {
        var width: Int
        var isNumber: Bool
    }

    let color: Bool
    private(set) var text = ""

    init(color: Bool) { self.color = color }

    /// A line, without trailing blanks.
    mutating func line(_ content: String = "", _ style: Style? = nil) {
        var content = content[...]
        while content.last == " " { content.removeLast() }
        if color, let style, !content.isEmpty {
            text += style.rawValue + content + "\u{1B}[0m\n"
        } else {
            text += content + "\n"
        }
    }

    /// A line of cells, numbers to the right, the rest to the left, one blank between them.
    mutating func row(_ columns: [Column], _ cells: [String], _ style: Style? = nil) {
        var content = ""
        for (column, cell) in zip(columns, cells) {
            if !content.isEmpty { content += " " }
            let blanks = String(repeating: " ", count: max(0, column.width - cell.count))
            content += column.isNumber ? blanks + cell : cell + blanks
        }
        line(content, style)
    }

    /// Long text in lines of at most 80 columns, each after `indent`, broken at blanks. Control characters, which a file
    /// name may hold to take over a terminal, are replaced.
    mutating func wrapped(_ content: String, indent: String, _ style: Style? = nil) {
        var current = ""
        for word in Self.printable(content).split(separator: " ") {
            if !current.isEmpty, indent.count + current.count + 1 + word.count > 80 {
                line(indent + current, style)
                current = ""
            }
            current += current.isEmpty ? String(word) : " " + word
        }
        if !current.isEmpty { line(indent + current, style) }
    }

    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}
