import NetTypes

/// Remembers the first fragments of datagrams, so that later fragments, which carry no ports, join the same flow.
///
/// Bounded: 16,384 datagrams in sets of four, the oldest of a full set leaves. Timed: a datagram is forgotten 30 s after
/// its first fragment (RFC 791 and RFC 8200 give reassembly 15 to 120 and 60 s; senders reuse identifications sooner).
/// Works in packet order; its hash has a fixed key in replay, since which datagram leaves a full set shows in the output.
package struct FragmentTable: Sendable {
    private struct Entry: BitwiseCopyable {
        var addressAHigh: UInt64 = 0
        var addressALow: UInt64 = 0
        var addressBHigh: UInt64 = 0
        var addressBLow: UInt64 = 0
        var identification: UInt32 = 0
        var segment: UInt32 = 0
        var domain: UInt16 = 0
        var portA: UInt16 = 0
        var portB: UInt16 = 0
        /// 4 or 6; 0 marks an unused entry.
        var ipVersion: UInt8 = 0
        /// Protocol number of the flow.
        var flowProtocol: UInt8 = 0
        var flags = PacketFacts.Flags.none
        var firstSeen: Nanoseconds = 0
    }

    private static let ways = 4
    private static let sets = 4096
    /// The flow of a first fragment is that of what the authentication header carries; later ones still say 51.
    private static let authenticationHeader: UInt8 = 51
    private static let lifetime: Nanoseconds = 30 * nanosecondsPerSecond

    /// Later fragments whose first one was not known.
    package private(set) var withoutFirst: UInt64 = 0
    private var entries: [Entry] = []
    private let hashKey: UInt64

    /// An empty table; it takes its 1.3 MB at the first fragment.
    package init(hashKey: UInt64) {
        self.hashKey = hashKey | 1
    }

    /// Gives later fragments among `facts` the ports and protocol of their first one. Call in packet order.
    package mutating func resolve(_ facts: inout MutableSpan<PacketFacts>) {
        if entries.isEmpty { entries = Array(repeating: Entry(), count: Self.sets * Self.ways) }
        for index in 0..<facts.count {
            let flags = facts[index].flags
            if flags.contains(.firstFragment) {
                remember(facts[index])
            } else if flags.contains(.laterFragment) {
                join(&facts[index])
            }
        }
    }

    private mutating func remember(_ facts: PacketFacts) {
        var entry = Entry()
        entry.addressAHigh = facts.addressAHigh
        entry.addressALow = facts.addressALow
        entry.addressBHigh = facts.addressBHigh
        entry.addressBLow = facts.addressBLow
        entry.identification = facts.fragmentIdentification
        entry.segment = facts.segment
        entry.domain = facts.domain
        entry.portA = facts.portA
        entry.portB = facts.portB
        entry.ipVersion = facts.ipVersion
        entry.flowProtocol = facts.protocolIdentifier
        entry.flags = facts.flags
        entry.firstSeen = facts.timestamp
        let start = set(of: facts)
        var victim = start
        for place in start..<start + Self.ways {
            if matches(entries[place], facts) || entries[place].ipVersion == 0 {
                victim = place
                break
            }
            if entries[place].firstSeen < entries[victim].firstSeen { victim = place }
        }
        entries[victim] = entry
    }

    private mutating func join(_ facts: inout PacketFacts) {
        let start = set(of: facts)
        for place in start..<start + Self.ways where matches(entries[place], facts) {
            guard facts.timestamp - entries[place].firstSeen <= Self.lifetime else { break }
            let entry = entries[place]
            facts.portA = entry.portA
            facts.portB = entry.portB
            facts.protocolIdentifier = entry.flowProtocol
            if entry.flags.contains(.ports) { facts.flags.insert(.ports) }
            if isWithItself(entry), entry.flags.contains(.fromB) { facts.flags.insert(.fromB) }
            return
        }
        withoutFirst &+= 1
    }

    /// Whether `facts` is of the datagram that `entry` is the first fragment of. Who sent it is part of the match.
    private func matches(_ entry: Entry, _ facts: PacketFacts) -> Bool {
        // IPv4 tells datagrams apart by protocol too (RFC 791); in IPv6 later fragments may name another header.
        entry.ipVersion == facts.ipVersion && entry.identification == facts.fragmentIdentification
            && (entry.ipVersion == 6 || entry.flowProtocol == facts.protocolIdentifier
                || facts.protocolIdentifier == Self.authenticationHeader)
            && entry.addressALow == facts.addressALow && entry.addressBLow == facts.addressBLow
            && entry.addressAHigh == facts.addressAHigh && entry.addressBHigh == facts.addressBHigh
            && entry.segment == facts.segment && entry.domain == facts.domain
            && (isWithItself(entry) || entry.flags.contains(.fromB) == facts.flags.contains(.fromB))
    }

    /// A host that talks to itself: only ports order its endpoints, so that a later fragment cannot tell its sender.
    private func isWithItself(_ entry: Entry) -> Bool {
        entry.addressALow == entry.addressBLow && entry.addressAHigh == entry.addressBHigh
    }

    private func set(of facts: PacketFacts) -> Int {
        var hash = facts.addressALow ^ (facts.addressBLow &* 0x9E37_79B9_7F4A_7C15)
        hash = (hash ^ facts.addressAHigh) &* hashKey
        hash = (hash ^ (hash >> 29) ^ facts.addressBHigh ^ UInt64(facts.fragmentIdentification)) &* hashKey
        return Int(truncatingIfNeeded: (hash ^ (hash >> 32)) & UInt64(Self.sets - 1)) * Self.ways
    }
}
