/// The subject of an X.509 certificate (RFC 5280 section 4.1), as far as it has a name for people.
enum Certificate {
    /// 2.5.4.3 and 2.5.4.10.
    private static let commonName = 3
    private static let organisation = 10

    /// Where the certificate at `start` has its subject's common name, or its organisation when it has none.
    static func subjectName(_ payload: Payload, at start: Int) -> Range<Int>? {
        guard let certificate = BER.element(payload, start, BER.sequence),
            let signed = BER.element(payload, certificate.contents.lowerBound, BER.sequence)
        else { return nil }
        var position = signed.contents.lowerBound
        if let version = BER.element(payload, position, 0xA0) { position = version.contents.upperBound }
        // Serial number, signature algorithm, issuer, validity.
        for tag in [BER.integer, BER.sequence, BER.sequence, BER.sequence] {
            guard let element = BER.element(payload, position, tag) else { return nil }
            position = element.contents.upperBound
        }
        guard let subject = BER.element(payload, position, BER.sequence) else { return nil }
        var found: Range<Int>?
        position = subject.contents.lowerBound
        while position < subject.contents.upperBound, let name = BER.element(payload, position, BER.set) {
            if let pair = BER.element(payload, name.contents.lowerBound, BER.sequence),
                let type = BER.element(payload, pair.contents.lowerBound, BER.objectIdentifier),
                type.contents.count == 3,
                payload.u16(type.contents.lowerBound) == 0x5504,
                let value = BER.element(payload, type.contents.upperBound), value.contents.upperBound <= payload.count
            {
                let kind = payload.u8(type.contents.lowerBound + 2)
                if kind == commonName { return value.contents }
                if kind == organisation, found == nil { found = value.contents }
            }
            position = name.contents.upperBound
        }
        return found
    }
}
