/// A batch in the parts that a receiver takes: as a whole, or in halves of halves, down to the record that it refuses. Where a
/// batch is cut depends on its size alone, so that a part that is sent again is the same part.
package struct BatchParts {
    /// Records one after another.
    package struct Part: Equatable, Sendable {
        /// Place of the first in the batch, from 0.
        package let first: Int
        /// How many there are.
        package let count: Int
    }

    /// Records of the batch.
    package let total: Int
    /// What has not been dealt with, in order.
    package private(set) var left: [Part]

    /// All of a batch of `total` records, in parts of at most `limit`.
    package init(total: Int, limit: Int = .max) {
        self.total = total
        left = Self.divide(Part(first: 0, count: total), limit)
    }

    /// The next part; nil when all have been dealt with.
    package var next: Part? { left.first }

    /// Takes the next part off.
    package mutating func pass() {
        if !left.isEmpty { left.removeFirst() }
    }

    /// Cuts the next part in two. False when it is too small.
    package mutating func split() -> Bool {
        guard let part = left.first, part.count > 1 else { return false }
        left.replaceSubrange(0..<1, with: Self.halves(part))
        return true
    }

    /// Cuts what is left into parts of at most `limit`.
    package mutating func divide(to limit: Int) { left = left.flatMap { Self.divide($0, limit) } }

    private static func divide(_ part: Part, _ limit: Int) -> [Part] {
        part.count > max(1, limit) ? halves(part).flatMap { divide($0, limit) } : [part]
    }

    private static func halves(_ part: Part) -> [Part] {
        let half = (part.count + 1) / 2
        return [
            Part(first: part.first, count: half), Part(first: part.first + half, count: part.count - half),
        ]
    }
}
