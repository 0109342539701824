/// A ServerHello's body (RFC 8446 section 4.1.3): what the server chose.
///
///     version 2   random 32   session id 1+n   cipher suite 2   compression 1   extensions 2+n
struct ServerHello {
    /// The version on the wire's old place, as JA3S has it.
    let legacyVersion: Int
    /// The version chosen.
    private(set) var version: Int
    let cipher: Int
    /// Where the extensions are in the payload, and how many there are.
    private var extensions = 0..<0
    private var extensionCount = 0
    private(set) var applicationProtocol: Range<Int>?

    /// The body in `range` of `payload`; nil when lengths do not agree.
    init?(_ payload: Payload, _ range: Range<Int>) {
        let end = min(range.upperBound, payload.count)
        guard let version = payload.u16(range.lowerBound), let session = payload.u8(range.lowerBound + 34),
            session <= 32,
            let cipher = payload.u16(range.lowerBound + 35 + session), range.lowerBound + 38 + session <= end
        else { return nil }
        (legacyVersion, self.version, self.cipher) = (version, version, cipher)
        var position = range.lowerBound + 38 + session
        guard position < end else { return }
        guard let length = payload.u16(position), position + 2 + length <= end else { return nil }
        let last = position + 2 + length
        position += 2
        extensions = position..<last
        while position + 4 <= last, let type = payload.u16(position), let size = payload.u16(position + 2) {
            guard position + 4 + size <= last else { return nil }
            extensionCount += 1
            if type == HelloExtension.supportedVersions, size == 2, let chosen = payload.u16(position + 4) {
                self.version = chosen
            }
            if type == HelloExtension.applicationProtocols {
                applicationProtocol = HelloExtension.firstProtocol(payload, position + 4..<position + 4 + size)
            }
            position += 4 + size
        }
    }

    /// JA3S: the MD5 of version, cipher suite and extensions, in decimal.
    private func ja3s(_ payload: Payload) -> [UInt8] {
        var (text, numbers) = (FingerprintText(), FingerprintNumbers())
        for number in [legacyVersion, cipher] {
            numbers.removeAll()
            numbers.append(number)
            text.append(decimal: &numbers)
            text.append(0x2C)
        }
        numbers.readTypes(payload, extensions, withReserved: true)
        text.append(decimal: &numbers)
        return text.md5
    }

    /// Puts what was read into the attributes of `flow`; what the server chose replaces what was offered.
    func add(to flow: inout LabelContext, _ payload: Payload) {
        flow.attributes.set(.tlsVersion, number: version)
        flow.attributes.add(.cipherSuite, number: cipher)
        if flow.wants(.ja3s), flow.allowsFingerprint(of: extensionCount) {
            flow.attributes.add(.ja3s, text: ja3s(payload))
        }
        if let applicationProtocol { flow.attributes.add(.applicationProtocol, payload, applicationProtocol) }
    }
}
