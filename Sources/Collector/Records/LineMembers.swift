import Exporter

/// What a line of JSON needs to know of the members of `JSONField.all`, laid out so that nothing is counted or compared
/// for each record: numbers, and octets in one array.
final class LineMembers: Sendable {
    enum Kind: UInt8, Sendable {
        case number, identifier, sourceAddress, destinationAddress, tunnelSource, tunnelDestination, macAddress, time,
            word
        case biflowDirection, application
    }

    struct Member: BitwiseCopyable, Sendable {
        /// `JSONField.Conditions` that must all hold.
        var conditions: UInt16
        var kind: Kind
        /// `,"name":` in `octets`, or `,"name":"` of what is in quotes.
        var key: Run
        /// The largest number that is written.
        var maximum: UInt64
        /// Place in `words` of an enumeration's eight.
        var firstWord: Int
    }

    /// A part of `octets`; empty for a value that has no word.
    struct Run: BitwiseCopyable, Sendable {
        var start: Int
        var end: Int
        var isEmpty: Bool { start == end }
    }

    let members: [Member]
    let words: [Run]
    let octets: [UInt8]

    static let all = LineMembers()

    private init() {
        var (members, words, octets): ([Member], [Run], [UInt8]) = ([], [], [])
        func run(_ text: String) -> Run {
            let start = octets.count
            octets.append(contentsOf: text.utf8)
            return Run(start: start, end: octets.count)
        }
        for field in JSONField.all {
            let kind: Kind
            let firstWord = words.count
            switch field.kind {
            case .number: kind = .number
            case .identifier: kind = .identifier
            case .ipv4Address, .ipv6Address:
                kind =
                    switch field.name {
                    case "tunnelSourceAddress": .tunnelSource
                    case "tunnelDestinationAddress": .tunnelDestination
                    case "sourceIPv4Address", "sourceIPv6Address": .sourceAddress
                    default: .destinationAddress
                    }
            case .application: kind = .application
            case .macAddress: kind = .macAddress
            case .time: kind = .time
            case .word(let list):
                kind = field.name == "biflowDirection" ? .biflowDirection : .word
                let named = kind == .word ? list.words : ["arbitrary", "initiator", "reverse-initiator", "perimeter"]
                for value in 0..<8 { words.append(run(value < named.count ? named[value] ?? "" : "")) }
            }
            let key = ",\"\(field.name)\":" + (kind == .number ? "" : "\"")
            members.append(
                Member(
                    conditions: field.conditions.rawValue, kind: kind, key: run(key), maximum: field.maximum,
                    firstWord: firstWord))
        }
        (self.members, self.words, self.octets) = (members, words, octets)
    }
}
