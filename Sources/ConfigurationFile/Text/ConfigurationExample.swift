extension ProbeConfiguration {
    /// The text of `docs/flowprobe.example.yaml`: every key with its default, or commented out where it has none. Made
    /// from the table of keys; a test keeps the file current, and holds that it is correct with all comments taken away.
    package static func example() -> String {
        var lines = [
            "# Configuration of flowprobe run. Every key is here, with its default where it has one; all but `inputs` may be",
            "# left out. docs/configuration.md says more; `flowprobe check --config FILE` says what is wrong with a file.",
            "#",
            "# Durations are seconds, or have a unit: ns, us, ms, s, m, h, d. Sizes are octets, or have a unit: KiB, MiB, GiB,",
            "# kB, MB, GB.",
            "#",
            "# [live]: a changed value takes effect at SIGHUP, without losing a packet or a flow. [restart]: at the next start.",
        ]
        for name in ConfigurationKeys.sectionNames {
            if let section = ConfigurationKeys.sections.first(where: { $0.name == name }) {
                lines += ["", "# \(plain(section.meaning))", "\(name):"]
                lines += keys(section, ProbeConfiguration(), first: "  ", rest: "  ")
            } else {
                lines += ["", "# \(plain(ConfigurationKeys.inputs.meaning))", "\(name):"]
                lines += keys(ConfigurationKeys.inputs, InputConfiguration(), first: "  - ", rest: "    ")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Each key below its comment. The first key of a list's entry has the dash, and its comment stands above.
    private static func keys<Root>(
        _ section: KeySection<Root>, _ defaults: Root, first: String, rest: String
    ) -> [String] {
        var lines: [String] = []
        for (index, key) in section.keys.enumerated() {
            let comment = "\(plain(key.meaning)) \(key.facts) [\(key.reload.rawValue)]"
            lines += wrapped(comment, indent: rest + "# ")
            let start = index == 0 ? first : rest
            let value = key.defaultMeaning == nil && !key.isRequired ? key.write(defaults) : nil
            if let value {
                lines.append("\(start)\(key.name): \(value)" + (key.example.map { "  # as in \($0)" } ?? ""))
            } else {
                let example = "\(key.name): \(key.example ?? "")"
                lines.append(key.isRequired ? start + example : "\(start)#\(example)")
            }
        }
        return lines
    }

    /// Markdown without its links and marks.
    private static func plain(_ markdown: String) -> String {
        var text = ""
        var rest = markdown[...]
        while let opening = rest.firstIndex(of: "[") {
            text += rest[..<opening]
            rest = rest[rest.index(after: opening)...]
            guard let closing = rest.firstIndex(of: "]"), rest[closing...].hasPrefix("]("),
                let end = rest[closing...].firstIndex(of: ")")
            else {
                text += "["
                continue
            }
            text += "docs/" + rest[closing...end].dropFirst(2).dropLast()
            rest = rest[rest.index(after: end)...]
        }
        return (text + rest).filter { $0 != "`" }
    }

    private static func wrapped(_ text: String, indent: String) -> [String] {
        var lines: [String] = []
        var line = indent
        for word in text.split(separator: " ") {
            if line.count + word.count > 110, line.count > indent.count {
                lines.append(String(line.dropLast()))
                line = indent
            }
            line += word + " "
        }
        return lines + [String(line.dropLast())]
    }
}

extension ConfigurationKey {
    /// What it takes, and what holds without it, as a sentence.
    fileprivate var facts: String {
        guard !isRequired else { return "Takes: \(valueText). Required." }
        return "Takes: \(valueText)."
            + (defaultMeaning.map { " Default: \($0.filter { $0 != "`" })." } ?? "")
    }
}
