// What decoders do to the facts of the packet at hand. Until `canonicalise()`, endpoint A is the sender.
extension PacketFacts {
    /// A later fragment has no transport header.
    @inline(__always)
    var isLaterFragment: Bool { flags.contains(.laterFragment) }

    /// Notes a fragment of `octets` that begins `offset` units of eight octets into its datagram, which carries protocol
    /// `number` (RFC 791, RFC 8200 section 4.5).
    mutating func noteFragment(identification: UInt32, offset: UInt16, octets: UInt32, number: UInt8) {
        note(.fragment)
        fragmentIdentification = identification
        fragmentStart = offset
        fragmentUnits = UInt16(clamping: (UInt64(octets) &+ 7) / 8)
        flags.insert(offset == 0 ? .firstFragment : .laterFragment)
        // It overwrites the TCP flags, or brings them after the filters have looked (RFC 1858 section 3, RFC 3128).
        if offset == 1, number == Self.tcp { note(.fragmentTiny) }
    }

    /// Notes a first fragment that ends before the transport header does, by its own length and not by the capture's
    /// (RFC 1858 section 3, RFC 7112). Call when all headers have been read.
    mutating func noteTinyFragment() {
        let wanted = 1 << UInt16(Anomaly.transportHeaderCut.rawValue)
        let mask = wanted | 1 << UInt16(Anomaly.truncated.rawValue)
        if flags.contains(.firstFragment), Int(anomalies) & mask == wanted { note(.fragmentTiny) }
    }

    private static let tcp: UInt8 = 6

    /// Makes a later fragment that was held back one that is counted at packet `frame`.
    mutating func letGo(at frame: UInt64) {
        tcpSequence = UInt32(truncatingIfNeeded: frameNumber >> 32)
        tcpAcknowledgement = UInt32(truncatingIfNeeded: frameNumber)
        frameNumber = frame
        flags.insert(.held)
    }

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
