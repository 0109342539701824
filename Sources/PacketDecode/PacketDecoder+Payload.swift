extension PacketDecoder {
    /// Where, among the captured octets of packet `index` of `batch`, the payload of its transport protocol lies; nil
    /// when it has none, or none that was captured: later fragments, cut headers, protocols without ports. `depth` is how
    /// many tunnels the flow is inside: none beyond them is followed.
    ///
    /// Decodes the packet again, header by header: payloads are looked at for the first few packets of a flow, and what
    /// every packet would have to carry along for their sake costs more. Counts nothing.
    package func payload(of batch: PacketBatch, _ index: Int, depth: UInt8 = 0) -> Range<Int>? {
        atTransport(of: batch, index, depth) { cursor, facts in
            guard facts.payloadOctets > 0, let header = Self.transportHeader(cursor, facts.protocolIdentifier),
                header.start < cursor.remaining
            else { return nil }
            let count = min(cursor.remaining &- header.start, header.payload ?? .max, Int(facts.payloadOctets))
            guard count > 0 else { return nil }
            return cursor.offset &+ header.start..<cursor.offset &+ header.start &+ count
        }
    }

    /// Calls `body` with a cursor at the transport header of packet `index` of `batch`, up to the end of what was captured,
    /// and the packet's facts; nil without calling it where there is no header with ports.
    @inline(__always)
    func atTransport<Result>(
        of batch: PacketBatch, _ index: Int, _ depth: UInt8, _ body: (borrowing Cursor, PacketFacts) -> Result?
    ) -> Result? {
        let octets = batch.octets(index)
        // SAFETY: octets are octets, whatever they are looked at as; the span is the batch's, which outlives this call.
        let bytes = unsafe octets.bytes
        let wire = batch.wireLength(index)
        let walk = HeaderWalk(bytes, linkType: batch.linkType(index), wireLength: wire, depth: depth)
        guard walk.end.space == .flow, walk.facts.flags.contains(.ports), !walk.facts.isLaterFragment,
            let transport = walk.transport
        else { return nil }
        var cursor = Cursor(bytes)
        cursor.truncate(to: wire)
        cursor.skip(transport)
        return body(cursor, walk.facts)
    }

    /// Octets of the header at `cursor`, and of the payload if the header says so.
    private static func transportHeader(_ cursor: borrowing Cursor, _ number: UInt8) -> (start: Int, payload: Int?)? {
        switch number {
        case 6:
            guard cursor.remaining >= 13 else { return nil }
            return (Int(cursor.u8(12) >> 4) &* 4, nil)
        case 17:
            guard cursor.remaining >= 8 else { return nil }
            // Length 0 is a jumbogram's.
            let length = Int(cursor.u16(4))
            return (8, length >= 8 ? length &- 8 : nil)
        case 136: return (8, nil)
        case 132: return sctpData(cursor)
        default: return nil
        }
    }

    /// Chunks among which data is looked for: acknowledgements and errors may stand in front, and a packet of 64 KiB has room for 16,000
    /// that say nothing.
    private static let sctpChunkLimit = 16

    /// The first DATA chunk of an SCTP packet (RFC 9260 section 3.3.1): its payload stands behind type, flags, length,
    /// and three words.
    private static func sctpData(_ cursor: borrowing Cursor) -> (start: Int, payload: Int?)? {
        var position = 12
        for _ in 0..<sctpChunkLimit where cursor.remaining &- position >= 4 {
            let length = Int(cursor.u16(position &+ 2))
            guard length >= 4 else { return nil }
            if cursor.u8(position) == 0 { return length > 16 ? (position &+ 16, length &- 16) : nil }
            position &+= (length &+ 3) & ~3
        }
        return nil
    }
}
