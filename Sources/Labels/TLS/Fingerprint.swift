/// Digests in hexadecimal, as fingerprints are written. They identify software; nothing is protected by them.
enum Fingerprint {
    /// The first `digits` of `octets` in hexadecimal, an even number, in lower case.
    static func hexadecimal(_ octets: some Sequence<UInt8>, digits: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(digits)
        for octet in octets where text.count < digits {
            text.append(digit(Int(octet) >> 4))
            text.append(digit(Int(octet)))
        }
        return text
    }

    /// The digit of the lowest four bits of `value`.
    @inline(__always)
    static func digit(_ value: Int) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value & 0xF)
        return value < 10 ? 0x30 &+ value : 0x57 &+ value
    }
}
