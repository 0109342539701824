/// OPC UA's connection protocol (OPC 10000-6 section 7.1.2): type, chunk, length.
enum OPCUA {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard ["HEL", "ACK", "ERR", "RHE", "OPN", "CLO", "MSG"].contains(where: { payload.has($0) }),
            let chunk = payload.u8(3), [0x46, 0x43, 0x41].contains(chunk), let length = payload.u32LE(4), length >= 12,
            length <= 1 << 20
        else { return .no }
        return length == payload.count ? .certain(.opcUA) : length < payload.count ? .likely(.opcUA) : .hint(.opcUA)
    }
}
