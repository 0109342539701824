/// One packet while it is being decoded: the facts so far, in the sender's own order, and what was odd.
struct Dissection {
    /// The facts; endpoint A is the *sender* until `canonicalise()`.
    var facts: PacketFacts
    /// Anomalies, a bit for each raw value.
    var anomalies: UInt16 = 0
    /// Number of VLAN tags passed.
    var tags = 0
    /// The flow of a fragment: later fragments have no ports.
    var isLaterFragment: Bool { facts.flags.contains(.laterFragment) }

    @inline(__always)
    init(facts: PacketFacts) { self.facts = facts }

    /// Notes an anomaly.
    @inline(__always)
    mutating func note(_ anomaly: Anomaly) { anomalies |= 1 << UInt16(anomaly.rawValue) }

    /// Puts the endpoints into canonical order: the lower (address, port) becomes A.
    @inline(__always)
    mutating func canonicalise() {
        let (high, low) = (facts.addressAHigh, facts.addressALow)
        let lower: Bool
        if high != facts.addressBHigh {
            lower = high < facts.addressBHigh
        } else if low != facts.addressBLow {
            lower = low < facts.addressBLow
        } else {
            lower = facts.flags.contains(.ports) ? facts.portA <= facts.portB : true
        }
        if lower { return }
        facts.flags.insert(.fromB)
        facts.addressAHigh = facts.addressBHigh
        facts.addressALow = facts.addressBLow
        facts.addressBHigh = high
        facts.addressBLow = low
        if facts.flags.contains(.ports) { swap(&facts.portA, &facts.portB) }
    }
}
