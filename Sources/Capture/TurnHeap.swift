import NetTypes

/// When a lane's next packet is due; a trivial type, so that sorting touches no reference count.
struct MergeTurn {
    var time: Nanoseconds
    /// The lane's place on the command line, which decides between equal times.
    var index: Int

    func isBefore(_ other: MergeTurn) -> Bool {
        time != other.time ? time < other.time : index < other.index
    }

    /// After every other turn.
    static let never = MergeTurn(time: .max, index: .max)
}

/// Turns, the earliest first: a binary heap.
struct TurnHeap {
    private var turns: [MergeTurn] = []

    var first: MergeTurn? { turns.first }

    /// The turn that would be first without the first; `never` when there is none.
    var second: MergeTurn {
        switch turns.count {
        case 0, 1: .never
        case 2: turns[1]
        default: turns[1].isBefore(turns[2]) ? turns[1] : turns[2]
        }
    }

    mutating func push(_ turn: MergeTurn) {
        turns.append(turn)
        var child = turns.count - 1
        while child > 0, turns[child].isBefore(turns[(child - 1) / 2]) {
            turns.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard let last = turns.popLast(), !turns.isEmpty else { return }
        replaceFirst(last)
    }

    /// Puts another turn in the first one's stead and restores the order.
    mutating func replaceFirst(_ turn: MergeTurn) {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            if child >= turns.count { break }
            if child + 1 < turns.count && turns[child + 1].isBefore(turns[child]) { child += 1 }
            if turn.isBefore(turns[child]) { break }
            turns[parent] = turns[child]
            parent = child
        }
        turns[parent] = turn
    }
}
