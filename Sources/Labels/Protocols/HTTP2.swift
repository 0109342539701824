/// HTTP/2 in clear (RFC 9113), and gRPC and etcd on it, told by path and content type of the first request.
///
/// Of each direction the first HEADERS frame is read, without what CONTINUATION frames add.
///
///     frame: +0 length 3   +3 type   +4 flags   +5 stream 4   +9 contents
enum HTTP2 {
    private static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    private static let prefaceCount = 24
    private static let frameHeader = 9
    private static let headersFrame = 1
    private static let paddedFlag = 0x08
    private static let priorityFlag = 0x20
    /// The longest frame that may be sent before the peer has allowed more (RFC 9113 section 4.2).
    private static let longestFrame = 16_384
    /// Frames of a direction that are looked at: settings, windows and priorities come first, a few.
    private static let frameLimit = 32

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.has(preface) else {
            if payload.count < prefaceCount, payload.has("PRI"), isPrefaceBegun(payload) { return .short }
            guard let label = flow.label, label == .http2 || label == .grpc || label == .etcd else { return .no }
            // The client's next frames, of which none is read.
            guard flow.isFromInitiator != flow.prefaceIsInitiators else { return .certain(label).more }
            return inspectResponse(payload, label, &flow)
        }
        flow.prefaceIsInitiators = flow.isFromInitiator
        switch firstHeaders(payload, from: prefaceCount) {
        case .none: return .certain(.http2)
        case .missing: return .certain(.http2).join
        case .found(let range):
            let block = HeaderBlock(payload, range)
            let label = addRequest(block, payload, &flow)
            return range.upperBound <= payload.count ? .certain(label).more : .certain(label).join
        }
    }

    /// Whether `payload` is the beginning of the preface.
    private static func isPrefaceBegun(_ payload: Payload) -> Bool {
        var place = 0
        for octet in preface.utf8 {
            guard place < payload.count else { return true }
            guard payload.u8(place) == Int(octet) else { return false }
            place += 1
        }
        return true
    }

    /// The server's frames: joined from the first of its segments that came behind the client's preface.
    private static func inspectResponse(
        _ payload: Payload, _ label: ApplicationLabel, _ flow: inout LabelContext
    ) -> Verdict {
        switch firstHeaders(payload, from: 0) {
        case .none: return .certain(label).more
        case .missing: return .certain(label).join
        case .found(let range):
            guard range.upperBound <= payload.count else { return .certain(label).join }
            let block = HeaderBlock(payload, range)
            var octets = HeaderBlock.TextOctets(repeating: 0)
            // It might be a frame's contents, where a segment is missing: only what is sound throughout counts.
            guard block.isSound, let text = block[.status], HeaderBlock.copy(text, payload, to: &octets, limit: 4) == 3,
                let status = Payload(octets.span).decimal(0..<3)
            else { return .certain(label).more }
            flow.attributes.add(.statusCode, number: status)
            return .certain(label)
        }
    }

    /// Where the contents of a direction's first HEADERS frame are.
    private enum Headers {
        /// Not there yet.
        case missing
        /// The frames are none, or too many.
        case none
        /// A block, which may go on behind the payload.
        case found(Range<Int>)
    }

    private static func firstHeaders(_ payload: Payload, from start: Int) -> Headers {
        var position = start
        for _ in 0..<frameLimit {
            guard let length = payload.u24(position), let type = payload.u8(position + 3),
                let flags = payload.u8(position + 4), let stream = payload.u32(position + 5)
            else { return .missing }
            guard length <= longestFrame else { return .none }
            var first = position + frameHeader
            var last = first + length
            guard type == headersFrame else {
                position = last
                continue
            }
            // Requests, and what answers them, have odd streams.
            guard stream & 1 == 1 else { return .none }
            if flags & paddedFlag != 0 {
                guard let padding = payload.u8(first) else { return .missing }
                first += 1
                last -= padding
            }
            if flags & priorityFlag != 0 { first += 5 }
            return first <= last ? .found(first..<last) : .none
        }
        return .none
    }

    /// Adds what a request's fields say; returns its label.
    private static func addRequest(
        _ block: HeaderBlock, _ payload: Payload, _ flow: inout LabelContext
    ) -> ApplicationLabel {
        var octets = HeaderBlock.TextOctets(repeating: 0)
        for (field, attribute, limit) in fields {
            guard let text = block[field], flow.wants(attribute),
                let count = HeaderBlock.copy(text, payload, to: &octets, limit: limit)
            else { continue }
            flow.attributes.add(attribute, Payload(octets.span), 0..<count)
        }
        if let text = block[.path], let count = HeaderBlock.copy(text, payload, to: &octets, limit: longestPrefix) {
            let path = Payload(octets.span.extracting(0..<count))
            if etcdPaths.contains(where: { path.has($0) }) { return .etcd }
        }
        if let text = block[.contentType],
            let count = HeaderBlock.copy(text, payload, to: &octets, limit: longestPrefix),
            Payload(octets.span.extracting(0..<count)).has(grpcType)
        {
            return .grpc
        }
        return .http2
    }

    /// What goes into attributes, and octets of it.
    private static let fields: [(field: HeaderBlock.Field, attribute: LabelAttribute, limit: Int)] = [
        (.method, .requestMethod, 20), (.authority, .serverName, LabelAttributes.longestText),
        (.userAgent, .userAgent, LabelAttributes.longestText),
    ]
    private static let grpcType = "application/grpc"
    /// Packages of etcd's services.
    private static let etcdPaths = ["/etcdserverpb.", "/v3lockpb.", "/v3electionpb."]
    /// Octets of the longest of these.
    private static let longestPrefix = 16
}
