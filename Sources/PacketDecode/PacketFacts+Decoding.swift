// What decoders do to the facts of the packet at hand. Until `canonicalise()`, endpoint A is the sender.
extension PacketFacts {
    /// A later fragment has no transport header.
    @inline(__always)
    var isLaterFragment: Bool { flags.contains(.laterFragment) }

    /// Notes an anomaly.
    @inline(__always)
    mutating func note(_ anomaly: Anomaly) { anomalies |= 1 << UInt16(anomaly.rawValue) }

    /// Puts the endpoints into canonical order: the lower (address, port) becomes A.
    ///
    /// Exchanges by masks: which endpoint is lower is a coin's toss, and a branch on it would be mispredicted every
    /// other packet.
    @inline(__always)
    mutating func canonicalise() {
        var higher = addressAHigh > addressBHigh
        if addressAHigh == addressBHigh {
            higher = addressALow > addressBLow
            if addressALow == addressBLow { higher = flags.contains(.ports) && portA > portB }
        }
        let mask: UInt64 = higher ? .max : 0
        flags.rawValue |= UInt16(truncatingIfNeeded: mask) & Flags.fromB.rawValue
        let high = (addressAHigh ^ addressBHigh) & mask
        addressAHigh ^= high
        addressBHigh ^= high
        let low = (addressALow ^ addressBLow) & mask
        addressALow ^= low
        addressBLow ^= low
        // What stands in for ports elsewhere (ICMP) belongs to both directions and stays.
        let port = (portA ^ portB) & UInt16(truncatingIfNeeded: mask) & (flags.contains(.ports) ? .max : 0)
        portA ^= port
        portB ^= port
    }
}
