/// EtherNet/IP (CIP volume 2): command, length, session, status, context, options 0.
enum EtherNetIP {
    private static let commands: Set = [0x0004, 0x0063, 0x0064, 0x0065, 0x0066, 0x006F, 0x0070]

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let command = payload.u16LE(0), commands.contains(command), let length = payload.u16LE(2),
            length == payload.count - 24, let status = payload.u32LE(8), status <= 0x70, payload.u32LE(20) == 0
        else { return .no }
        return .certain(.etherNetIP)
    }
}
