/// A ClientHello's body (RFC 8446 section 4.1.2; DTLS adds a cookie; TLCP has the form of TLS 1.1).
///
///     version 2   random 32   session id 1+n   [cookie 1+n]   cipher suites 2+n   compression 1+n   extensions 2+n
struct ClientHello {
    /// Where a ClientHello came from: JA4 begins with it.
    enum Carrier: String {
        case tls = "t"
        case dtls = "d"
        case quic = "q"
    }

    private(set) var version = 0
    private(set) var ciphers: [Int] = []
    private(set) var extensions: [Int] = []
    private(set) var groups: [Int] = []
    private(set) var pointFormats: [Int] = []
    private(set) var signatureAlgorithms: [Int] = []
    private(set) var versions: [Int] = []
    private(set) var serverName: Range<Int>?
    private(set) var applicationProtocol: Range<Int>?

    private static let largestList = 1024
    /// Suites, extensions, groups, formats and algorithms in all, beyond which there are no fingerprints: they are written out
    /// one by one, and no client has as many.
    private static let fingerprintLimit = 192

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
        ciphers = HelloExtension.numbers(payload, position + 2..<position + 2 + suites)
        position += 3 + suites + compressions
        guard position <= end else { return nil }
        guard position < end else { return }
        guard let length = payload.u16(position), position + 2 + length <= end else { return nil }
        let last = position + 2 + length
        position += 2
        while position + 4 <= last, let type = payload.u16(position), let size = payload.u16(position + 2) {
            guard position + 4 + size <= last, extensions.count < Self.largestList else { return nil }
            extensions.append(type)
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
            let formats = range.lowerBound + 1..<min(range.upperBound, range.lowerBound + 1 + length)
            pointFormats = formats.isEmpty ? [] : formats.compactMap { payload.u8($0) }
        case HelloExtension.signatureAlgorithms: signatureAlgorithms = HelloExtension.list(payload, range, prefix: 2)
        case HelloExtension.supportedVersions: versions = HelloExtension.list(payload, range, prefix: 1)
        case HelloExtension.applicationProtocols: applicationProtocol = HelloExtension.firstProtocol(payload, range)
        default: break
        }
    }

    /// The highest version that is offered: TLS counts up, DTLS down.
    func highestVersion(over carrier: Carrier) -> Int {
        let offered = versions.filter { !HelloExtension.isReserved($0) }
        return (carrier == .dtls ? offered.min() : offered.max()) ?? version
    }

    /// Puts what was read into `attributes`.
    func add(to attributes: inout LabelAttributes, _ payload: Payload, over carrier: Carrier) {
        if let serverName { attributes.add(.serverName, payload, serverName) }
        if let applicationProtocol { attributes.add(.applicationProtocol, payload, applicationProtocol) }
        attributes.add(.tlsVersion, number: highestVersion(over: carrier))
        let lists = [ciphers, extensions, groups, pointFormats, signatureAlgorithms]
        guard lists.reduce(0, { $0 + $1.count }) <= Self.fingerprintLimit else { return }
        attributes.add(.ja3, text: ja3)
        attributes.add(.ja4, text: ja4(payload, over: carrier))
    }
}
