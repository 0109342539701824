/// RADIUS (RFC 2865 section 3): code, identifier, length, authenticator, and attributes that fill the rest.
enum RADIUS {
    private static let codes: Set = [1, 2, 3, 4, 5, 11, 12, 13, 40, 41, 42, 43, 44, 45]
    private static let mostAttributes = 256

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let code = payload.u8(0), codes.contains(code), let length = payload.u16(2), length >= 20,
            length <= payload.count
        else { return .no }
        var position = 20
        var attributes = 0
        while position < length {
            guard attributes < mostAttributes, let type = payload.u8(position), type != 0,
                let size = payload.u8(position + 1), size >= 2,
                position + size <= length
            else { return .no }
            attributes += 1
            position += size
        }
        return attributes >= 2 ? .certain(.radius) : .hint(.radius)
    }
}
