import PacketDecode

/// What FuzzFlowLabels's octets stand for: the payloads of one flow, and what they are wrapped in.
///
///     +------+-----------+-----------+-------------+---------------------------------+---
///     | wrap | transport | ports (4) | flags       | length (2) | payload octets     | …
///     +------+-----------+-----------+-------------+---------------------------------+---
///
/// Wrap: bits 0...2 the headers around the transport (`Wrapping`), bit 3 octets behind the IP packet as Ethernet's padding, bit 4
/// room for the payloads of one flow at a time only. Behind it, an input of FuzzLabels: transport 6, 17, 132 or 136, else TCP;
/// flags 1 from the responder, 2 sent again with the sequence number before. A last payload may be cut.
struct FlowInput {
    /// The headers between the link and the transport.
    enum Wrapping: UInt8, CaseIterable {
        case plain, ipv6, taggedWithOptions, extensionHeaders, gre, vxlan, sixInFour, mpls

        /// Tunnels around the flow.
        var depth: UInt8 { self == .gre || self == .vxlan || self == .sixInFour ? 1 : 0 }
        /// Whether the flow is one of IPv6.
        var isIPv6: Bool { self == .ipv6 || self == .extensionHeaders || self == .sixInFour }
    }

    /// One packet of the flow.
    struct Segment {
        var isFromClient: Bool
        var sequence: UInt32
        var payload: [UInt8]
    }

    let wrapping: Wrapping
    let isPadded: Bool
    let isCrowded: Bool
    /// TCP, UDP, SCTP or UDP-Lite by number.
    let transport: UInt8
    let clientPort: UInt16
    let serverPort: UInt16
    let segments: [Segment]

    /// Nil when there is not even a head.
    init?(_ octets: [UInt8]) {
        guard octets.count >= 6 else { return nil }
        wrapping = Wrapping(rawValue: octets[0] & 7) ?? .plain
        isPadded = octets[0] & 8 != 0
        isCrowded = octets[0] & 16 != 0
        transport = [17, 132, 136].contains(octets[1]) ? octets[1] : 6
        clientPort = UInt16(octets[2]) << 8 | UInt16(octets[3])
        serverPort = UInt16(octets[4]) << 8 | UInt16(octets[5])
        var segments: [Segment] = []
        var next: (client: UInt32, server: UInt32) = (1000, 2000)
        var position = 6
        while position + 3 <= octets.count {
            let flags = octets[position]
            let length = min(Int(octets[position + 1]) << 8 | Int(octets[position + 2]), octets.count - position - 3)
            position += 3
            let isFromClient = flags & 1 == 0
            var sequence = isFromClient ? next.client : next.server
            if flags & 2 != 0 {
                sequence &-= UInt32(length)
            } else if isFromClient {
                next.client &+= UInt32(length)
            } else {
                next.server &+= UInt32(length)
            }
            segments.append(
                Segment(
                    isFromClient: isFromClient, sequence: sequence, payload: Array(octets[position..<position + length])
                ))
            position += length
        }
        self.segments = segments
    }

    /// The Ethernet frame of `segment` between the server and client number `client`; nil for the SYN that begins a
    /// connection of TCP.
    func frame(_ segment: Segment?, client: UInt8) -> [UInt8] {
        let isFromClient = segment?.isFromClient ?? true
        let inner = transportPacket(segment)
        var packet: [UInt8]
        var type: [UInt8] = [0x08, 0x00]
        switch wrapping {
        case .plain: packet = Self.ipv4(transport, inner, isFromClient, client)
        case .ipv6:
            packet = Self.ipv6(transport, inner, isFromClient, client)
            type = [0x86, 0xDD]
        case .taggedWithOptions:
            packet = Self.ipv4(transport, inner, isFromClient, client, options: [1, 1, 1, 0])
            type = [0x81, 0x00, 0x00, 0x07, 0x08, 0x00]
        case .extensionHeaders:
            let options: [UInt8] = [60, 0, 1, 4, 0, 0, 0, 0, transport, 0, 1, 4, 0, 0, 0, 0]
            packet = Self.ipv6(0, options + inner, isFromClient, client)
            type = [0x86, 0xDD]
        case .gre:
            packet = Self.ipv4(47, [0, 0, 8, 0] + Self.ipv4(transport, inner, isFromClient, client), isFromClient, 99)
        case .vxlan:
            let carried = Self.ethernet([8, 0], Self.ipv4(transport, inner, isFromClient, client), isFromClient)
            let header: [UInt8] =
                [0xC0, 0x01, 0x12, 0xB5] + Self.be16(carried.count + 16) + [0, 0, 8, 0, 0, 0, 0, 0, 5, 0]
            packet = Self.ipv4(17, header + carried, isFromClient, 99)
        case .sixInFour:
            packet = Self.ipv4(41, Self.ipv6(transport, inner, isFromClient, client), isFromClient, 99)
        case .mpls:
            packet = [0, 1, 1, 64] + Self.ipv4(transport, inner, isFromClient, client)
            type = [0x88, 0x47]
        }
        if isPadded { packet += [0x55, 0x55, 0x55] }
        return Self.ethernet(type, packet, isFromClient)
    }

    /// Transport header and payload. TCP has options where IPv4 has some.
    private func transportPacket(_ segment: Segment?) -> [UInt8] {
        let payload = segment?.payload ?? []
        let isFromClient = segment?.isFromClient ?? true
        let ports =
            isFromClient ? Self.be16(clientPort) + Self.be16(serverPort) : Self.be16(serverPort) + Self.be16(clientPort)
        switch transport {
        case 17: return ports + Self.be16(payload.count + 8) + [0, 0] + payload
        case 136: return ports + [0, 8, 0, 0] + payload
        case 132:
            // A chunk of data, padded to four octets.
            let head: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0, 0, 3] + Self.be16(payload.count + 16)
            return ports + head + Array(repeating: 0, count: 12) + payload
                + Array(repeating: 0, count: -payload.count & 3)
        default:
            let words = wrapping == .taggedWithOptions ? 8 : 5
            let sequence = segment?.sequence ?? 999
            return ports + Self.be16(sequence >> 16) + Self.be16(sequence & 0xFFFF) + [0, 0, 0, 0]
                + [UInt8(words << 4), segment == nil ? 0x02 : 0x18, 0x20, 0, 0, 0, 0, 0]
                + Array(repeating: 1, count: words * 4 - 20) + payload
        }
    }

    private static func be16(_ value: some BinaryInteger) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
    }

    private static func ethernet(_ type: [UInt8], _ packet: [UInt8], _ isFromClient: Bool) -> [UInt8] {
        let (client, server): ([UInt8], [UInt8]) = ([0, 0x53, 0, 0, 0, 1], [0, 0x53, 0, 0, 0, 2])
        return (isFromClient ? server + client : client + server) + type + packet
    }

    /// Addresses are from the ranges for documentation (RFC 5737, RFC 3849).
    private static func ipv4(
        _ number: UInt8, _ payload: [UInt8], _ isFromClient: Bool, _ client: UInt8, options: [UInt8] = []
    ) -> [UInt8] {
        let addresses: ([UInt8], [UInt8]) = ([192, 0, 2, client], [198, 51, 100, 7])
        return [0x45 + UInt8(options.count / 4), 0] + be16(20 + options.count + payload.count)
            + [0, 7, 0, 0, 64, number, 0, 0] + (isFromClient ? addresses.0 : addresses.1)
            + (isFromClient ? addresses.1 : addresses.0) + options + payload
    }

    private static func ipv6(_ next: UInt8, _ payload: [UInt8], _ isFromClient: Bool, _ client: UInt8) -> [UInt8] {
        func host(_ last: [UInt8]) -> [UInt8] { [0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 10) + last }
        return [0x60, 0, 0, 0] + be16(payload.count) + [next, 64]
            + (isFromClient ? host([0, client]) + host([7, 7]) : host([7, 7]) + host([0, client])) + payload
    }
}
