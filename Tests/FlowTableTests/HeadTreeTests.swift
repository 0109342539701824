import FlowTable
import Testing

@Suite struct HeadTreeTests {
    @Test func anEmptyTreeHasNoMore() {
        let tree = HeadTree()
        #expect(tree.smallest == .max)
    }

    @Test func theSmallestIsThatOfALinearSearch() {
        var random = SplitMix64(seed: 16)
        var numbers = [UInt64](repeating: .max, count: 16)
        var tree = HeadTree()
        for round in 0..<10_000 {
            let stripe = Int.random(in: 0..<16, using: &random)
            // Few values, so that ties are common, and "no more" among them.
            let number = round % 5 == 0 ? UInt64.max : UInt64.random(in: 0..<20, using: &random)
            numbers[stripe] = number
            tree.set(stripe, number)
            #expect(tree.smallest == numbers.min())
            if tree.smallest != .max { #expect(tree.first == numbers.firstIndex(of: tree.smallest)) }
        }
    }
}
