import ArgumentParser
import Exporter
import FlowTable
import Labels
import NetTypes
import PacketDecode

/// A number of octets: `512MiB`, `8MiB`, `2GB`, `1048576`.
struct OctetCount: ExpressibleByArgument {
    var octets: Int

    init(octets: Int) { self.octets = octets }

    init?(argument: String) {
        let units: [(suffix: String, factor: Int)] = [
            ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30),
            ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000),
        ]
        let unit = units.first { argument.hasSuffix($0.suffix) }
        let digits = argument.dropLast(unit?.suffix.count ?? 0)
        guard let number = Int(digits), number > 0 else { return nil }
        let (octets, overflow) = number.multipliedReportingOverflow(by: unit?.factor ?? 1)
        guard !overflow else { return nil }
        self.octets = octets
    }

    var defaultValueDescription: String { "\(octets >> 20)MiB" }
}

/// A time span in seconds, with decimals: `15`, `0.5`. More than 0, at most ten years.
struct Seconds: ExpressibleByArgument {
    var nanoseconds: Nanoseconds

    init(nanoseconds: Nanoseconds) { self.nanoseconds = nanoseconds }

    init?(argument: String) {
        guard let seconds = Double(argument), seconds > 0, seconds <= 315_360_000 else { return nil }
        nanoseconds = max(1, Nanoseconds(seconds * Double(nanosecondsPerSecond)))
    }
}

/// A time span in milliseconds, with decimals: `10`, `0.5`. More than 0.
struct Milliseconds: ExpressibleByArgument {
    var nanoseconds: Nanoseconds

    init?(argument: String) {
        guard let milliseconds = Double(argument), milliseconds > 0, milliseconds <= 1e9 else { return nil }
        nanoseconds = Nanoseconds((milliseconds * 1e6).rounded())
    }
}

/// A set of information elements by its name, as in docs/information-elements.md.
struct ElementChoice: ExpressibleByArgument {
    var set: ElementSet

    init(set: ElementSet) { self.set = set }

    init?(argument: String) {
        guard let set = ElementSet.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self.set = set
    }

    var defaultValueDescription: String { "\(set)" }

    static var allValueStrings: [String] { ElementSet.allCases.map { "\($0)" } }
}

extension PacketDecoder.SegmentRule: ExpressibleByArgument {}

extension TunnelRule: ExpressibleByArgument {}

extension DuplicatePolicy.Action: ExpressibleByArgument {}

/// Whether something is checked.
enum CheckChoice: String, ExpressibleByArgument, CaseIterable {
    case off
    case on
}

/// Whether flows get application labels.
enum LabelChoice: String, ExpressibleByArgument, CaseIterable {
    case off
    case on
}

extension AttributeSelection: ExpressibleByArgument {
    /// As on the command line.
    package init?(argument: String) { self.init(argument) }
    /// For the help.
    package var defaultValueDescription: String { description }
}

/// When to colour the report.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto
    case always
    case never

    /// Whether to colour what goes to `descriptor`.
    func applies(to descriptor: Int32) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto: Terminal.isTerminal(descriptor) && Terminal.allowsColor
        }
    }
}
