/// The smallest of 16 numbers, one for each stripe, some of which change all the time: a tournament, in which a change
/// costs four comparisons. Merging records asks for it once a record.
package struct HeadTree {
    private static let leaves = FlowTable.stripeCount
    // A node's children are at twice its place and the next; leaf n is at 16 + n. Place 0 is not used.
    private var numbers = InlineArray<32, UInt64>(repeating: .max)
    private var winners = InlineArray<32, UInt8>(repeating: 0)

    /// All numbers are the largest there is, which stands for "no more".
    package init() {
        for leaf in 0..<Self.leaves { winners[Self.leaves + leaf] = UInt8(leaf) }
    }

    /// The smallest number.
    package var smallest: UInt64 { numbers[1] }

    /// Whose number it is; on a tie, the lowest stripe's.
    package var first: Int { Int(winners[1]) }

    /// Gives `stripe` another number.
    @inline(__always)
    package mutating func set(_ stripe: Int, _ number: UInt64) {
        precondition(stripe >= 0 && stripe < Self.leaves)
        var place = Self.leaves &+ stripe
        numbers[place] = number
        while place > 1 {
            let left = place & ~1
            let isRight = numbers[left | 1] < numbers[left]
            let winner = isRight ? left | 1 : left
            place >>= 1
            numbers[place] = numbers[winner]
            winners[place] = winners[winner]
        }
    }
}
