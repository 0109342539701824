import NetTypes

/// Remembers the first fragments of datagrams, so that later fragments, which carry no ports, join the same flow; holds
/// later fragments that come before their first one back until it comes (`FragmentTable+Resolve.swift`); and finds
/// fragments that overlap.
///
/// Bounded: 16,384 datagrams in sets of four, the oldest of a full set leaves. Timed: a datagram is forgotten 30 s after
/// its first fragment (RFC 791 and RFC 8200 give reassembly 15 to 120 and 60 s; senders reuse identifications sooner).
/// Works in packet order; its hash has a fixed key in replay, since which datagram leaves a full set shows in the output.
package struct FragmentTable: Sendable {
    /// What is kept of a datagram.
    struct Entry: BitwiseCopyable {
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
        var coverage = FragmentCoverage()
    }

    private static let ways = 4
    private static let sets = 4096
    /// The flow of a first fragment is that of what the authentication header carries; later ones still say 51.
    private static let authenticationHeader: UInt8 = 51
    private static let lifetime: Nanoseconds = 30 * nanosecondsPerSecond
    /// A first fragment that comes again within this time is a copy, as mirror ports make them; later it is that of another
    /// datagram, since identifications come round.
    private static let copyTime: Nanoseconds = 10_000_000

    /// Later fragments whose first one was not known, nor came in time.
    package private(set) var withoutFirst: UInt64 = 0
    /// Fragments that overlapped another one of their datagram.
    package private(set) var overlaps: UInt64 = 0
    /// Fragments that came before.
    package private(set) var duplicates: UInt64 = 0
    /// Later fragments that wait for their first one: in no flow yet.
    package var waiting: Int { held.count }
    private var entries: [Entry] = []
    private let hashKey: UInt64

    // What `FragmentTable+Resolve.swift` works with.
    var held = HeldFragments()
    /// How long a later fragment waits for its first one.
    let patience: Nanoseconds
    /// A batch that is being put together anew.
    var changed: FactsBatch?
    var isChanging = false

    /// An empty table; it takes its 1.8 MB at the first fragment. `patience` is how long a later fragment may wait for its
    /// first one: no longer than sweeps of the flow table stay behind the packet clock, or flows would end that it
    /// belongs to.
    package init(hashKey: UInt64, patience: Nanoseconds = nanosecondsPerSecond) {
        self.hashKey = hashKey | 1
        self.patience = patience
    }

    /// What the table has found so far, as anomalies.
    package func add(to tallies: inout DecodeTallies) {
        tallies.add(.fragmentWithoutFirst, count: withoutFirst)
        tallies.add(.fragmentOverlap, count: overlaps)
        tallies.add(.fragmentDuplicate, count: duplicates)
    }

    /// Counts a later fragment that goes into a flow without ports.
    mutating func noteWithoutFirst() { withoutFirst &+= 1 }

    /// Makes room for datagrams.
    mutating func prepare() {
        if entries.isEmpty { entries = Array(repeating: Entry(), count: Self.sets * Self.ways) }
    }

    /// Remembers a first fragment; the place of its entry.
    mutating func remember(_ facts: PacketFacts) -> Int {
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
            if Self.matches(entries[place], facts) {
                cover(again: place, &entry, facts)
                entries[place] = entry
                return place
            }
            if entries[place].ipVersion == 0 {
                victim = place
                break
            }
            if entries[place].firstSeen < entries[victim].firstSeen { victim = place }
        }
        _ = entry.coverage.add(start: facts.fragmentStart, units: facts.fragmentUnits)
        entries[victim] = entry
        return victim
    }

    /// A first fragment of a datagram that has one already: the same once more, another one in its place, or another
    /// datagram's.
    private mutating func cover(again place: Int, _ entry: inout Entry, _ facts: PacketFacts) {
        let age = entry.firstSeen - entries[place].firstSeen
        var coverage = entries[place].coverage
        let finding = coverage.add(start: facts.fragmentStart, units: facts.fragmentUnits)
        switch finding {
        case .duplicate where age.magnitude <= Self.copyTime.magnitude: duplicates &+= 1
        case .overlap where age.magnitude <= patience.magnitude: overlaps &+= 1
        default:
            coverage = FragmentCoverage()
            _ = coverage.add(start: facts.fragmentStart, units: facts.fragmentUnits)
        }
        entry.coverage = coverage
    }

    /// Gives a later fragment the flow of its first one; false when that is not known.
    mutating func join(_ facts: inout PacketFacts) -> Bool {
        let start = set(of: facts)
        for place in start..<start + Self.ways where Self.matches(entries[place], facts) {
            guard facts.timestamp - entries[place].firstSeen <= Self.lifetime else { return false }
            join(&facts, place)
            return true
        }
        return false
    }

    /// Gives a later fragment the flow of the first one at `place`.
    mutating func join(_ facts: inout PacketFacts, _ place: Int) {
        let entry = entries[place]
        facts.portA = entry.portA
        facts.portB = entry.portB
        facts.protocolIdentifier = entry.flowProtocol
        if entry.flags.contains(.ports) { facts.flags.insert(.ports) }
        if Self.isWithItself(entry), entry.flags.contains(.fromB) { facts.flags.insert(.fromB) }
        // What an ICMP error quotes has been counted when it was sent.
        if facts.flags.contains(.notice) { return }
        switch entries[place].coverage.add(start: facts.fragmentStart, units: facts.fragmentUnits) {
        case .fresh: break
        case .duplicate: duplicates &+= 1
        case .overlap: overlaps &+= 1
        }
    }

    /// The entry at `place`.
    func entry(_ place: Int) -> Entry { entries[place] }

    /// Whether `facts` is of the datagram that `entry` is the first fragment of. Who sent it is part of the match.
    static func matches(_ entry: Entry, _ facts: PacketFacts) -> Bool {
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
    private static func isWithItself(_ entry: Entry) -> Bool {
        entry.addressALow == entry.addressBLow && entry.addressAHigh == entry.addressBHigh
    }

    /// What all fragments of a datagram have in common, as a number.
    func tag(of facts: PacketFacts) -> UInt32 {
        var hash = facts.addressALow ^ (facts.addressBLow &* 0x9E37_79B9_7F4A_7C15)
        hash = (hash ^ facts.addressAHigh) &* hashKey
        hash = (hash ^ (hash >> 29) ^ facts.addressBHigh ^ UInt64(facts.fragmentIdentification)) &* hashKey
        return UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
    }

    private func set(of facts: PacketFacts) -> Int { Int(tag(of: facts) & UInt32(Self.sets - 1)) * Self.ways }
}
