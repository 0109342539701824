import NetTypes
import PacketDecode

/// An Ethernet frame with IP in it, as tests make and change it.
struct TestPacket {
    var time: Nanoseconds = 1_800_000_000 * nanosecondsPerSecond
    var macs: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
    var tags: [UInt16] = []
    /// The first tag as the kernel hands it over, beside the packet.
    var removedTag: UInt16?
    var isIPv6 = false
    var timeToLive: UInt8 = 64
    var checksum: UInt16 = 0
    var identification: UInt16 = 1
    var protocolNumber: UInt8 = 17
    var source: UInt8 = 1
    var destination: UInt8 = 2
    /// Transport header and what it carries.
    var payload: [UInt8] = TestPacket.udp(1000, 53, 8)
    var padding = 0
    /// Octets captured; nil for all.
    var kept: Int?
    /// What the IP header says of its length beyond the truth.
    var claimed = 0

    static func be16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }

    static func udp(_ source: Int, _ destination: Int, _ octets: Int) -> [UInt8] {
        be16(source) + be16(destination) + be16(8 + octets) + [0, 0] + [UInt8](repeating: 7, count: octets)
    }

    static func tcp(
        _ source: Int, _ destination: Int, flags: UInt8, sequence: Int = 1, acknowledgement: Int = 1, octets: Int = 0
    ) -> [UInt8] {
        be16(source) + be16(destination) + be16(sequence >> 16) + be16(sequence) + be16(acknowledgement >> 16)
            + be16(acknowledgement) + [0x50, flags] + be16(1000) + [0, 0, 0, 0] + [UInt8](repeating: 9, count: octets)
    }

    var octets: [UInt8] {
        var octets = macs
        for tag in tags { octets += [0x81, 0] + Self.be16(Int(tag)) }
        if isIPv6 {
            let network = [0x20, 1] + [UInt8](repeating: 0, count: 13)
            octets += [0x86, 0xDD, 0x60, 0, 0, 0] + Self.be16(payload.count + claimed) + [protocolNumber, timeToLive]
            octets += network + [source] + network + [destination]
        } else {
            octets += [8, 0, 0x45, 0] + Self.be16(20 + payload.count + claimed) + Self.be16(Int(identification))
            octets += [0, 0, timeToLive, protocolNumber] + Self.be16(Int(checksum))
            octets += [10, 0, 0, source, 10, 0, 0, destination]
        }
        return octets + payload + [UInt8](repeating: 0, count: padding)
    }
}

extension PacketBatch {
    /// Fills the batch with packets.
    func fill(_ packets: [TestPacket]) {
        count = 0
        let all = packets.map(\.octets)
        // SAFETY: large enough for all packets of this filling, and asked for once.
        let storage = unsafe storage(atLeast: max(1, all.reduce(0) { $0 + $1.count }))
        var used = 0
        for (packet, octets) in zip(packets, all) {
            // SAFETY: the sum of what is copied is the storage's length.
            unsafe UnsafeMutableRawBufferPointer(rebasing: storage[used..<used + octets.count]).copyBytes(from: octets)
            // SAFETY: the octets were just copied; the batch keeps them until it is refilled.
            var reference = unsafe PacketReference(
                bytes: UnsafePointer((storage.baseAddress! + used).assumingMemoryBound(to: UInt8.self)),
                timestamp: packet.time, frameNumber: UInt64(count + 1),
                capturedLength: UInt32(min(packet.kept ?? octets.count, octets.count)),
                wireLength: UInt32(octets.count), linkType: 1)
            reference.removedTag = packet.removedTag.map { PacketReference.removedTagMark | UInt32($0) } ?? 0
            append(reference)
            used += octets.count
        }
    }
}

/// A live source of packets from memory.
final class TestSource: LivePacketSource, @unchecked Sendable {
    let status = LiveSourceStatus()
    let latency: Nanoseconds = 0
    private var packets: ArraySlice<TestPacket>
    private(set) var maintained = 0

    init(_ packets: [TestPacket]) { self.packets = packets[...] }

    func fill(_ batch: PacketBatch) -> Bool {
        batch.fill(Array(packets.prefix(batch.capacity)))
        packets = packets.dropFirst(batch.capacity)
        return batch.count > 0
    }

    func release() {}
    func wait(milliseconds: Int32) {}
    func maintain() { maintained += 1 }
    func stopTaking() {}
    func owesPackets() -> Bool { false }
}
