/// What is looked at in the packets of flows beyond what flows need. Nothing unless asked for: a batch then costs one
/// comparison.
package struct PacketInspection: Sendable {
    /// What `mtu` may be: from what IPv4 demands (RFC 791 section 3.2) to the longest packet whose length IPv4 can tell.
    package static let mtuRange: ClosedRange<UInt32> = 68...65_535

    /// Secret words for telling packets that come again; nil: nobody wants to tell them.
    package var identityKeys: PacketIdentityKeys?
    /// Whether checksums are checked: IPv4's header, TCP and UDP.
    package var checksums = false
    /// Octets of the longest IP packet that the link takes; what is longer is several packets merged into one. Nil: not
    /// known, and nobody looks.
    package var mtu: UInt32?

    /// Nothing is looked at.
    package init() {}

    var isNeeded: Bool { identityKeys != nil || checksums || mtu != nil }
}
