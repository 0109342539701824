/// FTP's control connection (RFC 959): a greeting that says so, or USER after a greeting that SMTP could have sent.
enum FTP {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.beginsWithText, let (line, _) = payload.line(0, limit: 512), payload.isText(line) else {
            return .no
        }
        if payload.has("220 ") || payload.has("220-") {
            flow.greeting = .code220
            guard payload.firstFolded("ftp", in: line) != nil else { return .hint(.ftp).more }
            flow.attributes.add(.serverSoftware, payload, 4..<line.upperBound)
            return .certain(.ftp)
        }
        let isCommand =
            payload.hasFolded("user ") || payload.hasFolded("auth tls") || payload.hasFolded("auth ssl")
            || payload.hasFolded("feat")
        return isCommand && flow.greeting == .code220 ? .certain(.ftp) : .no
    }
}
