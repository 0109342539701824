/// Syslog: `<PRI>1 time host` (RFC 5424), `<PRI>Mmm dd` (RFC 3164), and what devices send that keep to neither.
enum Syslog {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u8(0) == 0x3C, let end = payload.first(0x3E, from: 1, before: 5),
            let priority = payload.decimal(1..<end), priority <= 191, payload.count >= end + 4
        else { return .no }
        if payload.has("1 ", at: end + 1) { return .certain(.syslog) }
        if months.contains(where: { payload.hasFolded($0, at: end + 1) }) { return .certain(.syslog) }
        return payload.isText(end + 1..<min(payload.count, end + 17)) ? .hint(.syslog) : .no
    }
}
