/// Later fragments that came before their first one, as facts, in the order in which they came. Bounded: who adds one to a
/// full list takes the oldest out before.
struct HeldFragments: Sendable {
    /// Fragments that may wait at once. Ten datagrams of 64 KiB whose fragments come backwards are 440.
    static let limit = 512

    /// A fragment that waits.
    struct Waiting: BitwiseCopyable, Sendable {
        var facts = PacketFacts()
        var tunnel = TunnelFacts()
        var identity = PacketIdentity()
    }

    /// What is looked through for each first fragment: a hash of the datagram, and where the fragment is.
    private struct Ticket: BitwiseCopyable {
        var tag: UInt32
        var place: UInt16
    }

    private var places: [Waiting] = []
    private var free: [UInt16] = []
    private var queue: [Ticket] = []

    /// How many wait.
    var count: Int { queue.count }
    /// Whether there is no room for another one.
    var isFull: Bool { queue.count >= Self.limit }

    /// Adds a fragment, for which there must be room. `tag` is the same for all fragments of a datagram.
    mutating func append(_ waiting: Waiting, tag: UInt32) {
        precondition(!isFull)
        if places.isEmpty {
            places = Array(repeating: Waiting(), count: Self.limit)
            free = (0..<UInt16(Self.limit)).reversed()
            queue.reserveCapacity(Self.limit)
        }
        let place = free.removeLast()
        places[Int(place)] = waiting
        queue.append(Ticket(tag: tag, place: place))
    }

    /// Takes out the fragment that has waited longest; nil when none waits.
    mutating func removeOldest() -> Waiting? {
        guard !queue.isEmpty else { return nil }
        let place = queue.removeFirst().place
        free.append(place)
        return places[Int(place)]
    }

    /// Takes out those for which `isWanted` holds, and hands them to `body` in the order in which they came. `tag` says
    /// whose fragments they are, or nil that they may be any.
    mutating func remove(
        tag: UInt32?, where isWanted: (Waiting) -> Bool = { _ in true }, _ body: (Waiting) -> Void
    ) {
        var kept = 0
        for index in queue.indices {
            let ticket = queue[index]
            if tag == nil || ticket.tag == tag, isWanted(places[Int(ticket.place)]) {
                body(places[Int(ticket.place)])
                free.append(ticket.place)
            } else {
                queue[kept] = ticket
                kept += 1
            }
        }
        queue.removeLast(queue.count - kept)
    }
}
