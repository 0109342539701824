import Labels

/// Attributes of the flows of a stripe, in blocks of a cache line from memory of a fixed size: it is touched as it is
/// needed, and blocks are used again, last freed first. When it is used up, a list is refused and counted; those that are
/// there stay.
struct AttributeArena: ~Copyable {
    /// Lists that there was no room for.
    private(set) var refusals: UInt64 = 0
    private var blocks: MappedArray<Block>
    /// Blocks ever used: those behind are untouched memory.
    private var used = 0
    /// Head of the list of freed blocks, a number from 1, linked through `next`; 0 ends it.
    private var firstFree: UInt32 = 0
    private var freed = 0

    // Not private: the compiler (6.3.1) emits no descriptor for a private element of a property that other files destroy.
    struct Block: BitwiseCopyable {
        /// Number of the list's next block, from 1; 0 for the last.
        var next: UInt32 = 0
        /// Octets of the list in this block.
        var count: UInt8 = 0
        var octets = InlineArray<59, UInt8>(repeating: 0)
    }

    private static let blockOctets = 59

    /// An arena that keeps to about `octets` of memory.
    init(octets: Int) { blocks = MappedArray(count: max(1, octets / MemoryLayout<Block>.stride)) }

    /// Keeps a list of octets. Returns its number, to be given to `append` and `free`; 0 for no octets, and when there is no
    /// room.
    mutating func keep(_ list: Span<UInt8>) -> UInt32 {
        let needed = (list.count + Self.blockOctets - 1) / Self.blockOctets
        guard needed > 0 else { return 0 }
        guard freed + blocks.count - used >= needed else {
            refusals &+= 1
            return 0
        }
        // From the end, so that each block knows the one behind it.
        var next: UInt32 = 0
        for block in (0..<needed).reversed() {
            let number = take()
            let first = block * Self.blockOctets
            let count = min(Self.blockOctets, list.count - first)
            // Whole, since each look into the blocks is checked.
            var whole = blocks[Int(number) - 1]
            (whole.next, whole.count) = (next, UInt8(count))
            for index in 0..<count { whole.octets[index] = list[first + index] }
            blocks[Int(number) - 1] = whole
            next = number
        }
        return next
    }

    /// Appends the list of this number to `octets`.
    func append(_ list: UInt32, to octets: inout [UInt8]) {
        var number = list
        while number != 0 {
            let block = blocks[Int(number) - 1]
            octets.append(block.octets.span.extracting(0..<Int(block.count)))
            number = block.next
        }
    }

    /// Gives the list of this number up; 0 is none.
    mutating func free(_ list: UInt32) {
        var number = list
        while number != 0 {
            let next = blocks[Int(number) - 1].next
            blocks[Int(number) - 1].next = firstFree
            firstFree = number
            freed += 1
            number = next
        }
    }

    private mutating func take() -> UInt32 {
        if firstFree != 0 {
            let number = firstFree
            firstFree = blocks[Int(number) - 1].next
            freed -= 1
            return number
        }
        used += 1
        return UInt32(used)
    }
}
