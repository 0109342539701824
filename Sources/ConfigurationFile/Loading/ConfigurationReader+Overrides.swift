/// Values from the environment and from `--set`, for every key outside `inputs`. A variable without
/// a value changes nothing, as if it were not there.
extension ConfigurationReader {
    /// What variables of this project begin with.
    private static let prefix = "FLOWPROBE_"

    /// Takes over `FLOWPROBE_SECTION_KEY` variables. Others that begin with a section's name are problems; everything
    /// else is not ours.
    mutating func read(environment: [String: String]) {
        let names = ConfigurationKeys.variables
        for (variable, text) in environment.sorted(by: { $0.key < $1.key }) {
            guard variable.hasPrefix(Self.prefix), !text.isEmpty else { continue }
            let place = SourcePlace.variable(variable)
            if let (section, key) = names[variable] {
                set(key, SourceValue(place: place, content: .text(text)), path: "\(section).\(key.name)")
                continue
            }
            let rest = variable.dropFirst(Self.prefix.count)
            guard let section = ConfigurationKeys.sectionNames.first(where: { rest.hasPrefix($0.uppercased() + "_") })
            else { continue }
            if section == ConfigurationKeys.inputs.name {
                problems.add(place, "inputs are a list, which variables cannot change; set them in the file")
            } else {
                let candidates = names.keys.sorted().filter { $0.hasPrefix(Self.prefix + section.uppercased() + "_") }
                problems.add(
                    place, "no key goes by this variable; \(Suggestion.text(for: variable, among: candidates))")
            }
        }
    }

    /// Takes over `SECTION.KEY=VALUE` texts, the last of a key's holding.
    mutating func read(overrides: [String]) {
        for text in overrides {
            guard let equals = text.firstIndex(of: "=") else {
                problems.add(.option, "\(quoted(text)) sets nothing; write SECTION.KEY=VALUE, as in flows.memory=1GiB")
                continue
            }
            let path = String(text[..<equals])
            let value = String(text[text.index(after: equals)...])
            let parts = path.split(separator: ".", omittingEmptySubsequences: false)
            let section = ConfigurationKeys.sections.first { parts.count == 2 && $0.name == parts[0] }
            guard let key = section?.key(parts.last.map { String($0) } ?? "") else {
                addUnknown(path)
                continue
            }
            guard !value.isEmpty else {
                problems.add(.option, "\(path) is set to nothing; write a value, or leave the option out")
                continue
            }
            set(key, SourceValue(place: .option, content: .text(value)), path: path)
        }
    }

    private mutating func addUnknown(_ path: String) {
        if path == ConfigurationKeys.inputs.name || path.hasPrefix(ConfigurationKeys.inputs.name + "[")
            || path.hasPrefix(ConfigurationKeys.inputs.name + ".")
        {
            problems.add(
                .option, "\(printable(path)): inputs are a list, which options cannot change; set them in the file")
            return
        }
        let paths = ConfigurationKeys.sections.flatMap { section in section.keys.map { "\(section.name).\($0.name)" } }
        // A key without its section is near nothing, but belongs somewhere.
        let suggestion =
            Suggestion.nearest(to: path, among: paths).map { "did you mean \($0)?" }
            ?? ConfigurationKeys.pathsByName[path.lowercased()].map { "did you mean \($0)?" }
            ?? "docs/configuration.md lists the keys"
        problems.add(.option, "\(printable(path)) is not a key; \(suggestion)")
    }
}

extension ConfigurationKeys {
    /// The keys that variables can set, by the variables' names: `FLOWPROBE_FLOWS_IDLE_TIMEOUT_TCP`.
    static let variables: [String: (section: String, key: ConfigurationKey<ProbeConfiguration>)] = {
        let entries = sections.flatMap { section in
            section.keys.map { (variable(section.name, $0.name), (section: section.name, key: $0)) }
        }
        return Dictionary(entries) { first, _ in first }
    }()

    /// The environment variable of a key: an underscore before each capital letter, everything in capitals.
    static func variable(_ section: String, _ key: String) -> String {
        let words = key.reduce(into: "") { text, letter in text += letter.isUppercase ? "_\(letter)" : "\(letter)" }
        return "FLOWPROBE_\(section)_\(words)".uppercased()
    }
}
