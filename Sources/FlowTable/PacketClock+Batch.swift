import PacketDecode

extension PacketClock {
    /// Takes the times of the packets at `indices`, in their order.
    package mutating func observe(_ packets: PacketBatch, _ indices: Range<Int>) {
        guard !indices.isEmpty else { return }
        let range = packets.timeRange(indices)
        if isPlain(earliest: range.earliest, latest: range.latest) {
            advance(to: range.latest)
        } else {
            for index in indices { observe(packets.timestamp(index)) }
        }
    }
}
