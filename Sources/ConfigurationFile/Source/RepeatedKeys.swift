/// Keys that a mapping has twice.
///
/// The YAML parser gives up at the first of them, and then nothing else in the file would be checked. So the earlier of
/// the two is overwritten, in a copy of the text, by as many private characters, which changes no line and no column,
/// and the text is parsed again; `original` tells what had stood there.
struct RepeatedKeys {
    /// More than these are not looked for: each costs another pass over the text.
    static let maximum = 10
    /// Nor in texts with more characters than this.
    private static let maximumLength = 128 << 10
    // Characters for private use, of which the text must have none: one that counts and one that fills.
    private static let first: UInt32 = 0xF500
    private static let filler: UInt32 = 0xF5FF

    private var names: [String] = []
    private var scalars: [Unicode.Scalar]
    private let isPossible: Bool

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        isPossible =
            scalars.count <= Self.maximumLength
            && !scalars.contains { (Self.first...Self.filler).contains($0.value) }
    }

    /// The text as it is now.
    var text: String { String(String.UnicodeScalarView(scalars)) }

    /// Overwrites the key `name` at `line` and `column`. False when it is not written there in a plain way.
    mutating func hide(_ name: String, line: Int, column: Int) -> Bool {
        let letters = Array(name.unicodeScalars)
        guard isPossible, names.count < Self.maximum, !letters.isEmpty,
            let start = offset(line: line, column: column)
        else { return false }
        let isQuoted = scalars[start] == "\"" || scalars[start] == "'"
        let place = start + (isQuoted ? 1 : 0)
        guard scalars.count - place >= letters.count, scalars[place..<place + letters.count].elementsEqual(letters),
            let mark = Unicode.Scalar(Self.first + UInt32(names.count)), let filler = Unicode.Scalar(Self.filler)
        else { return false }
        scalars[place] = mark
        for index in place + 1..<place + letters.count { scalars[index] = filler }
        names.append(name)
        return true
    }

    /// What a key of the parsed text was in the file.
    func original(_ key: String) -> String {
        guard let mark = key.unicodeScalars.first, mark.value >= Self.first else { return key }
        let index = Int(mark.value - Self.first)
        let isOurs = index < names.count && key.unicodeScalars.dropFirst().allSatisfy { $0.value == Self.filler }
        return isOurs ? names[index] : key
    }

    private func offset(line: Int, column: Int) -> Int? {
        var (at, offset) = (1, 0)
        while at < line {
            guard let end = scalars[offset...].firstIndex(of: "\n") else { return nil }
            (at, offset) = (at + 1, end + 1)
        }
        offset += column - 1
        return offset < scalars.count ? offset : nil
    }
}
