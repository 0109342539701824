/// AMQP: both sides of 1.0, and the client of 0-9-1, begin with `AMQP` and a version.
enum AMQP {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.has("AMQP"), let version = payload.u32(4) else { return .no }
        // 0-9-1; 1.0 plain, with TLS, with SASL; 0-8 and 0-9 of old.
        return [0x0000_0901, 0x0001_0000, 0x0201_0000, 0x0301_0000, 0x0101_0800, 0x0101_0009].contains(version)
            ? .certain(.amqp) : .no
    }
}
