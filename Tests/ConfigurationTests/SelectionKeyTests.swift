import ConfigurationFile
import Foundation
import Testing

@Suite struct SelectionKeyTests {
    private func read(_ text: String) throws -> (UInt64, UInt64) {
        let path = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID().uuidString)")
        try Data(text.utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        return try SelectionKey.read(path.path(percentEncoded: false))
    }

    @Test func thirtyTwoDigits() throws {
        let key = try read("  0123456789abcdefFEDCBA9876543210\n")
        #expect(key.0 == 0x0123_4567_89AB_CDEF && key.1 == 0xFEDC_BA98_7654_3210)
        for text in [
            "", "0123456789abcdefFEDCBA987654321", "0123456789abcdefFEDCBA98765432100",
            "+123456789abcdefFEDCBA9876543210",
            "0123456789abcdef FEDCBA987654321", String(repeating: "٣", count: 16),
        ] {
            #expect(throws: SelectionKey.Failure.self, "\(text)") { try read(text) }
        }
        #expect(throws: SelectionKey.Failure.self) { try SelectionKey.read("/nonexistent") }
    }

    /// `flowprobe check` says what is wrong with the file, too.
    @Test func isChecked() throws {
        let failure = #expect(throws: ConfigurationFailure.self) {
            try ProbeConfiguration.load(
                octets: Array("inputs: [{interface: eth0}]\nflows: {selectionKey: /nonexistent}\n".utf8),
                name: "f.yaml",
                checks: .system())
        }
        #expect(try #require(failure).problems.map(\.description).joined().contains("flows.selectionKey"))
    }
}
