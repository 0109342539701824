/// Bytes being put together, in network byte order. For the few packets of the bundled captures: clear, not fast.
struct Octets {
    var bytes: [UInt8] = []

    mutating func add8(_ value: Int) { bytes.append(UInt8(truncatingIfNeeded: value)) }

    mutating func add16(_ value: Int) {
        add8(value >> 8)
        add8(value)
    }

    mutating func add32(_ value: UInt32) {
        add16(Int(value >> 16))
        add16(Int(value & 0xffff))
    }

    mutating func add(_ more: [UInt8]) { bytes += more }

    /// Replaces the 16 bits at `offset`.
    mutating func set16(_ value: UInt16, at offset: Int) {
        bytes[offset] = UInt8(value >> 8)
        bytes[offset + 1] = UInt8(value & 0xff)
    }
}

/// The Internet checksum (RFC 1071) of the concatenated parts; each part but the last has an even length.
func internetChecksum(_ parts: [UInt8]...) -> UInt16 {
    var sum: UInt32 = 0
    for part in parts {
        for (offset, octet) in part.enumerated() {
            sum += offset % 2 == 0 ? UInt32(octet) << 8 : UInt32(octet)
            sum = (sum & 0xffff) + sum >> 16
        }
    }
    return ~UInt16(sum)
}

/// SCTP's checksum: CRC-32C, bit by bit (RFC 9260 appendix A).
func crc32c(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xffff_ffff
    for octet in bytes {
        crc ^= UInt32(octet)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
    }
    return ~crc
}
