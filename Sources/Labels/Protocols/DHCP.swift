/// DHCP and BOOTP (RFC 2131 section 2): hardware type, and the cookie in front of the options.
enum DHCP {
    private static let cookie = 0x6382_5363
    private static let options = 240

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let operation = payload.u8(0), (1...2).contains(operation), let address = payload.u8(2), address <= 16,
            payload.u32(options - 4) == cookie
        else { return .no }
        var position = options
        while let code = payload.u8(position), code != 255 {
            guard code != 0 else {
                position += 1
                continue
            }
            guard let length = payload.u8(position + 1) else { break }
            if code == 12 { flow.attributes.add(.hostName, payload, position + 2..<position + 2 + length) }
            position += 2 + length
        }
        return .certain(.dhcp)
    }
}
