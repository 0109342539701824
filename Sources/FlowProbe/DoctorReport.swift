import Exporter
import Foundation
import MirrorHealth

/// What the doctor says about one interface, for people and for programs.
struct DoctorReport {
    private static let width = 80
    /// Where sentences begin: after severity and kind.
    private static let margin = String(repeating: " ", count: 23)

    private let evidence: MirrorEvidence
    private let verdicts: [MirrorVerdict]

    /// Judges the evidence.
    init(_ evidence: MirrorEvidence) {
        self.evidence = evidence
        verdicts = MirrorVerdict.all(of: evidence)
    }

    var hasFault: Bool { verdicts.contains { $0.severity == .fault } }

    /// A line or more for each verdict, in 80 columns; commands are not broken.
    func text(color: Bool) -> String {
        let packets = ReadableNumbers.exact(evidence.packets.packets)
        let seconds = ReadableNumbers.fixed(evidence.seconds, decimals: 1)
        var text = styled("\(evidence.interface): \(packets) packets in \(seconds) s", "1", color) + "\n"
        for verdict in verdicts {
            let head =
                "  " + pad(verdict.severity == .fault ? "FAULT" : verdict.severity.name, 8) + " "
                + pad(verdict.kind.name, 12)
            var lines = Self.wrapped(verdict.sentence)
            text += styled(head, Self.style(verdict.severity), color) + lines.removeFirst() + "\n"
            for line in lines { text += Self.margin + line + "\n" }
            if let command = verdict.command { text += Self.margin + styled(command, "36", color) + "\n" }
            if let advice = verdict.advice {
                for line in Self.wrapped(advice) { text += Self.margin + line + "\n" }
            }
        }
        return text + styled(conclusion, hasFault ? "31" : "32", color) + "\n"
    }

    private var conclusion: String {
        let counts: [(MirrorVerdict.Severity, String)] = [
            (.fault, "fault"), (.warning, "warning"), (.unknown, "unknown"),
        ]
        let parts = counts.compactMap { severity, noun -> String? in
            let count = verdicts.count { $0.severity == severity }
            guard count > 0 else { return nil }
            return "\(count) \(noun)" + (severity == .unknown || count == 1 ? "" : "s")
        }
        return "\(evidence.interface): " + (parts.isEmpty ? "nothing is wrong" : parts.joined(separator: ", "))
    }

    private static func style(_ severity: MirrorVerdict.Severity) -> String {
        switch severity {
        case .ok: "32"
        case .unknown: "2"
        case .warning: "33"
        case .fault: "1;31"
        }
    }

    private func styled(_ text: String, _ style: String, _ color: Bool) -> String {
        color ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Lines of words that fit beside the margin; at least one.
    private static func wrapped(_ text: String) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if margin.count + last.count + 1 + word.count > width {
                lines.append(String(word))
            } else {
                lines[lines.count - 1] = last + " " + word
            }
        }
        return lines
    }
}

// For programs.
extension DoctorReport {
    private struct Document: Encodable {
        let interfaces: [Interface]
    }

    private struct Interface: Encodable {
        let interface: String
        let severity: String
        let verdicts: [Verdict]
        let evidence: MirrorEvidence
    }

    private struct Verdict: Encodable {
        let kind: String
        let severity: String
        let sentence: String
        let command: String?
        let advice: String?
    }

    /// All interfaces' verdicts, and the counts they rest on, as one JSON object.
    static func document(_ reports: [DoctorReport]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let interfaces = reports.map { report in
            Interface(
                interface: report.evidence.interface,
                severity: (report.verdicts.map(\.severity).max { $0.rawValue < $1.rawValue } ?? .unknown).name,
                verdicts: report.verdicts.map {
                    Verdict(
                        kind: $0.kind.name, severity: $0.severity.name, sentence: $0.sentence, command: $0.command,
                        advice: $0.advice)
                },
                evidence: report.evidence)
        }
        return String(decoding: try encoder.encode(Document(interfaces: interfaces)), as: UTF8.self) + "\n"
    }
}
