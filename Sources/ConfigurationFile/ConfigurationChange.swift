/// A key that a new configuration changes.
package struct ConfigurationChange: Sendable, Equatable, CustomStringConvertible {
    /// The key's path in the new configuration: `flows.memory`, `inputs[1].filter`; `inputs` when inputs came, went or
    /// changed places.
    package let path: String
    /// The old value as it may stand in the file; `not set` when there was none.
    package let old: String
    /// The new value likewise.
    package let new: String
    /// Whether the reload that brings the change is enough.
    package let takesEffect: ReloadBehavior

    /// `flows.memory: 512MiB -> 1GiB (needs a restart)`.
    package var description: String {
        "\(path): \(old) -> \(new)" + (takesEffect == .restart ? " (needs a restart)" : "")
    }
}

extension ProbeConfiguration {
    /// Everything that differs, in the order of the documentation. Inputs are compared by their names.
    package static func changes(from old: ProbeConfiguration, to new: ProbeConfiguration) -> [ConfigurationChange] {
        var changes: [ConfigurationChange] = []
        for name in ConfigurationKeys.sectionNames {
            if let section = ConfigurationKeys.sections.first(where: { $0.name == name }) {
                changes += differences(section, old, new, path: name)
            } else {
                changes += inputChanges(old.inputs, new.inputs)
            }
        }
        return changes
    }

    /// This configuration with what a reload can take over from `fresh`: what a running probe goes by afterwards. All else
    /// waits for a restart, and is a change again at the next reload.
    package func taking(_ fresh: ProbeConfiguration) -> ProbeConfiguration {
        var result = self
        for section in ConfigurationKeys.sections {
            for key in section.keys where key.reload == .live { key.copy(fresh, &result) }
        }
        for index in result.inputs.indices {
            guard let input = fresh.inputs.first(where: { $0.name == result.inputs[index].name }) else { continue }
            for key in ConfigurationKeys.inputs.keys where key.reload == .live {
                key.copy(input, &result.inputs[index])
            }
        }
        return result
    }

    private static func inputChanges(
        _ old: [InputConfiguration], _ new: [InputConfiguration]
    ) -> [ConfigurationChange] {
        func names(_ inputs: [InputConfiguration]) -> String {
            "[" + inputs.map { YAMLText.scalar($0.name) }.joined(separator: ", ") + "]"
        }
        var changes: [ConfigurationChange] = []
        // The place in the list is the number of the observation point, which flows refer to.
        if old.map(\.name) != new.map(\.name) {
            changes.append(
                ConfigurationChange(path: "inputs", old: names(old), new: names(new), takesEffect: .restart))
        }
        let known = Dictionary(old.map { ($0.name, $0) }) { first, _ in first }
        for (index, input) in new.enumerated() {
            guard let before = known[input.name] else { continue }
            changes += differences(ConfigurationKeys.inputs, before, input, path: "inputs[\(index)]")
        }
        return changes
    }

    private static func differences<Root>(
        _ section: KeySection<Root>, _ old: Root, _ new: Root, path: String
    ) -> [ConfigurationChange] {
        section.keys.compactMap { key in
            let (before, after) = (key.write(old) ?? "not set", key.write(new) ?? "not set")
            guard before != after else { return nil }
            return ConfigurationChange(path: "\(path).\(key.name)", old: before, new: after, takesEffect: key.reload)
        }
    }
}
