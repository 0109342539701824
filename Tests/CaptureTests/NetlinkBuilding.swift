import Capture

/// Datagrams as netfilter makes them, on a machine of either byte order.
enum Netlink {
    /// A number's octets in network byte order.
    static func big(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytesOf(value.bigEndian) }

    /// A number's octets as they are in this machine's memory.
    static func native(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytesOf(value) }

    private static func withUnsafeBytesOf<Value>(_ value: Value) -> [UInt8] {
        unsafe withUnsafeBytes(of: value) { unsafe Array($0) }
    }

    static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        native(UInt16(4 + value.count)) + native(type) + value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    }

    static func message(_ type: UInt16, family: UInt8 = 2, resource: UInt16 = 5, _ attributes: [UInt8]) -> [UInt8] {
        let body = [family, 0] + big(resource) + attributes
        return native(UInt32(16 + body.count)) + native(type) + native(UInt16(0)) + native(UInt32(0))
            + native(UInt32(0))
            + body
    }

    /// A UDP packet over IPv4 of `count` octets, of which `copied` are there.
    static func ipv4(_ count: UInt16 = 28, copied: Int? = nil) -> [UInt8] {
        let header: [UInt8] =
            [0x45, 0] + big(count) + [0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]
        let packet = header + [3, 232, 0, 53, 0, 8, 0, 0] + [UInt8](repeating: 9, count: max(0, Int(count) - 28))
        return Array(packet.prefix(copied ?? Int(count)))
    }

    /// A copy: number, hook forward, from interface 2 to 3.
    static func logged(
        _ number: UInt32, payload: [UInt8] = ipv4(), prefix: String = "flowprobe:dns", extra: [UInt8] = []
    ) -> [UInt8] {
        message(
            0x0400,
            attribute(1, [8, 0, 2, 0]) + attribute(10, Array(prefix.utf8) + [0]) + attribute(4, big(UInt32(2)))
                + attribute(5, big(UInt32(3))) + extra + attribute(12, big(number)) + attribute(9, payload))
    }

    /// A packet that is held.
    static func queued(_ number: UInt32, payload: [UInt8] = ipv4(), extra: [UInt8] = []) -> [UInt8] {
        message(0x0300, attribute(1, big(number) + [8, 0, 1]) + extra + attribute(10, payload))
    }

    /// The header of an Ethernet frame with IPv4, as an attribute with the kind of its interface.
    static let ethernet: [UInt8] =
        attribute(15, big(UInt16(1))) + attribute(16, [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0])

    static let endOfBatch: [UInt8] = native(UInt32(20)) + native(UInt16(3)) + [UInt8](repeating: 0, count: 14)
}

/// A datagram in memory of its own.
// SAFETY: (@safe) owns its memory from init to deinit.
@safe final class TestDatagram {
    private let memory: UnsafeMutableRawBufferPointer
    let datagram: NetlinkDatagram

    init(_ octets: [UInt8]) {
        unsafe memory = UnsafeMutableRawBufferPointer.allocate(byteCount: octets.count, alignment: 4)
        unsafe memory.copyBytes(from: octets)
        datagram = unsafe NetlinkDatagram(memory)
    }

    deinit { unsafe memory.deallocate() }
}
