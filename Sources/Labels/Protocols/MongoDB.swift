/// MongoDB: length, request, the request answered, operation; then flags and a section or a collection's name.
enum MongoDB {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let length = payload.u32LE(0), length >= 21, length <= 48_000_000, let operation = payload.u32LE(12)
        else {
            return .no
        }
        switch operation {
        case 2013:
            // Checksum, more to come, exhaust; a body or a document sequence, whose size fits.
            guard let flags = payload.u32LE(16), flags & ~0x1_0003 == 0, let kind = payload.u8(20), kind <= 1,
                let size = payload.u32LE(21), size >= 5, size <= length - 21
            else { return .no }
        case 2004:
            guard let flags = payload.u32LE(16), flags < 0x100, let end = payload.first(0, from: 20, before: 150),
                end > 20, payload.isText(20..<end)
            else { return .no }
        case 2012:
            guard payload.u32LE(16) == 2013 || payload.u32LE(16) == 2004, let compressor = payload.u8(24),
                compressor <= 3
            else { return .no }
        case 1:
            guard length >= 36, let count = payload.u32LE(32), count <= 1000, let flags = payload.u32LE(16), flags < 16,
                payload.u32LE(8) != 0
            else { return .no }
            return .hint(.mongoDB)
        default: return .no
        }
        return .certain(.mongoDB)
    }
}
