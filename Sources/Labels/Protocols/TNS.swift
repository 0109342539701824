/// Oracle's transparent network substrate, as seen on the wire: length, checksum 0, type, and in a connect packet versions
/// and the offset of a description.
enum TNS {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let length = payload.u16(0), length == payload.count, length >= 8, payload.u16(2) == 0,
            let type = payload.u8(4), (1...14).contains(type), payload.u16(6) == 0
        else { return .no }
        guard type == 1 else { return .hint(.tns) }
        guard let version = payload.u16(8), (300...330).contains(version), let lowest = payload.u16(10),
            lowest <= version, let offset = payload.u16(26), offset >= 34, offset <= length
        else { return .no }
        return .certain(.tns)
    }
}
