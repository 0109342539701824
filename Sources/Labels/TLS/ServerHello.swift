/// A ServerHello's body (RFC 8446 section 4.1.3): what the server chose.
///
///     version 2   random 32   session id 1+n   cipher suite 2   compression 1   extensions 2+n
struct ServerHello {
    /// The version on the wire's old place, as JA3S has it.
    let legacyVersion: Int
    /// The version chosen.
    private(set) var version: Int
    let cipher: Int
    private(set) var extensions: [Int] = []
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
        while position + 4 <= last, let type = payload.u16(position), let size = payload.u16(position + 2) {
            guard position + 4 + size <= last else { return nil }
            extensions.append(type)
            if type == HelloExtension.supportedVersions, size == 2, let chosen = payload.u16(position + 4) {
                self.version = chosen
            }
            if type == HelloExtension.applicationProtocols {
                applicationProtocol = HelloExtension.firstProtocol(payload, position + 4..<position + 4 + size)
            }
            position += 4 + size
        }
    }

    /// Whether the suite is one of RFC 8998: SM4 with SM3.
    var isCommercialCryptography: Bool { cipher == 0x00C6 || cipher == 0x00C7 }

    /// JA3S: the MD5 of version, cipher suite and extensions, in decimal.
    var ja3s: String {
        let list = extensions.map { String($0) }.joined(separator: "-")
        return Fingerprint.md5(Array("\(legacyVersion),\(cipher),\(list)".utf8))
    }

    /// Puts what was read into `attributes`; what the server chose replaces what was offered.
    func add(to attributes: inout LabelAttributes, _ payload: Payload) {
        attributes.set(.tlsVersion, number: version)
        attributes.add(.cipherSuite, number: cipher)
        attributes.add(.ja3s, text: ja3s)
        if let applicationProtocol { attributes.add(.applicationProtocol, payload, applicationProtocol) }
    }
}
