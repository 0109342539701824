/// Frames that a switch mirrors to somewhere else, in GRE (draft-foschiano-erspan).
///
/// Type I has no header. Type II, eight octets:
///
///     | version (4) | VLAN (12) | class (3) | encapsulation (2) | truncated (1) | session (10) |
///     | reserved (12) | index (20) |
///
/// Type III, twelve octets, the last bit announcing eight more:
///
///     | version (4) | VLAN (12) | class (3) | bad frame (2) | truncated (1) | session (10) |
///     | time stamp (32) |
///     | security group (16) | PDU (1) | frame type (5) | hardware (6) | direction (1) | granularity (2) | optional (1) |
///
/// The time stamp counts units that the granularity names (`MirrorClock`) from a moment that only the switch's marker packets
/// tell, and in units of 100 ns it starts again every seven minutes: a flow's times are those at which the probe saw the
/// copies. What clocks there are is counted.
enum ERSPAN {
    private static let lengthII = 8
    private static let lengthIII = 12
    private static let platformLength = 8
    private static let sessionMask: UInt32 = 0x3FF
    /// The VLAN tag is still in the frame (encapsulation 3).
    private static let keepsTag: UInt32 = 3

    /// Protocol type 0x88BE: with a sequence number (`isNumbered`) type II, without type I.
    static func decode(
        isNumbered: Bool, _ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        guard isNumbered else {
            return path.enter(.erspan, carriesFrames: true, &packet) ? .link(1) : .flow
        }
        guard cursor.remaining >= lengthII else { return damaged(&packet) }
        let word = cursor.u32(0)
        guard path.enter(.erspan, identifier: word & sessionMask, carriesFrames: true, &packet) else { return .flow }
        cursor.skip(lengthII)
        if word >> 11 & 3 != keepsTag { noteVLAN(word, &packet) }
        return .link(1)
    }

    /// Protocol type 0x22EB.
    static func decodeIII(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= lengthIII else { return damaged(&packet) }
        let (word, last) = (cursor.u32(0), cursor.u32(8))
        let length = last & 1 != 0 ? lengthIII &+ platformLength : lengthIII
        guard cursor.remaining >= length else { return damaged(&packet) }
        let isIP = last >> 10 & 0x1F == 2
        guard path.enter(.erspan, identifier: word & sessionMask, carriesFrames: !isIP, &packet) else { return .flow }
        path.setDirection(last >> 3 & 1 == 0 ? .ingress : .egress)
        path.setClock(last >> 1 & 3)
        cursor.skip(length)
        if isIP { return .ip }
        // Whether the frame has kept its tag is not said: if one follows, it is that.
        if !startsWithTag(cursor) { noteVLAN(word, &packet) }
        return .link(1)
    }

    /// The VLAN of the mirrored port, if the switch took the tag out of the frame.
    private static func noteVLAN(_ word: UInt32, _ packet: inout PacketFacts) {
        let identifier = UInt16(truncatingIfNeeded: word >> 16 & 0xFFF)
        if identifier != 0 { VLAN.note(identifier, &packet) }
    }

    private static func startsWithTag(_ cursor: borrowing Cursor) -> Bool {
        guard cursor.remaining >= Ethernet.headerLength else { return false }
        return cursor.u16(12) == 0x8100 || cursor.u16(12) == 0x88A8
    }

    private static func damaged(_ packet: inout PacketFacts) -> Layer {
        packet.note(.innerHeaderDamaged)
        return .flow
    }
}
