import NetTypes
import PacketDecode

/// Tells packets that come again within a short time: what a switch does that mirrors a packet where it enters and where it
/// leaves, in two VLANs, or at two switches.
///
/// Copies on one mirror port are as far apart as the packet was in the switch, and the port's queue: microseconds to a few
/// milliseconds. What the sender sent again must not be taken for one. A packet with an identification or a TCP time stamp
/// tells by itself: it is all the same only in a copy. Of others, a path (point, VLAN, Ethernet addresses, TTL, tunnel) on
/// which the like has not come yet tells a copy. What is left may be either: as many packets have been sent as came on the
/// path on which most came.
///
/// Bounded: 8192 packets in sets of four, 256 KiB; the oldest of a full set leaves, and is counted. Then copies are missed:
/// never is one too many told. Time may go either way, as when inputs are read in turns.
package struct DuplicateWindow: ~Copyable {
    /// What is said of a packet.
    package enum Verdict: Sendable {
        /// Its like has not come yet.
        case new
        /// It is a copy.
        case copy
        /// Its like has come, and may have been sent again.
        case uncertain
    }

    /// Packets remembered.
    package static let capacity = sets * ways
    /// Octets of memory at most.
    package static let octets = capacity * MemoryLayout<Entry>.stride
    private static let ways = 4
    private static let sets = 2048
    /// Paths of one packet that are told apart.
    private static let paths = 4

    /// A packet, or a free place. Not private: see docs/workarounds.md.
    struct Entry: BitwiseCopyable {
        var fingerprint: UInt64 = 0
        /// When the first of its like came: a packet sent every 10 ms is a copy of one, not of all.
        var time: Nanoseconds = 0
        /// The paths on which it came, and how often on each.
        var paths = InlineArray<4, UInt16>(repeating: 0)
        var counts = InlineArray<4, UInt8>(repeating: 0)
        /// The largest of the counts; 0 marks an unused entry.
        var most: UInt8 = 0
    }

    private var entries: MappedArray<Entry>
    private let span: UInt64
    /// Packets forgotten within their time, because a set was full.
    package private(set) var forgotten: UInt64 = 0

    /// A window of `span` nanoseconds that has seen nothing. Takes memory as packets come; one that is not used, a page of
    /// address space.
    package init(span: Nanoseconds, isUsed: Bool = true) {
        self.span = UInt64(max(0, span))
        entries = MappedArray(count: isUsed ? Self.capacity : 1)
    }

    /// Takes a packet that is compared (its identity's kind is not `none`), seen at `time`.
    package mutating func judge(_ identity: PacketIdentity, at time: Nanoseconds) -> Verdict {
        let start = Int(truncatingIfNeeded: identity.place & UInt32(Self.sets &- 1)) &* Self.ways
        var victim = start
        var isFree = false
        for place in start..<start &+ Self.ways {
            if entries[place].most == 0 || (time &- entries[place].time).magnitude > span {
                if !isFree { victim = place }
                isFree = true
            } else if entries[place].fingerprint == identity.fingerprint {
                return again(place, identity)
            } else if !isFree, entries[place].time < entries[victim].time {
                victim = place
            }
        }
        if !isFree { forgotten &+= 1 }
        var entry = Entry()
        entry.fingerprint = identity.fingerprint
        entry.time = time
        entry.paths[0] = identity.path
        entry.counts[0] = 1
        entry.most = 1
        entries[victim] = entry
        return .new
    }

    private mutating func again(_ place: Int, _ identity: PacketIdentity) -> Verdict {
        if identity.kind == .identified { return .copy }
        for path in 0..<Self.paths {
            let count = entries[place].counts[path]
            if count == 0 {
                entries[place].paths[path] = identity.path
                entries[place].counts[path] = 1
                return .copy
            }
            guard entries[place].paths[path] == identity.path else { continue }
            if count == .max { return .uncertain }
            entries[place].counts[path] = count &+ 1
            if count < entries[place].most { return .copy }
            entries[place].most = count &+ 1
            return .uncertain
        }
        return .uncertain
    }
}
