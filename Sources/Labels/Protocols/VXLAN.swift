/// VXLAN (RFC 7348 section 5): the flag for a network identifier, reserved zeros, an Ethernet frame; with the flag for a group
/// policy, its identifier and what was done about it (draft-smith-vxlan-group-policy).
enum VXLAN {
    private static let etherTypes: Set = [0x0800, 0x0806, 0x86DD, 0x8100, 0x88A8, 0x8847, 0x88CC]

    private static let identifierFlag = 0x0800_0000
    private static let policyFlag = 0x8000_0000
    /// What a group policy fills in: "do not learn", "applied", and 16 bits of identifier.
    private static let policyBits = 0x0048_FFFF

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let flags = payload.u32(0),
            flags == identifierFlag || flags & ~policyBits == identifierFlag | policyFlag, payload.u8(7) == 0,
            let type = payload.u16(20), etherTypes.contains(type)
        else {
            return .no
        }
        return .certain(.vxlan)
    }
}
