/// What to capture from one network interface, and how.
package struct LiveInput: Sendable, Equatable {
    /// Which of an interface's packets are wanted.
    package enum Direction: String, Sendable, CaseIterable {
        /// Those that arrive.
        case `in`
        /// Those that the host sends.
        case out
        /// All. On the loopback interface, where each packet is both, those that arrive.
        case both
    }

    /// Who says when a packet was seen.
    package enum TimestampSource: String, Sendable, CaseIterable {
        /// The kernel, when it gets the packet.
        case host
        /// The adapter, when it sees the packet.
        case adapter
    }

    /// How the kernel spreads an input's packets over its workers (packet(7), PACKET_FANOUT).
    package enum Fanout: String, Sendable, CaseIterable {
        /// By the hash of addresses and ports.
        case hash
        /// By the processor that the packet arrived on.
        case cpu
        /// By the adapter's receive queue.
        case queue
    }

    /// Name in messages and metrics; the interface's unless given.
    package var name: String
    /// The interface, as in `ip link`; or `nflog:GROUP`, `nfqueue:NUMBER`.
    package var interface: String
    /// Octets of each worker's ring; of a group or a queue, of its socket's buffer.
    package var ringOctets = 64 << 20
    /// Octets of a block, the unit in which the kernel hands packets over: a power of two, at least a page.
    package var blockOctets = 1 << 20
    /// Octets kept of each packet.
    package var snapLength: UInt32 = 65_535
    /// Whether packets for other hosts are wanted too.
    package var isPromiscuous = true
    /// A filter in the language of pcap-filter(7); nil lets every packet through.
    package var filter: String?
    /// Which packets.
    package var direction = Direction.both
    /// Whose time stamps.
    package var timestamps = TimestampSource.host
    /// How packets are spread over workers.
    package var fanout = Fanout.hash
    /// Rings, each with a worker.
    package var workers = 1
    /// Milliseconds after which the kernel hands over a block that is not full.
    package var blockTimeout: UInt32 = 50
    /// Packets that a queue holds at most.
    package var queueLength = 256

    /// An input with the defaults.
    package init(interface: String) {
        name = interface
        self.interface = interface
    }

    /// What is wrong with the numbers, as a sentence; nil when nothing is.
    package var problem: String? {
        if let problem = steeredProblem { return problem }
        if !(64...262_144).contains(snapLength) { return "The snap length \(snapLength) must be 64 to 262144 octets." }
        if isSteered { return nil }
        let page = 4096
        if blockOctets < page || blockOctets & (blockOctets - 1) != 0 || blockOctets > 1 << 26 {
            return "The block of \(blockOctets) octets must be a power of two from 4096 to 67108864."
        }
        if ringOctets % blockOctets != 0 || ringOctets / blockOctets < 2 || ringOctets > 16 << 30 {
            return
                "The ring of \(ringOctets) octets must be two or more whole blocks of \(blockOctets), at most 16 GiB."
        }
        if Int(snapLength) + 256 > blockOctets {
            return "The snap length \(snapLength) must be at least 256 octets below the block's \(blockOctets)."
        }
        if !(1...64).contains(workers) { return "The number of workers, \(workers), must be 1 to 64." }
        return nil
    }
}
