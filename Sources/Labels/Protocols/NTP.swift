/// NTP (RFC 5905 section 7.3).
///
///     +0 leap, version, mode   +1 stratum   +2 poll   +3 precision   +4 root delay   +8 root dispersion   +40 transmit time
enum NTP {
    private static let headerLength = 48
    /// 2000-01-01 in seconds since 1900.
    private static let earliest = 3_155_673_600

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let first = payload.u8(0), (1...4).contains(first >> 3 & 7), let stratum = payload.u8(1),
            let poll = payload.u8(2), let precision = payload.u8(3)
        else { return .no }
        let mode = first & 7
        if mode == 6 || mode == 7 { return flow.uses(123) ? .hint(.ntp) : .no }
        guard payload.count >= headerLength, payload.count % 4 == 0, payload.count <= 1024, mode != 0, stratum <= 16,
            poll <= 17, precision == 0 || precision >= 0xE0, let seconds = payload.u32(40)
        else { return .no }
        // A client may leave everything but its own time empty, or hide even that in random octets.
        if mode == 3 { return payload.isZero(4..<40) && seconds != 0 ? .likely(.ntp) : .hint(.ntp) }
        return seconds >= earliest && precision != 0 ? .likely(.ntp) : .hint(.ntp)
    }
}
