/// What a generated packet says, before it is bytes.
struct PacketDescription {
    var flow: FlowIdentity
    var fromClient: Bool
    /// The payload of TCP or UDP, in octets: at most `FrameBuilder.maximumPayload`.
    var payloadLength: Int
    /// TCP header fields; not used for UDP.
    var flags: UInt8 = 0
    var sequence: UInt32 = 0
    var acknowledgement: UInt32 = 0
    /// IPv4's identification; not used for IPv6.
    var identification: UInt16 = 0
}

/// TCP flags (RFC 9293 section 3.1).
enum TCPFlags {
    static let fin: UInt8 = 0x01
    static let syn: UInt8 = 0x02
    static let rst: UInt8 = 0x04
    static let psh: UInt8 = 0x08
    static let ack: UInt8 = 0x10
}

/// Writes Ethernet frames with correct lengths and checksums, as fast as the bytes can be stored.
///
/// Frames end before the FCS, and are padded with zeros to 60 octets as Ethernet demands. Every payload is the start
/// of one random text whose sums are known, so that checksums cost the same for any length.
struct FrameBuilder {
    static let maximumPayload = 1472
    static let ethernetHeader = 14
    static let shortestFrame = 60

    private var payload: [UInt64]
    /// The sum of the payload's first n octets as big-endian 16-bit words, an odd last octet as a high one.
    private var payloadSums: [UInt32]

    /// A builder whose payload text follows from `seed`.
    init(seed: UInt64) {
        var random = RandomSource(seed: seed)
        payload = (0..<(Self.maximumPayload / 8)).map { _ in random.next() }
        payloadSums = [0]
        var even: UInt32 = 0
        for offset in 0..<Self.maximumPayload {
            let octet = UInt32(truncatingIfNeeded: (payload[offset / 8] >> UInt64(offset % 8 * 8)) & 0xff)
            if offset % 2 == 0 {
                payloadSums.append(even + octet << 8)
            } else {
                even = payloadSums[offset] + octet
                payloadSums.append(even)
            }
        }
    }

    /// The payload that makes an IP packet `octets` long, at least 0.
    @inline(__always)
    static func payload(ofIPLength octets: Int, _ flow: FlowIdentity) -> Int {
        max(0, octets - (flow.isIPv6 ? 40 : 20) - (flow.protocolIdentifier == FlowIdentity.tcp ? 20 : 8))
    }

    /// Writes the packet's frame at `offset`, and returns its length. `bytes` must have room for the longest frame.
    @inline(__always)
    func write(_ packet: PacketDescription, into bytes: inout MutableRawSpan, at offset: Int) -> Int {
        let flow = packet.flow
        let isTCP = flow.protocolIdentifier == FlowIdentity.tcp
        let transportLength = (isTCP ? 20 : 8) + packet.payloadLength
        writeEthernet(packet, into: &bytes, at: offset)

        // The pseudo-header's sum, but for its length and protocol (RFC 9293 section 3.1, RFC 8200 section 8.1).
        var sum: UInt64
        let network = offset + Self.ethernetHeader
        let transport: Int
        if flow.isIPv6 {
            sum = writeIPv6(packet, transportLength: transportLength, into: &bytes, at: network)
            transport = network + 40
        } else {
            sum = writeIPv4(packet, transportLength: transportLength, into: &bytes, at: network)
            transport = network + 20
        }
        sum &+= UInt64(flow.protocolIdentifier) &+ UInt64(truncatingIfNeeded: transportLength)
        sum &+= UInt64(payloadSums[packet.payloadLength])

        let (source, destination) =
            packet.fromClient ? (flow.clientPort, flow.serverPort) : (flow.serverPort, flow.clientPort)
        let ports = UInt32(source) &<< 16 | UInt32(destination)
        sum &+= UInt64(source) &+ UInt64(destination)
        bytes.storeBytes(of: ports.bigEndian, toByteOffset: transport, as: UInt32.self)
        if isTCP {
            sum &+= UInt64(packet.sequence) &+ UInt64(packet.acknowledgement)
            // Five words of header, the flags, a window of 65,535.
            let control = UInt32(0x5000_ffff) | UInt32(packet.flags) &<< 16
            sum &+= UInt64(control)
            bytes.storeBytes(of: packet.sequence.bigEndian, toByteOffset: transport + 4, as: UInt32.self)
            bytes.storeBytes(of: packet.acknowledgement.bigEndian, toByteOffset: transport + 8, as: UInt32.self)
            bytes.storeBytes(of: control.bigEndian, toByteOffset: transport + 12, as: UInt32.self)
            let checksum = UInt32(~folded(sum)) &<< 16
            bytes.storeBytes(of: checksum.bigEndian, toByteOffset: transport + 16, as: UInt32.self)
        } else {
            sum &+= UInt64(truncatingIfNeeded: transportLength)
            let checksum = ~folded(sum)
            let tail = UInt32(truncatingIfNeeded: transportLength) &<< 16 | UInt32(checksum == 0 ? 0xffff : checksum)
            bytes.storeBytes(of: tail.bigEndian, toByteOffset: transport + 4, as: UInt32.self)
        }
        let start = transport + (isTCP ? 20 : 8)
        writePayload(packet.payloadLength, into: &bytes, at: start)
        return finish(start + packet.payloadLength - offset, into: &bytes, at: offset)
    }

    @inline(__always)
    private func writeEthernet(_ packet: PacketDescription, into bytes: inout MutableRawSpan, at offset: Int) {
        // Locally administered addresses: all clients are behind one router, all servers behind another.
        let here: UInt64 = 0x0200_0000_0001
        let there: UInt64 = 0x0200_0000_0002
        let (source, destination) = packet.fromClient ? (here, there) : (there, here)
        bytes.storeBytes(of: (destination &<< 16 | source &>> 32).bigEndian, toByteOffset: offset, as: UInt64.self)
        bytes.storeBytes(
            of: UInt32(truncatingIfNeeded: source).bigEndian, toByteOffset: offset + 8, as: UInt32.self)
        let type: UInt16 = packet.flow.isIPv6 ? 0x86dd : 0x0800
        bytes.storeBytes(of: type.bigEndian, toByteOffset: offset + 12, as: UInt16.self)
    }

    /// Returns the sum of the addresses.
    @inline(__always)
    private func writeIPv4(
        _ packet: PacketDescription, transportLength: Int, into bytes: inout MutableRawSpan, at offset: Int
    ) -> UInt64 {
        let flow = packet.flow
        let (source, destination) = packet.fromClient ? (flow.client, flow.server) : (flow.server, flow.client)
        let length = UInt32(truncatingIfNeeded: 20 + transportLength)
        let first = UInt32(0x4500_0000) | length
        let second = UInt32(packet.identification) &<< 16 | 0x4000  // don't fragment
        let third = UInt32(packet.fromClient ? 64 : 57) &<< 24 | UInt32(flow.protocolIdentifier) &<< 16
        let checksum = ~folded(UInt64(first) &+ UInt64(second) &+ UInt64(third) &+ source &+ destination)
        bytes.storeBytes(of: first.bigEndian, toByteOffset: offset, as: UInt32.self)
        bytes.storeBytes(of: second.bigEndian, toByteOffset: offset + 4, as: UInt32.self)
        bytes.storeBytes(of: (third | UInt32(checksum)).bigEndian, toByteOffset: offset + 8, as: UInt32.self)
        bytes.storeBytes(of: (source &<< 32 | destination).bigEndian, toByteOffset: offset + 12, as: UInt64.self)
        return source &+ destination
    }

    /// Returns the sum of the addresses.
    @inline(__always)
    private func writeIPv6(
        _ packet: PacketDescription, transportLength: Int, into bytes: inout MutableRawSpan, at offset: Int
    ) -> UInt64 {
        let flow = packet.flow
        let fromClient = packet.fromClient
        let (source, destination) = fromClient ? (flow.client, flow.server) : (flow.server, flow.client)
        let clientPrefix = Population.clientPrefix
        let serverPrefix = Population.serverPrefix
        let (sourceHigh, destinationHigh) = fromClient ? (clientPrefix, serverPrefix) : (serverPrefix, clientPrefix)
        let second =
            UInt32(truncatingIfNeeded: transportLength) &<< 16 | UInt32(flow.protocolIdentifier) &<< 8
            | (fromClient ? 64 : 57)
        bytes.storeBytes(of: UInt32(0x6000_0000).bigEndian, toByteOffset: offset, as: UInt32.self)
        bytes.storeBytes(of: second.bigEndian, toByteOffset: offset + 4, as: UInt32.self)
        bytes.storeBytes(of: sourceHigh.bigEndian, toByteOffset: offset + 8, as: UInt64.self)
        bytes.storeBytes(of: source.bigEndian, toByteOffset: offset + 16, as: UInt64.self)
        bytes.storeBytes(of: destinationHigh.bigEndian, toByteOffset: offset + 24, as: UInt64.self)
        bytes.storeBytes(of: destination.bigEndian, toByteOffset: offset + 32, as: UInt64.self)
        // Halves are added apart, so that the sum cannot overflow 64 bits.
        return halves(sourceHigh) &+ halves(source) &+ halves(destinationHigh) &+ halves(destination)
    }

    @inline(__always)
    private func writePayload(_ length: Int, into bytes: inout MutableRawSpan, at offset: Int) {
        var done = 0
        while length - done >= 8 {
            bytes.storeBytes(of: payload[done / 8], toByteOffset: offset + done, as: UInt64.self)
            done += 8
        }
        if done < length {
            var rest = payload[done / 8]
            while done < length {
                bytes.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: offset + done, as: UInt8.self)
                rest &>>= 8
                done += 1
            }
        }
    }

    /// Pads to Ethernet's shortest frame, and returns the frame's length.
    @inline(__always)
    private func finish(_ length: Int, into bytes: inout MutableRawSpan, at offset: Int) -> Int {
        var padded = length
        while padded < Self.shortestFrame {
            bytes.storeBytes(of: 0, toByteOffset: offset + padded, as: UInt8.self)
            padded += 1
        }
        return padded
    }

    @inline(__always)
    private func halves(_ value: UInt64) -> UInt64 { (value &>> 32) &+ (value & 0xffff_ffff) }

    /// A sum of 16-bit or 32-bit words, folded into 16 bits with end-around carry (RFC 1071).
    @inline(__always)
    private func folded(_ sum: UInt64) -> UInt16 {
        var value = (sum &>> 32) &+ (sum & 0xffff_ffff)
        value = (value &>> 16) &+ (value & 0xffff)
        value = (value &>> 16) &+ (value & 0xffff)
        value = (value &>> 16) &+ (value & 0xffff)
        return UInt16(truncatingIfNeeded: value)
    }
}
