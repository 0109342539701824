/// The versions of NetFlow that are exported, for collectors that know nothing newer.
package enum NetFlowVersion: UInt16, Sendable, CaseIterable {
    /// Records of a fixed layout, as Cisco's routers sent them first.
    case five = 5
    /// Records by template (RFC 3954).
    case nine = 9

    /// What a collector does not get that IPFIX has, as a sentence without the destination's name: said when a run begins.
    package var limits: String {
        switch self {
        case .five:
            "NetFlow 5 is not acknowledged. IPv6 flows cannot be sent; each direction is a record of its own, without VLAN, "
                + "Ethernet addresses, tunnel or label; counters have 32 bits, times milliseconds."
        case .nine:
            "NetFlow 9 is not acknowledged. Each direction is a record of its own, without tunnel, label, flow id, end reason "
                + "or evidence; times are in milliseconds."
        }
    }
}
