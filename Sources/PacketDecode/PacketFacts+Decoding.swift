// What decoders do to the facts of the packet at hand. Until `canonicalise()`, endpoint A is the sender.
extension PacketFacts {
    /// A later fragment has no transport header.
    @inline(__always)
    var isLaterFragment: Bool { flags.contains(.laterFragment) }

    /// Notes an anomaly.
    @inline(__always)
    mutating func note(_ anomaly: Anomaly) { anomalies |= 1 << UInt16(anomaly.rawValue) }

    /// Puts the endpoints into canonical order: the lower (address, port) becomes A.
    @inline(__always)
    mutating func canonicalise() {
        let (high, low) = (addressAHigh, addressALow)
        let lower: Bool
        if high != addressBHigh {
            lower = high < addressBHigh
        } else if low != addressBLow {
            lower = low < addressBLow
        } else {
            lower = flags.contains(.ports) ? portA <= portB : true
        }
        if lower { return }
        flags.insert(.fromB)
        addressAHigh = addressBHigh
        addressALow = addressBLow
        addressBHigh = high
        addressBLow = low
        if flags.contains(.ports) { swap(&portA, &portB) }
    }
}
