import CCompression

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4): by the processor's instruction, eight octets at a time, where there is one.
package enum Checksum {
    private static let hasInstruction = flowprobe_has_crc32c() != 0
    /// The remainders of all octets, for the reflected polynomial 0x82F63B78.
    private static let table: [UInt32] = (0..<256).map { octet in
        (0..<8).reduce(UInt32(octet)) { crc, _ in crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78 }
    }

    /// The checksum of `octets`.
    package static func of(_ octets: Span<UInt8>) -> UInt32 {
        // SAFETY: the closure uses the pointer only while it runs.
        unsafe octets.withUnsafeBufferPointer { unsafe of(UnsafeRawBufferPointer($0)) }
    }

    /// The checksum of the memory given.
    // SAFETY: callers pass memory that is initialised and not written meanwhile.
    @unsafe static func of(_ octets: UnsafeRawBufferPointer) -> UInt32 {
        guard hasInstruction else { return unsafe byTable(octets) }
        var crc: UInt64 = 0xFFFF_FFFF
        var position = 0
        while octets.count - position >= 8 {
            // SAFETY: eight octets are left; loads allow any alignment.
            crc = flowprobe_crc32c_8(crc, unsafe octets.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var last = UInt32(truncatingIfNeeded: crc)
        while position < octets.count {
            // SAFETY: the position is below the count.
            last = unsafe flowprobe_crc32c_1(last, octets[position])
            position += 1
        }
        return ~last
    }

    /// The same without the instruction.
    package static func byTable(_ octets: Span<UInt8>) -> UInt32 {
        // SAFETY: the closure uses the pointer only while it runs.
        unsafe octets.withUnsafeBufferPointer { unsafe byTable(UnsafeRawBufferPointer($0)) }
    }

    // SAFETY: as `of`.
    @unsafe private static func byTable(_ octets: UnsafeRawBufferPointer) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for position in 0..<octets.count {
            // SAFETY: the position is below the count.
            crc = table[Int(unsafe UInt8(truncatingIfNeeded: crc) ^ octets[position])] ^ crc >> 8
        }
        return ~crc
    }
}
