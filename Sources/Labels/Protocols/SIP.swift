/// SIP (RFC 3261) and RTSP (RFC 7826, RFC 2326): the form of HTTP, with versions of their own.
enum SIP {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        inspect(payload, "SIP/2.0", .sip, &flow)
    }

    static func inspectRTSP(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        inspect(payload, "RTSP/", .rtsp, &flow)
    }

    /// Octets of a start line: each of the protocols that begin alike looks for its end.
    private static let longestStart = 512

    private static func inspect(
        _ payload: Payload, _ version: String, _ label: ApplicationLabel, _ flow: inout LabelContext
    ) -> Verdict {
        guard let line = StartLine(payload, limit: longestStart), payload.has(version, at: line.version.lowerBound)
        else { return .no }
        if let agent = StartLine.field("user-agent", payload, from: line.next) {
            flow.attributes.add(.userAgent, payload, agent)
        }
        guard let method = line.method else {
            // Provisional answers (1xx) announce another one.
            guard line.status >= 200 else { return .certain(label).more }
            flow.attributes.add(.statusCode, number: line.status)
            return .certain(label)
        }
        flow.attributes.add(.requestMethod, payload, method)
        return .certain(label).more
    }
}
