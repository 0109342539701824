extension ProbeConfiguration {
    /// This configuration as a file that `load` reads as the same. Keys without a value are left out.
    package var yaml: String {
        var lines: [String] = []
        for name in ConfigurationKeys.sectionNames {
            if let section = ConfigurationKeys.sections.first(where: { $0.name == name }) {
                let keys = Self.lines(section, self)
                if !keys.isEmpty { lines += ["\(name):"] + keys.map { "  " + $0 } }
            } else if inputs.isEmpty {
                lines.append("inputs: []")
            } else {
                lines.append("inputs:")
                for input in inputs {
                    for (index, line) in Self.lines(ConfigurationKeys.inputs, input).enumerated() {
                        lines.append((index == 0 ? "  - " : "    ") + line)
                    }
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines<Root>(_ section: KeySection<Root>, _ root: Root) -> [String] {
        section.keys.compactMap { key in key.write(root).map { "\(key.name): \($0)" } }
    }
}
