/// SNMP: versions 1 and 2c (RFC 3416, RFC 1157), whose community is never kept, and 3 (RFC 3412).
enum SNMP {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let message = BER.element(payload, 0, BER.sequence), message.contents.upperBound >= payload.count,
            let (version, next) = BER.integer(payload, message.contents.lowerBound), version <= 3,
            let second = BER.element(payload, next)
        else { return .no }
        if version == 3 {
            // Message id, largest size, flags, security model.
            guard second.tag == BER.sequence,
                let (_, size) = BER.integer(payload, second.contents.lowerBound),
                let (_, flags) = BER.integer(payload, size), let octet = BER.element(payload, flags, BER.octetString),
                octet.contents.count == 1
            else { return .no }
            return .certain(.snmp)
        }
        guard version <= 1, second.tag == BER.octetString,
            let operation = BER.element(payload, second.contents.upperBound), (0xA0...0xA8).contains(operation.tag),
            operation.contents.upperBound == message.contents.upperBound
        else { return .no }
        return .certain(.snmp)
    }
}
