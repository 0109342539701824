/// NetBIOS over TCP and UDP (RFC 1002): names, datagrams and sessions.
enum NetBIOS {
    /// An encoded name: a length, 32 letters from A to P, and the end of the scope.
    private static let encodedLength = 32

    /// Name service: the header of DNS, and a question or record with an encoded name.
    static func inspectName(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let questions = payload.u16(4), let answers = payload.u16(6), questions + answers == 1,
            let name = name(payload, at: 12), let type = payload.u16(12 + encodedLength + 2),
            [0x20, 0x21].contains(type),
            payload.u16(12 + encodedLength + 4) == 1
        else { return .no }
        flow.attributes.add(.hostName, text: name)
        return .certain(.netbiosName)
    }

    /// Datagram service: type, flags, datagram id, source address and port, length, offset, names.
    static func inspectDatagram(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let type = payload.u8(0), (0x10...0x16).contains(type), let flags = payload.u8(1), flags < 0x10 else {
            return .no
        }
        guard (0x10...0x12).contains(type), let name = name(payload, at: 14) else { return .no }
        flow.attributes.add(.hostName, text: name)
        return .certain(.netbiosDatagram)
    }

    /// Session service: a request names both ends; a positive answer is four octets.
    static func inspectSession(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u8(0) == 0x81, payload.u8(1) == 0, let length = payload.u16(2), length == payload.count - 4,
            name(payload, at: 4) != nil, name(payload, at: 4 + encodedLength + 2) != nil
        else { return .no }
        return .certain(.netbiosSession)
    }

    /// The encoded name at `position`, without the blanks at its end and the type octet.
    private static func name(_ payload: Payload, at position: Int) -> [UInt8]? {
        guard payload.u8(position) == encodedLength, payload.u8(position + 1 + encodedLength) == 0 else { return nil }
        var name: [UInt8] = []
        for index in 0..<encodedLength / 2 {
            guard let high = payload.u8(position + 1 + 2 * index), let low = payload.u8(position + 2 + 2 * index),
                (0x41...0x50).contains(high), (0x41...0x50).contains(low)
            else { return nil }
            name.append(UInt8((high - 0x41) << 4 | (low - 0x41)))
        }
        name.removeLast()
        while name.last == 0x20 { name.removeLast() }
        return name
    }
}
