/// A ClientHello's body (RFC 8446 section 4.1.2; DTLS adds a cookie; TLCP has the form of TLS 1.1).
///
///     version 2   random 32   session id 1+n   [cookie 1+n]   cipher suites 2+n   compression 1+n   extensions 2+n
struct ClientHello {
    /// Where a ClientHello came from: JA4 begins with it.
    enum Carrier: UInt8 {
        // t, d, q.
        case tls = 0x74
        case dtls = 0x64
        case quic = 0x71
    }

    private(set) var version = 0
    private(set) var extensionCount = 0
    // Where the lists are in the payload: 16-bit numbers, but for the formats, which have an octet each, and the extensions.
    private(set) var extensions = 0..<0
    private(set) var ciphers = 0..<0
    private(set) var groups = 0..<0
    private(set) var pointFormats = 0..<0
    private(set) var signatureAlgorithms = 0..<0
    private(set) var versions = 0..<0
    private(set) var serverName: Range<Int>?
    private(set) var applicationProtocol: Range<Int>?

    private static let largestList = 1024

    /// The body in `range` of `payload`; nil when lengths do not agree.
    init?(_ payload: Payload, _ range: Range<Int>, over carrier: Carrier) {
        let end = min(range.upperBound, payload.count)
        guard let version = payload.u16(range.lowerBound), let session = payload.u8(range.lowerBound + 34),
            session <= 32
        else { return nil }
        self.version = version
        var position = range.lowerBound + 35 + session
        if carrier == .dtls {
            guard let cookie = payload.u8(position) else { return nil }
            position += 1 + cookie
        }
        guard let suites = payload.u16(position), suites >= 2, suites % 2 == 0, suites <= Self.largestList,
            position + 2 + suites < end, let compressions = payload.u8(position + 2 + suites), compressions >= 1
        else { return nil }
        ciphers = position + 2..<position + 2 + suites
        position += 3 + suites + compressions
        guard position <= end else { return nil }
        guard position < end else { return }
        guard let length = payload.u16(position), position + 2 + length <= end else { return nil }
        let last = position + 2 + length
        position += 2
        extensions = position..<last
        while position + 4 <= last, let type = payload.u16(position), let size = payload.u16(position + 2) {
            guard position + 4 + size <= last, extensionCount < Self.largestList else { return nil }
            extensionCount += 1
            read(type, payload, position + 4..<position + 4 + size)
            position += 4 + size
        }
    }

    private mutating func read(_ type: Int, _ payload: Payload, _ range: Range<Int>) {
        switch type {
        case HelloExtension.serverName:
            // List length, kind 0 (a host name), length.
            guard payload.u8(range.lowerBound + 2) == 0, let length = payload.u16(range.lowerBound + 3),
                range.lowerBound + 5 + length <= range.upperBound
            else { return }
            serverName = range.lowerBound + 5..<range.lowerBound + 5 + length
        case HelloExtension.supportedGroups: groups = HelloExtension.list(payload, range, prefix: 2)
        case HelloExtension.pointFormats:
            // Without this an empty extension would lend its length from the next one.
            guard !range.isEmpty, let length = payload.u8(range.lowerBound) else { return }
            pointFormats = range.lowerBound + 1..<min(range.upperBound, range.lowerBound + 1 + length)
        case HelloExtension.signatureAlgorithms: signatureAlgorithms = HelloExtension.list(payload, range, prefix: 2)
        case HelloExtension.supportedVersions: versions = HelloExtension.list(payload, range, prefix: 1)
        case HelloExtension.applicationProtocols: applicationProtocol = HelloExtension.firstProtocol(payload, range)
        default: break
        }
    }

    /// The highest version that is offered: TLS counts up, DTLS down.
    func highestVersion(_ payload: Payload, over carrier: Carrier) -> Int {
        var highest: Int?
        var place = versions.lowerBound
        while place + 1 < versions.upperBound, let offered = payload.u16(place) {
            place += 2
            guard !HelloExtension.isReserved(offered) else { continue }
            highest = highest.map { carrier == .dtls ? min($0, offered) : max($0, offered) } ?? offered
        }
        return highest ?? version
    }

    /// Puts what was read into the attributes of `flow`.
    func add(to flow: inout LabelContext, _ payload: Payload, over carrier: Carrier) {
        if let serverName { flow.attributes.add(.serverName, payload, serverName) }
        if let applicationProtocol { flow.attributes.add(.applicationProtocol, payload, applicationProtocol) }
        flow.attributes.add(.tlsVersion, number: highestVersion(payload, over: carrier))
        let (wantsJA3, wantsJA4) = (flow.wants(.ja3), flow.wants(.ja4))
        guard wantsJA3 || wantsJA4, flow.allowsFingerprint(of: fingerprintNumbers) else { return }
        var (text, numbers) = (FingerprintText(), FingerprintNumbers())
        if wantsJA3 { flow.attributes.add(.ja3, text: ja3(payload, &text, &numbers)) }
        if wantsJA4 { flow.attributes.add(.ja4, text: ja4(payload, over: carrier, &text, &numbers)) }
    }
}
