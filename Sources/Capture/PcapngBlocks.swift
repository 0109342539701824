/// Block types and layouts of pcapng (draft-ietf-opsawg-pcapng, sections 3.1 and 4).
///
/// Every block, in the section's byte order and padded to 32 bits:
///
///     |                          block type                           |  0
///     |                      block total length                       |  4
///     /                          block body                           /  8
///     |                      block total length                       |
enum PcapngBlock {
    static let section: UInt32 = 0x0a0d_0d0a
    static let interface: UInt32 = 1
    /// Obsolete, but old captures have it.
    static let packet: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let nameResolution: UInt32 = 4
    static let interfaceStatistics: UInt32 = 5
    static let enhancedPacket: UInt32 = 6
    static let systemdJournal: UInt32 = 9
    static let decryptionSecrets: UInt32 = 10
    static let custom: UInt32 = 0x0000_0bad
    static let customNoCopy: UInt32 = 0x4000_0bad

    /// The section header's byte-order magic as its writer's machine stores it.
    static let byteOrderMagic: UInt32 = 0x1a2b_3c4d
    /// Type, and the length before and after the body.
    static let overhead = 12
    /// A section header without options.
    static let sectionMinimum = 28
    /// An interface description without options.
    static let interfaceMinimum = 20
    /// An enhanced or obsolete packet block without data and options: 20 octets of fields.
    static let packetMinimum = 32
    /// Where packet data begins in these two.
    static let packetData = 28
    /// A simple packet block without data, and where its data begins.
    static let simpleMinimum = 16
    static let simpleData = 12
    /// Interface statistics without options, and where they begin.
    static let statisticsMinimum = 24
    static let statisticsOptions = 20

    /// Whether blocks of this type may be longer than what is held in memory.
    static func mayBeLong(_ type: UInt32) -> Bool {
        switch type {
        case nameResolution, systemdJournal, decryptionSecrets, custom, customNoCopy: true
        default: false
        }
    }

    /// Whether a search for sound blocks believes in this type.
    static func isKnown(_ type: UInt32) -> Bool {
        switch type {
        case section, interface, packet, simplePacket, nameResolution, interfaceStatistics, enhancedPacket,
            systemdJournal, decryptionSecrets, custom, customNoCopy:
            true
        default: false
        }
    }
}

/// The options of a block: pairs of 16-bit code and length, each value padded to 32 bits, ended by code 0 or the block.
struct PcapngOptions {
    let window: CaptureWindow
    let swapped: Bool
    private var position: Int
    private let end: Int

    /// The options at `range` of the window.
    init(_ window: CaptureWindow, _ range: Range<Int>, swapped: Bool) {
        self.window = window
        self.swapped = swapped
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next option's code and where its value is; nil at the end, or where lengths do not fit.
    mutating func next() -> (code: UInt16, value: Range<Int>)? {
        guard end - position >= 4 else { return nil }
        let code = window.u16(position, swapped: swapped)
        let length = Int(window.u16(position + 2, swapped: swapped))
        let start = position + 4
        guard code != 0, end - start >= length else { return nil }
        position = min(end, start + (length + 3) & ~3)
        return (code, start..<(start + length))
    }
}
