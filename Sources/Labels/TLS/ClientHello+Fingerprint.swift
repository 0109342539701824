extension ClientHello {
    /// Extensions, of which each is in both fingerprints and read apart for each, that a fingerprint is made of at most; clients
    /// have up to two dozen.
    private static let extensionLimit = 44

    /// Numbers that JA3 and JA4 are made of together: suites and extensions, which are in both, groups, formats and algorithms.
    /// More than any limit when there are too many extensions.
    var fingerprintNumbers: Int {
        guard extensionCount <= Self.extensionLimit else { return .max }
        return 2 * (ciphers.count / 2 + extensionCount) + groups.count / 2 + pointFormats.count + signatureAlgorithms
            .count / 2
    }

    /// JA3: the MD5 of version, cipher suites, extensions, groups and point formats, in decimal and in the order in which
    /// they came, without reserved values. `text` and `numbers` are places to work in.
    func ja3(_ payload: Payload, _ text: inout FingerprintText, _ numbers: inout FingerprintNumbers) -> [UInt8] {
        text.removeAll()
        numbers.removeAll()
        numbers.append(version)
        text.append(decimal: &numbers)
        text.append(Self.comma)
        numbers.read(payload, ciphers)
        text.append(decimal: &numbers)
        text.append(Self.comma)
        numbers.readTypes(payload, extensions)
        text.append(decimal: &numbers)
        text.append(Self.comma)
        numbers.read(payload, groups)
        text.append(decimal: &numbers)
        text.append(Self.comma)
        numbers.removeAll()
        for place in pointFormats { numbers.append(payload.u8(place) ?? 0) }
        text.append(decimal: &numbers)
        return text.md5
    }

    /// JA4: `t13d1516h2_…_…`. Carrier, version, whether there is a server name, numbers of suites and extensions, the first
    /// application protocol's ends; digests of the sorted suites, and of the sorted extensions with the signature
    /// algorithms as they came. `text` and `numbers` are places to work in.
    func ja4(
        _ payload: Payload, over carrier: Carrier, _ text: inout FingerprintText, _ numbers: inout FingerprintNumbers
    ) -> [UInt8] {
        text.removeAll()
        numbers.read(payload, ciphers)
        let suiteCount = numbers.count
        numbers.sort()
        text.append(hexadecimal: &numbers)
        let suites = suiteCount == 0 ? Self.none : text.shortSHA256

        numbers.readTypes(payload, extensions)
        let kindCount = numbers.count
        var hasName = false
        numbers.removeAll {
            if $0 == HelloExtension.serverName { hasName = true }
            return $0 == HelloExtension.serverName || $0 == HelloExtension.applicationProtocols
        }
        let hasKinds = numbers.count > 0
        numbers.sort()
        text.removeAll()
        text.append(hexadecimal: &numbers)
        if !signatureAlgorithms.isEmpty {
            text.append(Self.underscore)
            numbers.read(payload, signatureAlgorithms)
            text.append(hexadecimal: &numbers)
        }
        let kinds = hasKinds ? text.shortSHA256 : Self.none

        var code: [UInt8] = []
        code.reserveCapacity(36)
        code.append(carrier.rawValue)
        Self.append(Self.versionCode(highestVersion(payload, over: carrier)), to: &code)
        // d, i.
        code.append(hasName ? 0x64 : 0x69)
        Self.append(Self.twoDigits(suiteCount), to: &code)
        Self.append(Self.twoDigits(kindCount), to: &code)
        Self.append(protocolCode(payload), to: &code)
        code.append(Self.underscore)
        code += suites
        code.append(Self.underscore)
        code += kinds
        return code
    }

    private static let comma: UInt8 = 0x2C
    private static let underscore: UInt8 = 0x5F
    /// Instead of the digest of nothing.
    private static let none = [UInt8](repeating: 0x30, count: 12)

    private static func append(_ characters: (UInt8, UInt8), to code: inout [UInt8]) {
        code.append(characters.0)
        code.append(characters.1)
    }

    private static func twoDigits(_ number: Int) -> (UInt8, UInt8) {
        let number = UInt8(min(number, 99))
        return (0x30 + number / 10, 0x30 + number % 10)
    }

    /// Two characters for a version of TLS or DTLS.
    private static func versionCode(_ version: Int) -> (UInt8, UInt8) {
        switch version {
        case 0x0304: (0x31, 0x33)
        case 0x0303: (0x31, 0x32)
        case 0x0302: (0x31, 0x31)
        case 0x0301: (0x31, 0x30)
        // s3, s2: the versions of SSL.
        case 0x0300: (0x73, 0x33)
        case 0x0002: (0x73, 0x32)
        // d1 to d3.
        case 0xFEFF: (0x64, 0x31)
        case 0xFEFD: (0x64, 0x32)
        case 0xFEFC: (0x64, 0x33)
        default: (0x30, 0x30)
        }
    }

    /// The first and last character of the first application protocol; digits of their codes when one of them is neither
    /// letter nor digit.
    private func protocolCode(_ payload: Payload) -> (UInt8, UInt8) {
        guard let range = applicationProtocol, let first = payload.u8(range.lowerBound),
            let last = payload.u8(range.upperBound - 1)
        else { return (0x30, 0x30) }
        if Self.isAlphanumeric(first), Self.isAlphanumeric(last) { return (UInt8(first), UInt8(last)) }
        return (Fingerprint.digit(first >> 4), Fingerprint.digit(last))
    }

    private static func isAlphanumeric(_ octet: Int) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
    }
}
