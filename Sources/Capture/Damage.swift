/// One place where an input is cut, corrupted or lying, and what that cost.
package struct Damage: Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Kind: Equatable, Sendable {
        /// The input ends inside a record, block or header.
        case cut
        /// A record or block header cannot be true: lengths, types or times that no writer produces.
        case impossibleHeader
        /// A packet claims more captured octets than `maximumCapturedOctets`.
        case oversized
        /// A pcapng block's two lengths differ.
        case lengthMismatch
        /// A pcapng packet or statistics block names an interface that its section does not describe.
        case unknownInterface
        /// A pcapng section describes more than `maximumInterfaces` interfaces; the rest are not used.
        case tooManyInterfaces
        /// A packet's time lies outside 0...maximumTimestamp and was clamped. The packet is used.
        case impossibleTime
        /// Compressed data cannot be decompressed from here on; the text is the library's reason.
        case compression(String)
        /// Reading failed; the text is the system's reason.
        case unreadable(String)
        /// The file became shorter while it was read. Packets read at that moment may hold zeros.
        case shrank
        /// The filter does not compile for this link type: its packets are all filtered. The text is the reason.
        case filter(linkType: UInt16, reason: String)
    }

    /// The input, as named on the command line.
    package var path: String
    /// Octets from the input's start (of the decompressed input, where it is compressed) to the damage.
    package var offset: UInt64
    /// What is wrong.
    package var kind: Kind
    /// Octets that were not used because of it.
    package var octetsSkipped: UInt64

    /// A sentence for a person.
    package var description: String {
        let what =
            switch kind {
            case .cut: "the input ends inside a record"
            case .impossibleHeader: "a record header is impossible"
            case .oversized: "a packet claims more than \(maximumCapturedOctets) captured octets"
            case .lengthMismatch: "a block's leading and trailing lengths differ"
            case .unknownInterface: "a block names an interface that was not described"
            case .tooManyInterfaces: "more than \(maximumInterfaces) interfaces are described in one section"
            case .impossibleTime: "a packet's time is before 1970 or after 2116 and was clamped"
            case .compression(let reason): "the compressed data is damaged (\(reason))"
            case .unreadable(let reason): "reading failed (\(reason))"
            case .shrank: "the file became shorter while it was read"
            case .filter(let linkType, let reason):
                "the filter does not fit link type \(linkTypeText(linkType)), whose packets were all filtered (\(reason))"
            }
        return octetsSkipped == 0
            ? "\(path): at byte \(offset): \(what)."
            : "\(path): at byte \(offset): \(what); \(octetsSkipped) octets were skipped."
    }
}

/// The damages of one input: the first of them in full, all of them counted.
final class DamageLog {
    /// How many damages are kept in full. A hostile file can have millions.
    static let limit = 100

    let path: String
    private(set) var entries: [Damage] = []
    private(set) var count: UInt64 = 0
    private(set) var octetsSkipped: UInt64 = 0

    init(path: String) {
        self.path = path
    }

    func record(_ kind: Damage.Kind, at offset: UInt64, skipped: UInt64) {
        count += 1
        octetsSkipped &+= skipped
        guard entries.count < Self.limit else { return }
        entries.append(Damage(path: path, offset: offset, kind: kind, octetsSkipped: skipped))
    }
}
