/// TLS over TCP (RFC 8446, RFC 5246), with the suites of RFC 8998 and TLCP (GB/T 38636-2020) told apart.
///
///     record: +0 type   +1 version   +3 length   +5 handshake message: type 1, length 3, body
enum TLS {
    static let handshakeRecord = 22
    static let clientHello = 1
    static let serverHello = 2
    static let certificate = 11
    static let serverHelloDone = 14
    private static let recordHeader = 5
    private static let messageHeader = 4
    /// A record's contents, with what encryption may add (RFC 5246 section 6.2.3).
    private static let longestRecord = 16_384 + 2_048
    private static let tlcpVersion = 0x0101
    private static let dotPort = 853

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let type = payload.u8(0), (20...24).contains(type), let version = payload.u16(1),
            (0x0300...0x0304).contains(version) || version == tlcpVersion
        else { return .no }
        guard let length = payload.u16(3) else { return .short }
        guard length > 0, length <= longestRecord else { return .no }
        guard type == handshakeRecord else { return inspectOther(payload, type, length, flow) }
        guard let message = payload.u8(recordHeader), let size = payload.u24(recordHeader + 1) else { return .short }
        switch message {
        case clientHello: return inspectClientHello(payload, size: size, record: length, &flow)
        case serverHello: return inspectServerFlight(payload, &flow)
        default: return [4, 11, 12, 13, 14, 16, 20].contains(message) ? .hint(current(flow)) : .no
        }
    }

    /// Alerts, changes of the cipher, data: what a flow has that is seen from the middle.
    private static func inspectOther(_ payload: Payload, _ type: Int, _ length: Int, _ flow: LabelContext) -> Verdict {
        switch type {
        case 20: length == 1 && payload.u8(recordHeader) == 1 ? .hint(current(flow)) : .no
        case 21: length == 2 || length >= 18 ? .hint(current(flow)) : .no
        default: (0x0301...0x0303).contains(payload.u16(1) ?? 0) && length >= 17 ? .hint(current(flow)) : .no
        }
    }

    private static func current(_ flow: LabelContext) -> ApplicationLabel {
        flow.label ?? (flow.uses(dotPort) ? .dnsOverTLS : .tls)
    }

    private static func inspectClientHello(
        _ payload: Payload, size: Int, record: Int, _ flow: inout LabelContext
    ) -> Verdict {
        guard let version = payload.u16(9), (0x0300...0x0303).contains(version) || version == tlcpVersion, size >= 38,
            size <= longestRecord
        else { return .no }
        var label: ApplicationLabel = version == tlcpVersion ? .tlcp : flow.uses(dotPort) ? .dnsOverTLS : .tls
        let end = recordHeader + messageHeader + size
        // A message in several records is not put together: its first part says enough for the label.
        guard size + messageHeader <= record else { return .certain(label) }
        guard end <= payload.count else { return .certain(label).join }
        guard let hello = ClientHello(payload, recordHeader + messageHeader..<end, over: .tls) else {
            return .hint(.tls)
        }
        hello.add(to: &flow, payload, over: .tls)
        if label != .tlcp, CommercialCryptography.isAll(payload, hello.ciphers) { label = .tlsSM }
        if let range = hello.applicationProtocol, range.count == 3, payload.has("dot", at: range.lowerBound) {
            return .certain(.dnsOverTLS).more
        }
        return .certain(label).more
    }

    /// The ServerHello and, up to version 1.2, the certificate behind it.
    private static func inspectServerFlight(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        var label = current(flow)
        var position = 0
        while payload.u8(position) == handshakeRecord, let length = payload.u16(position + 3) {
            var message = position + recordHeader
            let end = message + length
            while message + messageHeader <= min(end, payload.count), let type = payload.u8(message),
                let size = payload.u24(message + 1)
            {
                let body = message + messageHeader..<message + messageHeader + size
                // Only the server's own certificate is read, the first of what may be a long chain: list length, then its own.
                if type == certificate, let length = payload.u24(body.lowerBound + 3),
                    body.lowerBound + 6 + length <= min(body.upperBound, end, payload.count)
                {
                    if let name = Certificate.subjectName(payload, at: body.lowerBound + 6) {
                        flow.attributes.add(.certificateSubject, payload, name)
                    }
                    return .certain(label)
                }
                guard body.upperBound <= end else { return .certain(label) }
                guard body.upperBound <= payload.count else { return .certain(label).join }
                if type == serverHello {
                    guard let hello = ServerHello(payload, body) else { return .hint(label) }
                    hello.add(to: &flow, payload)
                    if hello.version == tlcpVersion {
                        label = .tlcp
                    } else if CommercialCryptography.has(hello.cipher) {
                        label = .tlsSM
                    }
                    if hello.version >= 0x0304 { return .certain(label) }
                } else if type == certificate || type == serverHelloDone {
                    return .certain(label)
                }
                message = body.upperBound
            }
            guard end <= payload.count else { return .certain(label).join }
            position = end
        }
        // All there is so far; anything but a handshake record ends the flight.
        return position >= payload.count || payload.count - position < recordHeader
            ? .certain(label).join : .certain(label)
    }
}
