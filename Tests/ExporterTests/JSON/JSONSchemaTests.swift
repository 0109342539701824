import Exporter
import FlowTable
import Foundation
import Labels
import Testing

/// docs/flow-record.schema.json is what the element table says, and describes what the sink writes.
///
/// After a change of the table: `FLOWPROBE_WRITE_SCHEMA=1 swift test --filter JSONSchemaTests` writes it anew.
@Suite(.serialized) struct JSONSchemaTests {
    static let schemaPath = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/flow-record.schema.json").path

    @Test func theSchemaIsTheTable() throws {
        let text = try Self.schemaText()
        if ProcessInfo.processInfo.environment["FLOWPROBE_WRITE_SCHEMA"] != nil {
            try text.write(toFile: Self.schemaPath, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOfFile: Self.schemaPath, encoding: .utf8)
        #expect(written == text)
    }

    /// Each member occurs in some line, and no line has another.
    @Test func keysEmittedAreTheSchemasProperties() throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: Self.schemaPath))
        let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: Any])
        var random = SeededGenerator(seed: 21)
        var emitted: Set<String> = []
        for line in try writeLines((0..<300).map { _ in AnyRecord.make(&random) }) {
            for match in line.matches(of: #/[{,]"(\w+)":/#) { emitted.insert(String(match.output.1)) }
        }
        var batch = AttributedRecords()
        batch.add(AttributedRecords.flow(1), AttributedRecords.list(LabelAttribute.allCases.map { ($0, "7") }))
        let path = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try batch.feed(to: try JSONSink(path: path, stitched: false))
        for match in try String(contentsOfFile: path, encoding: .utf8).matches(of: #/[{,]"(\w+)":/#) {
            emitted.insert(String(match.output.1))
        }
        #expect(emitted == Set(properties.keys))
    }

    @Test(.enabled(if: pythonHasJSONSchema, "python3 with the jsonschema package is missing: NOT validated by others"))
    func linesAreValidToAnotherProgram() throws {
        var random = SeededGenerator(seed: 5)
        let records = (0..<200).map { _ in AnyRecord.make(&random) }
        let folder = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let lines = try writeLines(records)
        let file = folder.appending(path: "lines.json")
        // The last line is wrong on purpose: the validator must see it.
        let wrong = "{\"flowId\":7}"
        try (lines + [wrong]).joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        let script = """
            import json, sys, jsonschema
            validator = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])),
                format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
            jsonschema.Draft202012Validator.check_schema(validator.schema)
            bad = [n for n, line in enumerate(open(sys.argv[2])) if not validator.is_valid(json.loads(line))]
            print(bad)
            """
        let output = try runPython(["-c", script, Self.schemaPath, file.path])
        #expect(output == "[\(lines.count)]\n")
    }

    /// The schema, from the members.
    private static func schemaText() throws -> String {
        var properties: [String] = []
        for field in JSONField.all {
            properties.append(
                "    \"\(field.name)\": {\(property(field)), \"description\": \(quoted(field.description))}")
        }
        for attribute in LabelAttribute.allCases {
            let largest = attribute.octetCount.map { (1 << (8 * $0)) - 1 }
            let type = largest.map { "\"type\": \"integer\", \"minimum\": 0, \"maximum\": \($0)" }
            properties.append(
                "    \"\(attribute.name)\": {\(type ?? "\"type\": \"string\", \"maxLength\": 255"), "
                    + "\"description\": \(quoted(attribute.element.description))}")
        }
        let required = JSONField.all.filter { $0.conditions.isEmpty }.map { "    \"\($0.name)\"" }
        return """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "title": "flowprobe flow record",
              "description": "One line of flowprobe's JSON output: one slice of a flow, or with --stitched a whole flow.",
              "type": "object",
              "additionalProperties": false,
              "oneOf": [
                {"required": ["sourceIPv4Address", "destinationIPv4Address"], "properties": {"ipVersion": {"const": 4}}},
                {"required": ["sourceIPv6Address", "destinationIPv6Address"], "properties": {"ipVersion": {"const": 6}}}
              ],
              "required": [
            \(required.joined(separator: ",\n"))
              ],
              "properties": {
            \(properties.joined(separator: ",\n"))
              }
            }

            """
    }

    private static func property(_ field: JSONField) -> String {
        switch field.kind {
        case .number: "\"type\": \"integer\", \"minimum\": 0"
        case .identifier: "\"type\": \"string\", \"pattern\": \"^(0|[1-9][0-9]{0,19})$\""
        case .ipv4Address: "\"type\": \"string\", \"format\": \"ipv4\""
        case .ipv6Address: "\"type\": \"string\", \"format\": \"ipv6\""
        case .macAddress: "\"type\": \"string\", \"pattern\": \"^([0-9a-f]{2}:){5}[0-9a-f]{2}$\""
        case .time:
            "\"type\": \"string\", \"pattern\": "
                + "\"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{9}Z$\""
        case .application: "\"type\": \"string\""
        case .word(let words):
            "\"enum\": [" + unique(words.words.compactMap { $0 }).map(quoted).joined(separator: ", ") + "]"
        }
    }

    private static func unique(_ words: [String]) -> [String] {
        words.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

/// Whether the Python that is first in the path can validate.
let pythonHasJSONSchema: Bool = (try? runPython(["-c", "import jsonschema; print(1)"])) == "1\n"

/// What `python3` prints.
func runPython(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
}
