/// HTTP/1 (RFC 9112), WebSocket (RFC 6455), which begins as it, and SSDP, which borrows its form over UDP.
enum HTTP {
    private static let methods = [
        "GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PROPFIND ",
        "PROPPATCH ",
        "MKCOL ", "COPY ", "MOVE ", "LOCK ", "UNLOCK ", "REPORT ", "SEARCH ",
    ]

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let line = StartLine(payload) else {
            if isSimpleRequest(payload) { return .hint(.http) }
            // A target longer than the segment: the line's end may come.
            guard payload.count >= 16, payload.line(0) == nil, methods.contains(where: { payload.has($0) }) else {
                return .no
            }
            return .short
        }
        guard payload.has("HTTP/1.", at: line.version.lowerBound) else { return .no }
        guard let method = line.method else {
            flow.attributes.add(.statusCode, number: line.status)
            let isSwitch = line.status == 101 && isUpgrade(payload, line)
            return .certain(isSwitch || flow.label == .webSocket ? .webSocket : .http)
        }
        flow.attributes.add(.requestMethod, payload, method)
        addFields(payload, line, &flow)
        let label: ApplicationLabel = isUpgrade(payload, line) ? .webSocket : .http
        return StartLine.hasEnd(payload, from: line.next) ? .certain(label).more : .certain(label).join
    }

    /// HTTP/0.9, as RFC 1945 (section 5) describes it: a method, a path, and nothing else but line ends.
    private static func isSimpleRequest(_ payload: Payload) -> Bool {
        guard payload.has("GET /"), let (line, next) = payload.line(0), payload.isText(line),
            payload.first(0x20, from: 4, before: line.upperBound) == nil
        else { return false }
        return next == payload.count || (next + 2 == payload.count && payload.u16(next) == 0x0D0A)
    }

    /// SSDP: NOTIFY and M-SEARCH with the target `*`, and answers to them.
    static func inspectSSDP(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let line = StartLine(payload, limit: 512), payload.has("HTTP/1.", at: line.version.lowerBound) else {
            return .no
        }
        if let method = line.method {
            guard payload.has("NOTIFY * ") || payload.has("M-SEARCH * ") else { return .no }
            flow.attributes.add(.requestMethod, payload, method)
        } else {
            guard
                StartLine.field("usn", payload, from: line.next) != nil
                    || StartLine.field("st", payload, from: line.next) != nil
            else { return .no }
            flow.attributes.add(.statusCode, number: line.status)
        }
        addFields(payload, line, &flow)
        return .certain(.ssdp)
    }

    private static func addFields(_ payload: Payload, _ line: StartLine, _ flow: inout LabelContext) {
        if let host = StartLine.field("host", payload, from: line.next) {
            flow.attributes.add(.serverName, payload, host)
        }
        if let agent = StartLine.field("user-agent", payload, from: line.next) {
            flow.attributes.add(.userAgent, payload, agent)
        }
    }

    private static func isUpgrade(_ payload: Payload, _ line: StartLine) -> Bool {
        guard let value = StartLine.field("upgrade", payload, from: line.next) else { return false }
        return payload.hasFolded("websocket", at: value.lowerBound)
    }
}
