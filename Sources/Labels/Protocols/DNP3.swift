/// DNP3 (IEEE 1815 clause 9): two start octets, length, control, addresses, and a checksum over them.
enum DNP3 {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u16(0) == 0x0564, let length = payload.u8(2), length >= 5, payload.u16LE(8) == checksum(payload)
        else {
            return .no
        }
        return .certain(.dnp3)
    }

    /// CRC-16 with the polynomial 0x3D65, reflected and inverted, over the first eight octets.
    private static func checksum(_ payload: Payload) -> Int {
        var sum = 0
        for position in 0..<8 {
            sum ^= payload.u8(position) ?? 0
            for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xA6BC }
        }
        return ~sum & 0xFFFF
    }
}
