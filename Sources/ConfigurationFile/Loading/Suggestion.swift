/// What somebody may have meant who wrote a name that does not exist.
enum Suggestion {
    /// `did you mean NAME?`, or all names when none is near. A name that belongs somewhere else, as `elsewhere` tells by
    /// lower-case names, is named with its path.
    static func text(for name: String, among names: [String], elsewhere: [String: String] = [:]) -> String {
        if let nearest = nearest(to: name, among: names) { return "did you mean \(nearest)?" }
        if let path = elsewhere[name.lowercased()] { return "did you mean \(path)?" }
        return "there are \(names.joined(separator: ", "))"
    }

    /// The name with the fewest mistyped letters; nil when half of them or more would be.
    static func nearest(to name: String, among names: [String]) -> String? {
        // Longer names than these are not slips of the hand, and the work is quadratic.
        guard name.utf8.count <= 64 else { return nil }
        let wanted = Array(name.lowercased().unicodeScalars)
        let best = names.map { ($0, distance(wanted, Array($0.lowercased().unicodeScalars))) }.min { $0.1 < $1.1 }
        guard let (candidate, distance) = best, distance * 2 < max(candidate.count, wanted.count) else { return nil }
        return candidate
    }

    /// Letters to insert, remove, replace or exchange with a neighbour (the restricted Damerau-Levenshtein distance).
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var earlier: [Int] = []
        var above = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let replaced = above[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, above[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, earlier[column - 1] + 1)
                }
                current.append(best)
            }
            (earlier, above) = (above, current)
        }
        return above[right.count]
    }
}

extension ConfigurationKeys {
    /// Where keys live, by their names in lower case.
    static let pathsByName: [String: String] = {
        let outside = sections.flatMap { section in section.keys.map { ($0.name, "\(section.name).\($0.name)") } }
        let inside = inputs.keys.map { ($0.name, "\(inputs.name)[].\($0.name)") }
        return Dictionary((outside + inside).map { ($0.0.lowercased(), $0.1) }) { first, _ in first }
    }()
}
