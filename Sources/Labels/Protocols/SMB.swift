/// SMB over TCP (MS-SMB2 section 2.1, MS-CIFS): four octets with a length, then 0xFF, 0xFE or 0xFD and `SMB`. A client that
/// begins with version 1 to find out what the server speaks is answered in version 2.
enum SMB {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u8(0) == 0, let length = payload.u24(1), length >= 32, payload.has("SMB", at: 5) else {
            return .no
        }
        switch payload.u8(4) {
        case 0xFE, 0xFD, 0xFC: return .certain(.smb)
        case 0xFF: return flow.isFromInitiator ? .certain(.smb1).more : .certain(.smb1)
        default: return .no
        }
    }
}
