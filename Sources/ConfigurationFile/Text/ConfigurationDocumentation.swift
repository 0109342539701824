extension ProbeConfiguration {
    /// The text of `docs/configuration.md`, made from the table of keys; a test keeps the file current.
    package static func documentation() -> String {
        var lines = introduction
        for name in ConfigurationKeys.sectionNames {
            if let section = ConfigurationKeys.sections.first(where: { $0.name == name }) {
                lines += rows(section, ProbeConfiguration())
            } else {
                lines += rows(ConfigurationKeys.inputs, InputConfiguration())
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let introduction = [
        "# Configuration of `flowprobe run`",
        "",
        "One YAML file, by default `\(defaultPath)`. This page is made from the table in",
        "`Sources/ConfigurationFile/Keys`; a test fails when it is not current and says how to renew it.",
        "[flowprobe.example.yaml](flowprobe.example.yaml) has every key with its default. The least that does something:",
        "",
        "```yaml",
        "inputs:",
        "  - interface: eth0",
        "outputs:",
        "  export: [\"udp://192.0.2.1:4739\"]",
        "```",
        "",
        "```sh",
        "flowprobe check --config flowprobe.yaml                        # says all that is wrong, with line and column",
        "flowprobe check --print --set flows.activeTimeout=30           # prints what would hold, defaults included",
        "```",
        "",
        "`flowprobe check` ends with 0 when the file is correct, 2 when it is not, and 3 when it cannot be read.",
        "",
        "## What holds",
        "",
        "1. The default.",
        "2. The file.",
        "3. The environment: `FLOWPROBE_SECTION_KEY`, as in `FLOWPROBE_FLOWS_IDLE_TIMEOUT_TCP=120`. A variable without a",
        "   value is as if it were not there. Variables that begin with the name of a section and fit no key are errors;",
        "   other `FLOWPROBE_` variables are left alone.",
        "4. Options: `--set SECTION.KEY=VALUE`, as in `--set flows.idleTimeoutTcp=120`; may be repeated.",
        "",
        "Variables and options set any key outside `inputs`; lists stand between commas.",
        "",
        "## How values are written",
        "",
        "- A key without a value, with `~` or with `null` has its default.",
        "- Durations are seconds (`15`, `0.5`) or have a unit: `500ms`, `15s`, `5m`, `2h`, `1d`, also `us` and `ns`.",
        "- Sizes are octets (`65536`) or have a unit: `64KiB`, `512MiB`, `2GiB`, and `kB`, `MB`, `GB` for powers of 1000.",
        "- Whether a value is in quotes makes no difference to its key. YAML itself wants quotes around a text that begins",
        "  with `[` or `*`, say, or has `: ` or ` #` in it.",
        "- Unknown keys, repeated keys, aliases, anchors and tags are errors. A file has at most 1 MiB.",
        "",
        "## Reload",
        "",
        "At SIGHUP the file is read again. A file with errors changes nothing. Keys marked *live* take effect without",
        "losing a packet or a flow; the others are named in the log and wait for the next start. So do inputs that come,",
        "go or change places.",
    ]

    private static func rows<Root>(_ section: KeySection<Root>, _ defaults: Root) -> [String] {
        var lines = ["", "## `\(section.name)`", "", section.meaning, ""]
        lines += ["| Key | Value | Default | Reload | Meaning |", "|---|---|---|---|---|"]
        for key in section.keys {
            lines.append(
                "| `\(key.name)` | \(key.valueText) | \(key.defaultText(defaults)) | \(key.reload.rawValue) "
                    + "| \(key.meaning) |")
        }
        return lines
    }
}

extension ConfigurationKey {
    /// Type, unit and range.
    var valueText: String {
        typeName + (unit.isEmpty ? "" : " in \(unit)") + (range.isEmpty ? "" : ", \(range)")
    }

    /// The default as Markdown.
    fileprivate func defaultText(_ defaults: Root) -> String {
        if isRequired { return "required" }
        return defaultMeaning ?? write(defaults).map { "`\($0)`" } ?? "none"
    }
}
