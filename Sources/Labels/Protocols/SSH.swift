import Crypto

/// SSH (RFC 4253): the banners of both sides, and their key exchange messages, of which HASSH is made.
///
/// HASSH is the MD5 of the client's algorithms for key exchange, and of encryption, authentication and compression towards
/// the server; the server's is made of its own lists towards the client.
enum SSH {
    private static let keyExchangeInit = 20

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        var start = 0
        if payload.has("SSH-") {
            guard let (line, next) = payload.line(0, limit: 255), payload.isText(line) else { return .no }
            flow.attributes.add(flow.isFromInitiator ? .clientSoftware : .serverSoftware, payload, 4..<line.upperBound)
            guard next < payload.count else { return .certain(.ssh).more }
            start = next
        } else if flow.label != .ssh {
            return .no
        }
        // Packet length, padding length, message.
        guard let length = payload.u32(start), length >= 40, length <= 35_000, payload.u8(start + 5) == keyExchangeInit
        else { return start > 0 ? .certain(.ssh).more : .certain(.ssh) }
        guard start + 4 + length <= payload.count else { return .certain(.ssh).join }
        if flow.isFromInitiator { flow.keyExchanges.initiator = true } else { flow.keyExchanges.responder = true }
        if flow.wants(flow.isFromInitiator ? .hassh : .hasshServer) {
            addFingerprint(payload, from: start + 22, &flow)
        }
        return flow.keyExchanges == (true, true) ? .certain(.ssh) : .certain(.ssh).more
    }

    /// The name lists: key exchange, host keys, encryption to and from the server, authentication, compression.
    private static func addFingerprint(_ payload: Payload, from start: Int, _ flow: inout LabelContext) {
        let side = flow.isFromInitiator ? 0 : 1
        var hash = Insecure.MD5()
        var position = start
        for list in 0..<8 {
            guard let length = payload.u32(position), position + 4 + length <= payload.count else { return }
            if list == 0 || (list >= 2 && list % 2 == side) {
                if list > 0 { hash.update(data: [0x3B] as [UInt8]) }
                hash.update(data: payload.bytes(position + 4..<position + 4 + length))
            }
            position += 4 + length
        }
        let digits = Fingerprint.hexadecimal(hash.finalize(), digits: 32)
        flow.attributes.add(side == 0 ? .hassh : .hasshServer, text: digits)
    }
}
