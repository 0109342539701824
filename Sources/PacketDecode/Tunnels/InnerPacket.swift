/// Whether an IP packet stands where a tunnel with hardly a header of its own would carry one.
///
/// A port and a nibble are met by chance: a client's ephemeral port may be a tunnel's, and text begins with the nibbles
/// 4 and 6. So the packet's own length must fit what is around it, too.
enum InnerPacket {
    private static let ipv4LengthField = 2
    private static let ipv6LengthField = 4
    private static let smallestIPv4 = 20

    /// `version` is 4 or 6, or nil for either. `octets` is what the datagram has from `position` on, as its own length
    /// says, captured or not. A length of 0 is one that segmentation offload left open.
    static func stands(at position: Int, version: UInt8? = nil, within octets: Int, _ cursor: borrowing Cursor) -> Bool
    {
        guard cursor.remaining >= position &+ ipv6LengthField &+ 2 else { return false }
        let first = cursor.u8(position)
        if let version, first >> 4 != version { return false }
        switch first >> 4 {
        case 4:
            let length = Int(cursor.u16(position &+ ipv4LengthField))
            return first & 0x0F >= 5 && (length == 0 || length >= smallestIPv4) && length <= octets
        case 6: return Int(cursor.u16(position &+ ipv6LengthField)) &+ IPv6.headerLength <= octets
        default: return false
        }
    }
}
