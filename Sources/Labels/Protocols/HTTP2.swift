/// HTTP/2 in clear (RFC 9113 section 3.4), and gRPC on it, told by the content type of the first requests; etcd by its path.
///
/// No header block is decoded: a string of HPACK (RFC 7541) begins on an octet, as it is or in Huffman's code, and both
/// forms of the two that matter are looked for.
enum HTTP2 {
    private static let grpcType = Array("application/grpc".utf8)
    /// The same in Huffman's code, 88 bits.
    private static let grpcTypeCoded: [UInt8] = [0x1D, 0x75, 0xD0, 0x62, 0x0D, 0x26, 0x3D, 0x4C, 0x4D, 0x65, 0x64]
    private static let etcdPath = Array("/etcdserverpb.".utf8)
    /// The first 72 bits of it in Huffman's code.
    private static let etcdPathCoded: [UInt8] = [0x60, 0xA9, 0x24, 0x88, 0x2D, 0x9D, 0xCB, 0x65, 0x71]

    /// Octets that are searched, four times: the first requests' headers are not far from the preface.
    private static let searched = 2048

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.has("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") else {
            // While the client's stream is joined, the server's segments say nothing.
            return flow.label == .http2 ? .certain(.http2).more : .no
        }
        if find(etcdPath, payload) || find(etcdPathCoded, payload) { return .certain(.etcd) }
        return find(grpcType, payload) || find(grpcTypeCoded, payload) ? .certain(.grpc) : .certain(.http2).join
    }

    private static func find(_ octets: [UInt8], _ payload: Payload) -> Bool {
        var start = 24
        while let place = payload.first(octets[0], from: start, before: searched) {
            if octets.indices.allSatisfy({ payload.u8(place + $0) == Int(octets[$0]) }) { return true }
            start = place + 1
        }
        return false
    }
}
