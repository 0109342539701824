/// The UDP ports under which tunnels are looked for (https://www.iana.org/assignments/service-names-port-numbers).
///
/// A port alone proves nothing: each tunnel's decoder checks its header, and what does not fit stays a flow of its own.
enum TunnelPorts {
    /// Whether neither port is a tunnel's, told in a few instructions for most: the shortcut for common packets asks for
    /// each UDP packet. `ports` holds one in each half.
    @inline(__always)
    static func excludes(_ ports: UInt32) -> Bool {
        let (first, second) = (UInt16(truncatingIfNeeded: ports), UInt16(truncatingIfNeeded: ports >> 16))
        if first &- lowest > highest &- lowest, second &- lowest > highest &- lowest, first != wireGuard,
            second != wireGuard
        {
            return true
        }
        return !isKnown(first) && !isKnown(second)
    }

    /// The tunnel's port among a packet's two, the destination's first: answers of VXLAN and its like do not come from
    /// the well-known port, those of GTP or Teredo do. The source port of MPLS and LISP is a hash of the flow inside
    /// (RFC 7510 section 3, RFC 9300 section 5.1), and their headers prove little: only the destination counts.
    @inline(never)
    static func known(_ source: UInt16, _ destination: UInt16) -> UInt16? {
        // VXLAN's is by far the most frequent.
        if destination == VXLAN.port { return destination }
        return isKnown(destination) ? destination : isKnown(source) && !isHashed(source) ? source : nil
    }

    private static func isHashed(_ source: UInt16) -> Bool { source == 4341 || source == 6635 }

    private static let lowest: UInt16 = 1194
    private static let highest: UInt16 = 8472
    private static let wireGuard: UInt16 = 51_820

    private static func isKnown(_ port: UInt16) -> Bool {
        switch port {
        case 1194, 1701, 2152, 3544, 4341, 4500, 4754, 4789, 4790, 5072, 5247, 6081, 6635, 8472, wireGuard: true
        default: false
        }
    }
}
