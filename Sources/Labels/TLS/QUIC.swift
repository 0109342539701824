/// QUIC versions 1 and 2 and the last drafts (RFC 9000 section 17.2, RFC 9369): long headers, and the client's Initials,
/// whose protection everyone can take off (RFC 9001 section 5.2).
///
///     +0 1 1 type reserved number-length   +1 version   +5 destination id 1+n   source id 1+n   [token]   length
enum QUIC {
    /// A long header with what follows it.
    struct Header {
        let version: Int
        let destination: Range<Int>
        /// Whether a token came with it, as after a Retry.
        let hasToken: Bool
        /// Where the protected packet number begins; where the packet ends.
        let number: Int
        let end: Int
    }

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        if let version = GoogleQUIC.version(payload) {
            flow.attributes.add(.quicVersion, number: version)
            return .certain(flow.label ?? .quic)
        }
        guard let first = payload.u8(0), first & 0x80 != 0, let version = payload.u32(1), let length = payload.u8(5),
            length <= 20, let source = payload.u8(6 + length), source <= 20, 7 + length + source <= payload.count
        else { return .no }
        if version == 0 {
            // Version negotiation: a list of versions, of which QUIC's are told by their values.
            let versions = 7 + length + source
            guard (payload.count - versions) % 4 == 0,
                payload.u32(versions).map({ isKnown($0) || isReserved($0) }) ?? false
            else { return .no }
            return .likely(.quic).more
        }
        guard first & 0x40 != 0 else { return .no }
        if isReserved(version) { return payload.count >= 1200 ? .likely(.quic).more : .no }
        guard isKnown(version) else { return .no }
        flow.attributes.add(.quicVersion, number: version)
        let label = flow.label ?? .quic
        guard let header = initial(payload) else {
            // 0-RTT, Handshake, Retry: nothing to be read. The version is evidence enough. Data that a client sends early may
            // come before its Initial.
            let isEarlyData = first >> 4 & 3 == (version == version2 ? 2 : 1)
            return flow.isFromInitiator && !isEarlyData ? .certain(label) : .certain(label).more
        }
        guard flow.isFromInitiator else { return .certain(label).more }
        return inspectInitial(payload, header, &flow)
    }

    private static func inspectInitial(_ payload: Payload, _ header: Header, _ flow: inout LabelContext) -> Verdict {
        let label = flow.label ?? .quic
        guard flow.decryptionsLeft > 0, !flow.attributes.has(.ja4), header.end <= longestInitial else {
            return .certain(label)
        }
        flow.decryptionsLeft -= 1
        if flow.connectionID.isEmpty || header.hasToken { flow.connectionID = payload.bytes(header.destination) }
        guard let frames = QUICInitial.decrypt(payload, header, connectionID: flow.connectionID) else {
            // Not protected by the keys that its id gives: damaged, or the id is not the first one.
            return .likely(label).more
        }
        QUICInitial.collect(Payload(frames.span), into: &flow.handshake)
        // The stream itself may not be read while the flow around it changes.
        let stream = flow.handshake
        let hello = Payload(stream.beginning)
        guard hello.u8(0) == TLS.clientHello, let size = hello.u24(1), 4 + size <= hello.count else {
            return .certain(label).more
        }
        guard let client = ClientHello(hello, 4..<4 + size, over: .quic) else { return .certain(label) }
        client.add(to: &flow, hello, over: .quic)
        if let range = client.applicationProtocol, hello.has("doq", at: range.lowerBound), range.count == 3 {
            return .certain(.dnsOverQUIC)
        }
        return .certain(label)
    }

    /// The header of an Initial at the beginning of `payload`; nil for other types, or when lengths do not agree.
    static func initial(_ payload: Payload) -> Header? {
        guard let first = payload.u8(0), let version = payload.u32(1), first >> 4 & 3 == (version == version2 ? 1 : 0),
            let destination = payload.u8(5), let source = payload.u8(6 + destination)
        else { return nil }
        var position = 7 + destination + source
        guard let token = variable(payload, &position), token <= payload.count else { return nil }
        position += token
        guard let length = variable(payload, &position), length >= 20, position + length <= payload.count else {
            return nil
        }
        return Header(
            version: version, destination: 6..<6 + destination, hasToken: token > 0, number: position,
            end: position + length)
    }

    /// A variable-length integer (RFC 9000 section 16) below 2^30 at `position`, which moves behind it.
    static func variable(_ payload: Payload, _ position: inout Int) -> Int? {
        guard let first = payload.u8(position) else { return nil }
        let start = position
        switch first >> 6 {
        case 0:
            position += 1
            return first
        case 1:
            position += 2
            return payload.u16(start).map { $0 & 0x3FFF }
        case 2:
            position += 4
            return payload.u32(start).map { $0 & 0x3FFF_FFFF }
        default: return nil
        }
    }

    /// Octets up to which an Initial is decrypted: more than any sender's datagram has for its hello.
    private static let longestInitial = 4096

    static let version1 = 1
    static let version2 = 0x6B33_43CF
    /// Drafts 23 to 34 have the form of version 1; those up to 32 with salts of their own.
    static let drafts = 0xFF00_0017...0xFF00_0022

    private static func isKnown(_ version: Int) -> Bool {
        version == version1 || version == version2 || drafts.contains(version)
    }

    /// Versions that force negotiation (RFC 9000 section 15): 0x?a?a?a?a.
    private static func isReserved(_ version: Int) -> Bool { version & 0x0F0F_0F0F == 0x0A0A_0A0A }
}
