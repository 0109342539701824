/// What flow exporters send: IPFIX (RFC 7011), NetFlow 5 and 9 (RFC 3954), sFlow 5.
enum FlowExport {
    static func inspectIPFIX(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u16(0) == 10, let length = payload.u16(2), length >= 20,
            flow.transport == .tcp || length == payload.count
        else { return .no }
        return hasSets(payload, from: 16, to: min(length, payload.count), lowest: 2) ? .certain(.ipfix) : .no
    }

    static func inspectNetFlow(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let version = payload.u16(0), let count = payload.u16(2), count >= 1 else { return .no }
        if version == 5 {
            return count <= 30 && payload.count == 24 + 48 * count ? .certain(.netflow) : .no
        }
        guard version == 9, count <= 1000 else { return .no }
        return hasSets(payload, from: 20, to: payload.count, lowest: 0) ? .certain(.netflow) : .no
    }

    /// Whether sets, each with an id and a length, fill what lies between `start` and `end`.
    private static func hasSets(_ payload: Payload, from start: Int, to end: Int, lowest: Int) -> Bool {
        var position = start
        while position < end {
            guard let id = payload.u16(position), id >= 256 || (lowest...lowest + 1).contains(id),
                let length = payload.u16(position + 2), length >= 4
            else { return false }
            // A TCP segment may end within a set, after one that was whole.
            if position + length > end { return position > start }
            position += length
        }
        return position > start
    }

    /// sFlow: version, kind of the agent's address, the address, sub-agent, sequence, uptime, samples.
    static func inspectSFlow(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u32(0) == 5, let kind = payload.u32(4), kind == 1 || kind == 2 else { return .no }
        let samples = kind == 1 ? 24 : 36
        guard let count = payload.u32(samples), (1...200).contains(count), let format = payload.u32(samples + 4),
            format & 0xFFF <= 16, let length = payload.u32(samples + 8), length >= 8,
            samples + 12 + length <= payload.count
        else { return .no }
        return .certain(.sflow)
    }
}
