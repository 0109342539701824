/// Puts what the file, the environment and the options say into a configuration, one key at a time, and keeps what is
/// wrong with them.
struct ConfigurationReader {
    /// What has been read so far; keys that were wrong are at their defaults.
    var configuration = ProbeConfiguration()
    /// Everything wrong so far.
    var problems = ProblemList()
    /// Where each key was given last, by its path: `flows.memory`, `inputs[0]`, `inputs[0].ring`.
    private(set) var places: [String: SourcePlace] = [:]
    /// Paths whose values could not be used, and of which nothing more should be said.
    private(set) var failed: Set<String> = []

    /// The place of a key, else of what it would be in, else the beginning of the file.
    func place(_ path: String, in parent: String = "") -> SourcePlace {
        places[path] ?? places[parent] ?? .file(line: 1, column: 1)
    }

    /// Adds a problem with the key at `path`.
    mutating func fail(_ path: String, in parent: String = "", _ message: @autoclosure () -> String) {
        failed.insert(path)
        problems.add(place(path, in: parent), message())
    }

    /// Takes over the document of a file.
    mutating func read(_ document: SourceValue) {
        switch document.content {
        case .nothing: break
        case .mapping(let entries):
            for entry in entries { readSection(entry) }
        default:
            failed.insert("inputs")
            problems.add(
                document.place,
                "a configuration is a mapping of sections and not \(document.kind); write \(Self.sectionList) at the top"
            )
        }
    }

    private static var sectionList: String {
        ConfigurationKeys.sectionNames.map { $0 + ":" }.joined(separator: ", ")
    }

    private mutating func readSection(_ entry: SourceValue.Entry) {
        let isRepeated = places.updateValue(entry.place, forKey: entry.key) != nil
        if entry.key == ConfigurationKeys.inputs.name {
            // A second list is a problem already, and its entries would have the paths of the first one's.
            if !isRepeated { readInputs(entry.value) }
        } else if let section = ConfigurationKeys.sections.first(where: { $0.name == entry.key }) {
            for (key, value) in keys(entry.value, section, path: section.name) {
                set(key, value, path: "\(section.name).\(key.name)")
            }
        } else {
            problems.add(
                entry.place,
                "\(printable(entry.key)) is not a section; "
                    + Suggestion.text(
                        for: entry.key, among: ConfigurationKeys.sectionNames,
                        elsewhere: ConfigurationKeys.pathsByName))
        }
    }

    private mutating func readInputs(_ value: SourceValue) {
        let path = ConfigurationKeys.inputs.name
        guard value.content != .nothing else { return }
        guard case .list(let elements) = value.content else {
            failed.insert(path)
            problems.add(
                value.place, "\(path) takes a list and has \(value.kind); write \"- interface: NAME\" below it")
            return
        }
        guard elements.count <= ProbeConfiguration.maximumInputs else {
            fail(path, "\(path) has \(elements.count) entries; \(ProbeConfiguration.maximumInputs) are allowed")
            return
        }
        configuration.inputs = []
        for (index, element) in elements.enumerated() {
            let path = "\(path)[\(index)]"
            places[path] = element.place
            var input = InputConfiguration()
            for (key, value) in keys(element, ConfigurationKeys.inputs, path: path) {
                let path = "\(path).\(key.name)"
                places[path] = value.place
                if !key.read(value, path, &input, &problems) { failed.insert(path) }
            }
            configuration.inputs.append(input)
        }
    }

    /// The keys of a section with their values; what is not a key becomes a problem.
    private mutating func keys<Root>(
        _ value: SourceValue, _ section: KeySection<Root>, path: String
    ) -> [(ConfigurationKey<Root>, SourceValue)] {
        guard value.content != .nothing else { return [] }
        guard case .mapping(let entries) = value.content else {
            failed.insert(path)
            problems.add(
                value.place, "\(path) takes a mapping of keys and has \(value.kind); write KEY: VALUE below it")
            return []
        }
        var found: [(ConfigurationKey<Root>, SourceValue)] = []
        for entry in entries {
            if let key = section.key(entry.key) {
                found.append((key, entry.value))
            } else {
                problems.add(
                    entry.place,
                    "\(path).\(printable(entry.key)) is not a key; "
                        + Suggestion.text(
                            for: entry.key, among: section.keys.map(\.name),
                            elsewhere: ConfigurationKeys.pathsByName))
            }
        }
        return found
    }

    /// Sets one key outside `inputs`.
    mutating func set(_ key: ConfigurationKey<ProbeConfiguration>, _ value: SourceValue, path: String) {
        places[path] = value.place
        if key.read(value, path, &configuration, &problems) {
            failed.remove(path)
        } else {
            failed.insert(path)
        }
    }
}
