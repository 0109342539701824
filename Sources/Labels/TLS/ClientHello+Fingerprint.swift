extension ClientHello {
    /// JA3: the MD5 of version, cipher suites, extensions, groups and point formats, in decimal and in the order in which
    /// they came, without reserved values.
    var ja3: String {
        let lists = [ciphers, extensions, groups].map { list in
            list.filter { !HelloExtension.isReserved($0) }.map { String($0) }.joined(separator: "-")
        }
        let formats = pointFormats.map { String($0) }.joined(separator: "-")
        return Fingerprint.md5(Array((["\(version)"] + lists + [formats]).joined(separator: ",").utf8))
    }

    /// JA4: `t13d1516h2_…_…`. Carrier, version, whether there is a server name, numbers of suites and extensions, the first
    /// application protocol's ends; digests of the sorted suites, and of the sorted extensions with the signature
    /// algorithms as they came.
    func ja4(_ payload: Payload, over carrier: Carrier) -> String {
        let suites = ciphers.filter { !HelloExtension.isReserved($0) }
        let kinds = extensions.filter { !HelloExtension.isReserved($0) }
        let hasName = extensions.contains(HelloExtension.serverName)
        let first =
            carrier.rawValue + Self.versionCode(highestVersion(over: carrier)) + (hasName ? "d" : "i")
            + Self.twoDigits(suites.count) + Self.twoDigits(kinds.count) + protocolCode(payload)
        let sorted = kinds.filter { $0 != HelloExtension.serverName && $0 != HelloExtension.applicationProtocols }
            .sorted()
        var tail = Self.list(sorted)
        if !signatureAlgorithms.isEmpty {
            tail += "_" + Self.list(signatureAlgorithms.filter { !HelloExtension.isReserved($0) })
        }
        let none = "000000000000"
        return [
            first, suites.isEmpty ? none : Fingerprint.shortSHA256(Self.list(suites.sorted())),
            sorted.isEmpty ? none : Fingerprint.shortSHA256(tail),
        ].joined(separator: "_")
    }

    private static func list(_ numbers: [Int]) -> String {
        numbers.map { Fingerprint.hexadecimal($0, digits: 4) }.joined(separator: ",")
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(min(number, 99))"
    }

    private static func versionCode(_ version: Int) -> String {
        switch version {
        case 0x0304: "13"
        case 0x0303: "12"
        case 0x0302: "11"
        case 0x0301: "10"
        case 0x0300: "s3"
        case 0x0002: "s2"
        case 0xFEFF: "d1"
        case 0xFEFD: "d2"
        case 0xFEFC: "d3"
        default: "00"
        }
    }

    /// The first and last character of the first application protocol; digits of their codes when one of them is neither
    /// letter nor digit.
    private func protocolCode(_ payload: Payload) -> String {
        guard let range = applicationProtocol, let first = payload.u8(range.lowerBound),
            let last = payload.u8(range.upperBound - 1)
        else { return "00" }
        if Self.isAlphanumeric(first), Self.isAlphanumeric(last) {
            return String(decoding: [UInt8(first), UInt8(last)], as: UTF8.self)
        }
        return Fingerprint.hexadecimal(first >> 4, digits: 1) + Fingerprint.hexadecimal(last & 0xF, digits: 1)
    }

    private static func isAlphanumeric(_ octet: Int) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
    }
}
