import NetTypes

/// Where an IPFIX file goes (RFC 5655): `flows.ipfix`, or `file:/var/lib/flowprobe/flows.ipfix?rotate=3600` for one file after
/// another.
package struct FileDestination: Sendable, Equatable {
    /// When a file is ended and the next begun.
    package enum Rotation: Sendable, Equatable {
        /// At the end of the run.
        case never
        /// When the packet clock passes a multiple of so many seconds since 1970. 1 to 604,800.
        case seconds(Int)
        /// When the file has so many octets, or somewhat more: messages are not cut. 1 MiB to 1 TiB.
        case octets(Int)
    }

    /// The file; with rotation what the files' names are made of.
    package let path: String
    /// When it is ended.
    package let rotation: Rotation

    /// From its parts.
    package init(path: String, rotation: Rotation = .never) {
        self.path = path
        self.rotation = rotation
    }

    /// Parses a path as it is, or `file:PATH[?rotate=SECONDS|SIZE]`, a size having a unit. Throws a message that says what is wrong.
    package init(parsing text: String) throws(ExportError) {
        guard text.hasPrefix("file:") else {
            self.init(path: text)
            return
        }
        let parts = text.dropFirst(5).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        // file:///var/… is the same (RFC 8089).
        let path = parts[0].hasPrefix("///") ? parts[0].dropFirst(2) : parts[0]
        guard !path.isEmpty, path != "-" else {
            throw ExportError("The destination \"\(text)\" names no file. Write it like file:/var/lib/flows.ipfix.")
        }
        guard parts.count == 2 else {
            self.init(path: String(path))
            return
        }
        guard parts[1].hasPrefix("rotate="), let rotation = Self.rotation(parts[1].dropFirst(7)) else {
            throw ExportError(
                "The destination \"\(text)\" has \"\(parts[1])\". What there is: rotate=SECONDS, 1 to 604800, or rotate=SIZE, "
                    + "1MiB to 1TiB, as in rotate=100MiB.")
        }
        self.init(path: String(path), rotation: rotation)
    }

    private static func rotation(_ text: Substring) -> Rotation? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number > 0 else { return nil }
        if digits.endIndex == text.endIndex { return number <= 604_800 ? .seconds(number) : nil }
        let units: [Substring: Int] = [
            "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "MB": 1_000_000, "GB": 1_000_000_000,
        ]
        guard let unit = units[text[digits.endIndex...]] else { return nil }
        let (octets, overflow) = number.multipliedReportingOverflow(by: unit)
        return !overflow && (1 << 20...1 << 40).contains(octets) ? .octets(octets) : nil
    }

    /// What a piece that was begun at `start` by the packet clock is called: `flows-20261125T180000Z.ipfix`, and for the `number`th
    /// of that time, from 2 on, `flows-20261125T180000Z-2.ipfix`.
    package func piece(_ start: Nanoseconds, number: Int = 1) -> String {
        let time = rfc3339(max(0, start)).prefix(19).filter { $0 != "-" && $0 != ":" }
        let name = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let dot = path[name...].lastIndex(of: ".").flatMap { $0 > name ? $0 : nil } ?? path.endIndex
        return "\(path[..<dot])-\(time)Z\(number > 1 ? "-\(number)" : "")\(path[dot...])"
    }
}
