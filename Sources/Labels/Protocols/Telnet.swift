/// Telnet (RFC 854, RFC 855): option negotiation is all that tells it from other text.
enum Telnet {
    private static let interpretAsCommand = 0xFF

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        var position = 0
        var negotiations = 0
        while payload.u8(position) == interpretAsCommand, let command = payload.u8(position + 1),
            let option = payload.u8(position + 2)
        {
            // WILL, WON'T, DO, DON'T; subnegotiation up to its end.
            guard option <= 49 || option == 255, command >= 0xFA, command <= 0xFE else { return .no }
            negotiations += 1
            guard command == 0xFA else {
                position += 3
                continue
            }
            guard let end = payload.first(0xFF, from: position + 3), payload.u8(end + 1) == 0xF0 else { break }
            position = end + 2
        }
        return negotiations == 0 ? .no : negotiations == 1 ? .hint(.telnet) : .certain(.telnet)
    }
}
