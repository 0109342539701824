/// VXLAN (RFC 7348 section 5): the flag for a network identifier and no other, reserved zeros, an Ethernet frame.
enum VXLAN {
    private static let etherTypes: Set = [0x0800, 0x0806, 0x86DD, 0x8100, 0x88A8, 0x8847, 0x88CC]

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u32(0) == 0x0800_0000, payload.u8(7) == 0, let type = payload.u16(20), etherTypes.contains(type)
        else {
            return .no
        }
        return .certain(.vxlan)
    }
}
