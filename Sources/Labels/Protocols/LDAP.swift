/// LDAP (RFC 4511 section 4.1.1): a sequence of a message id and an operation, which is an application tag. CLDAP is the
/// same over UDP.
enum LDAP {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let message = BER.element(payload, 0, BER.sequence), message.contents.count >= 5,
            let (_, next) = BER.integer(payload, message.contents.lowerBound),
            let operation = BER.element(payload, next), operations.contains(operation.tag),
            operation.contents.upperBound <= message.contents.upperBound
        else { return .no }
        switch operation.tag {
        case 0x60:
            // A bind request begins with a version.
            guard let (version, _) = BER.integer(payload, operation.contents.lowerBound), (1...127).contains(version)
            else {
                return .no
            }
        case 0x61, 0x65, 0x78:
            // A result begins with a code.
            guard payload.u16(operation.contents.lowerBound) == 0x0A01 else { return .no }
        case 0x63, 0x64:
            guard payload.u8(operation.contents.lowerBound) == BER.octetString else { return .no }
        default: return .hint(.ldap)
        }
        return .certain(.ldap)
    }

    /// Bind, unbind, search, modify, add, delete, rename, compare, abandon, extended, intermediate.
    private static let operations: Set = [
        0x60, 0x61, 0x42, 0x63, 0x64, 0x65, 0x73, 0x66, 0x67, 0x68, 0x69, 0x4A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x50,
        0x77, 0x78, 0x79,
    ]
}
