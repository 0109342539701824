/// Cassandra's CQL binary protocol, versions 3 to 5: version with a direction bit, flags, stream, operation, length.
enum Cassandra {
    /// What connections between nodes begin with.
    private static let internodeMagic = 0xCA55_2DFA

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        if payload.u32(0) == internodeMagic { return .likely(.cassandra) }
        guard let version = payload.u8(0), (1...5).contains(version & 0x7F), let flags = payload.u8(1), flags <= 0x1F
        else {
            return .no
        }
        // Versions 1 and 2 have a stream of one octet.
        let header = version & 0x7F >= 3 ? 9 : 8
        guard let operation = payload.u8(header - 5), operation <= 0x10, let length = payload.u32(header - 4),
            length == payload.count - header
        else { return .no }
        let isResponse = version & 0x80 != 0
        switch operation {
        case 0x01 where !isResponse:
            return payload.firstFolded("cql_version", in: header..<payload.count) != nil ? .certain(.cassandra) : .no
        case 0x06 where isResponse:
            return payload.firstFolded("cql_version", in: header..<payload.count) != nil ? .certain(.cassandra) : .no
        case 0x05 where !isResponse && length == 0, 0x02 where isResponse && length == 0: return .hint(.cassandra)
        case 0x07 where !isResponse: return payload.u32(header) == length - 4 ? .likely(.cassandra) : .hint(.cassandra)
        default: return .no
        }
    }
}
