/// Mail: SMTP (RFC 5321), IMAP (RFC 9051) and POP3 (RFC 1939). Servers greet first; where the greeting could be another
/// protocol's, the client's first command tells.
enum Mail {
    static func inspectSMTP(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.beginsWithText, let (line, _) = payload.line(0, limit: 512), payload.isText(line) else {
            return .no
        }
        if payload.has("220 ") || payload.has("220-") {
            flow.greeting = .code220
            guard payload.firstFolded("smtp", in: line) != nil else { return .no }
            flow.attributes.add(.serverSoftware, payload, 4..<line.upperBound)
            return .certain(.smtp)
        }
        guard payload.hasFolded("ehlo ") || payload.hasFolded("helo ") || payload.hasFolded("lhlo ") else { return .no }
        return .certain(.smtp)
    }

    static func inspectIMAP(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.beginsWithText, let (line, _) = payload.line(0, limit: 512), payload.isText(line) else {
            return .no
        }
        if payload.has("* OK ") || payload.has("* PREAUTH ") || payload.has("* BYE ") {
            flow.attributes.add(.serverSoftware, payload, 2..<line.upperBound)
            return .certain(.imap)
        }
        // A tag and a command.
        guard let space = payload.first(0x20, from: 0, before: min(16, line.upperBound)), space > 0 else { return .no }
        for command in ["capability", "login ", "authenticate ", "starttls", "id ", "noop"]
        where payload.hasFolded(command, at: space + 1) && isTag(payload, space) {
            return line.upperBound == space + 1 + command.utf8.count || command.hasSuffix(" ") ? .certain(.imap) : .no
        }
        return .no
    }

    static func inspectPOP3(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.beginsWithText, let (line, _) = payload.line(0, limit: 512), payload.isText(line) else {
            return .no
        }
        if payload.has("+OK ") {
            flow.greeting = .plusOK
            guard payload.firstFolded("pop", in: line) != nil else { return .hint(.pop3).more }
            flow.attributes.add(.serverSoftware, payload, 4..<line.upperBound)
            return .certain(.pop3)
        }
        let isCommand =
            payload.hasFolded("user ") || payload.hasFolded("capa") || payload.hasFolded("apop ")
            || payload.hasFolded("stls") || payload.hasFolded("auth")
        return isCommand && flow.greeting == .plusOK ? .certain(.pop3) : .no
    }

    /// A tag has a digit and nothing but letters and digits and dots (a word of English has no digit).
    private static func isTag(_ payload: Payload, _ end: Int) -> Bool {
        var hasDigit = false
        for place in 0..<end {
            switch payload.u8(place) ?? 0 {
            case 0x30...0x39: hasDigit = true
            case 0x41...0x5A, 0x61...0x7A, 0x2E: break
            default: return false
            }
        }
        return hasDigit
    }
}
