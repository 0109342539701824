import NetTypes

/// DNS (RFC 1035 section 4.1) over UDP and TCP, multicast DNS (RFC 6762) and LLMNR (RFC 4795).
///
///     +0 ID   +2 QR Opcode AA TC RD RA Z RCODE   +4 QDCOUNT   +6 ANCOUNT   +8 NSCOUNT   +10 ARCOUNT   +12 questions
enum DNS {
    private static let headerLength = 12
    private static let mdnsPort = 5353
    private static let llmnrPort = 5355
    private static let answersKept = 4
    /// The longest message that is waited for when its length came alone.
    private static let longestAwaited = 4096

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard flow.transport == .tcp else { return inspectMessage(payload, &flow) }
        guard let length = payload.u16(0), length >= headerLength + 5 else { return .no }
        // Some senders put the length into a segment of its own.
        guard payload.count > 2 else { return length <= longestAwaited ? .short : .no }
        let message = payload.part(2..<min(payload.count, 2 + length))
        guard message.count >= headerLength else { return .no }
        return inspectMessage(message, &flow)
    }

    private static func inspectMessage(_ message: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let flags = message.u16(2), let questions = message.u16(4), let answers = message.u16(6),
            let authorities = message.u16(8), let additional = message.u16(10)
        else { return .no }
        let isResponse = flags & 0x8000 != 0
        // Queries, status, notify and update; the reserved bit.
        guard [0, 2, 4, 5].contains(flags >> 11 & 0xF), flags & 0x40 == 0, questions <= 16, authorities <= 64,
            additional <= 64, answers <= 512, questions + answers + authorities > 0,
            isResponse || (flags & 0xF == 0 && questions > 0)
        else { return .no }
        guard let name = DNSName(message, at: headerLength), let type = message.u16(name.next),
            let kind = message.u16(name.next + 2), isKnown(type), [1, 3, 4, 254, 255].contains(kind & 0x7FFF)
        else { return .no }
        // An answer instead of a question has a length that must fit.
        if questions == 0 {
            guard let length = message.u16(name.next + 8), name.next + 10 + length <= message.count else { return .no }
        }
        flow.attributes.add(.dnsName, text: name.text)
        flow.attributes.add(.dnsType, number: type)
        if isResponse {
            flow.attributes.set(.dnsResponseCode, number: flags & 0xF)
            // Responses of multicast DNS repeat no question (RFC 6762 section 6).
            if questions <= 1, answers > 0 {
                addAnswers(message, from: questions == 1 ? name.next + 4 : headerLength, count: answers, &flow)
            }
        }
        let label: ApplicationLabel =
            flow.uses(mdnsPort) || kind & 0x8000 != 0 || name.isLocal
            ? .mdns : flow.uses(llmnrPort) ? .llmnr : .dns
        return isResponse ? .certain(label) : .certain(label).more
    }

    /// Types that are in use (IANA's registry): a number chosen at random is hardly ever among them.
    private static func isKnown(_ type: Int) -> Bool {
        (1...65).contains(type) || (99...110).contains(type) || (249...260).contains(type) || type == 32768
    }

    /// Addresses and names (NS, CNAME, PTR, MX, SRV) of the first answers.
    private static func addAnswers(_ message: Payload, from start: Int, count: Int, _ flow: inout LabelContext) {
        var texts: [String] = []
        var position = start
        for _ in 0..<min(count, 16) {
            guard texts.count < answersKept, let next = DNSName.end(message, at: position),
                let type = message.u16(next), let length = message.u16(next + 8)
            else { break }
            let data = next + 10
            switch (type, length) {
            case (1, 4):
                if let word = message.u32(data) {
                    texts.append(String(describing: IPAddress(high: 0, low: UInt64(word), version: 4)))
                }
            case (28, 16):
                if let high = message.u64(data), let low = message.u64(data + 8) {
                    texts.append(String(describing: IPAddress(high: high, low: low, version: 6)))
                }
            case (2, _), (5, _), (12, _), (15, _), (33, _):
                // In front of the name MX has a preference, SRV priority, weight and port (RFC 2782).
                let prefix = type == 15 ? 2 : type == 33 ? 6 : 0
                if let target = DNSName(message, at: data + prefix) {
                    texts.append(String(decoding: target.text, as: UTF8.self))
                }
            default: break
            }
            position = data + length
        }
        flow.attributes.add(.dnsAnswer, text: texts.joined(separator: ","))
    }
}
