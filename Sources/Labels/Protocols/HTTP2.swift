/// HTTP/2 in clear (RFC 9113 section 3.4), and gRPC on it, told by the content type of the first requests; etcd by its path.
///
/// No header block is decoded: a string of HPACK (RFC 7541) begins on an octet, as it is or in Huffman's code, and both
/// forms of the two that matter are looked for.
enum HTTP2 {
    /// `application/grpc` in Huffman's code, 88 bits.
    private static let grpcTypeCoded: [UInt8] = [0x1D, 0x75, 0xD0, 0x62, 0x0D, 0x26, 0x3D, 0x4C, 0x4D, 0x65, 0x64]
    /// The first 72 bits of `/etcdserverpb.` in Huffman's code.
    private static let etcdPathCoded: [UInt8] = [0x60, 0xA9, 0x24, 0x88, 0x2D, 0x9D, 0xCB, 0x65, 0x71]
    /// Octets that are searched: the first requests' headers are not far from the preface.
    private static let searched = 1024

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.has("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") else {
            // While the client's stream is joined, the server's segments say nothing.
            return flow.label == .http2 ? .certain(.http2).more : .no
        }
        var isGRPC = false
        for place in 24..<max(24, min(payload.count, searched)) {
            switch payload.u8(place) {
            case 0x2F where payload.has("/etcdserverpb.", at: place): return .certain(.etcd)
            case 0x60 where has(etcdPathCoded, payload, at: place): return .certain(.etcd)
            case 0x61 where payload.has("application/grpc", at: place): isGRPC = true
            case 0x1D where has(grpcTypeCoded, payload, at: place): isGRPC = true
            default: break
            }
        }
        return isGRPC ? .certain(.grpc) : .certain(.http2).join
    }

    private static func has(_ octets: [UInt8], _ payload: Payload, at place: Int) -> Bool {
        // The second octet tells nearly always.
        guard payload.u8(place + 1) == Int(octets[1]) else { return false }
        return octets.indices.allSatisfy { payload.u8(place + $0) == Int(octets[$0]) }
    }
}
