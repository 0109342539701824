/// Counts packets by the way they came. Bounded: what finds no place is counted in one row for the rest.
struct PathTable {
    /// Ways that are told apart.
    static let limit = 64
    private static let prefixOctets = 64

    private struct Row {
        var prefix = InlineArray<64, UInt8>(repeating: 0)
        var prefixCount = 0
        var hook: UInt8 = 0
        var inDevice: UInt32 = 0
        var outDevice: UInt32 = 0
        var packets: UInt64 = 0
        var octets: UInt64 = 0
        var marked: UInt64 = 0
        var lastMark: UInt32 = 0
        var merged: UInt64 = 0

        mutating func count(_ message: NetfilterMessage, octets: UInt32) {
            packets &+= 1
            self.octets &+= UInt64(octets)
            if message.mark != 0 {
                marked &+= 1
                lastMark = message.mark
            }
            if message.isMerged { merged &+= 1 }
        }
    }

    private var rows: [Row] = []
    private var rest = Row()
    /// The row of the last packet: the next one most likely came the same way.
    private var last = 0

    init() { rows.reserveCapacity(Self.limit) }

    /// Counts a packet that had `octets` from its IP header on. `bytes` is the datagram that the message lies in.
    mutating func count(_ message: NetfilterMessage, octets: UInt32, _ bytes: borrowing NetlinkBytes) {
        let prefix = message.prefix.prefix(Self.prefixOctets)
        if last < rows.count, isSame(rows[last], message, prefix, bytes) {
            rows[last].count(message, octets: octets)
            return
        }
        for index in rows.indices where isSame(rows[index], message, prefix, bytes) {
            rows[index].count(message, octets: octets)
            last = index
            return
        }
        guard rows.count < Self.limit else {
            rest.count(message, octets: octets)
            return
        }
        var row = Row()
        row.prefixCount = prefix.count
        for (place, offset) in prefix.enumerated() { row.prefix[place] = bytes.u8(offset) }
        (row.hook, row.inDevice, row.outDevice) = (message.hook, message.inDevice, message.outDevice)
        row.count(message, octets: octets)
        last = rows.count
        // There is room for all rows: nothing is allocated.
        rows.append(row)
    }

    private func isSame(
        _ row: Row, _ message: NetfilterMessage, _ prefix: Range<Int>, _ bytes: borrowing NetlinkBytes
    ) -> Bool {
        guard row.hook == message.hook, row.inDevice == message.inDevice, row.outDevice == message.outDevice,
            row.prefixCount == prefix.count
        else { return false }
        for place in 0..<row.prefixCount where row.prefix[place] != bytes.u8(prefix.lowerBound &+ place) {
            return false
        }
        return true
    }

    /// The rows for people, those that have packets; the one for the rest is the last.
    var paths: [SteeredPath] {
        var paths = rows.map { path($0, SteeredPath.hookName($0.hook)) }
        if rest.packets > 0 { paths.append(path(rest, SteeredPath.rest)) }
        return paths
    }

    private func path(_ row: Row, _ hook: String) -> SteeredPath {
        // What a rule's prefix is made of is its owner's affair: what cannot be shown is a question mark.
        let characters = (0..<row.prefixCount).map { place in
            (0x20..<0x7F).contains(row.prefix[place]) ? row.prefix[place] : 0x3F
        }
        return SteeredPath(
            prefix: String(decoding: characters, as: UTF8.self), hook: hook, inDevice: row.inDevice,
            outDevice: row.outDevice, packets: row.packets, octets: row.octets, marked: row.marked,
            lastMark: row.lastMark, merged: row.merged)
    }
}
