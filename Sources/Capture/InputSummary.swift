import NetTypes

/// What is known about one input at the end of a run (or so far).
package struct InputSummary: Sendable {
    /// The input as it was named; "-" is standard input.
    package var path: String
    /// The capture format for people: container, time resolution, byte order.
    package var format: String
    /// What the capture was wrapped in.
    package var compression: Compression
    /// Packets read, filtered ones included.
    package var packets: UInt64
    /// Sum of the captured lengths of these packets, in octets.
    package var capturedOctets: UInt64
    /// Packets that the filter did not let through.
    package var packetsFiltered: UInt64
    /// The earliest packet time; nil when there was no packet.
    package var firstTime: Nanoseconds?
    /// The latest packet time; nil when there was no packet.
    package var lastTime: Nanoseconds?
    /// The interfaces that the capture describes, in file order over all sections, at most `maximumInterfaces` of them.
    package var interfaces: [CaptureInterface]
    /// The first 100 damages in file order.
    package var damages: [Damage]
    /// How many damages there were in all.
    package var damageCount: UInt64
    /// Octets that were not used because of damage.
    package var octetsSkipped: UInt64
}

/// What a capture file is wrapped in.
package enum Compression: String, Sendable {
    /// Nothing.
    case none
    /// gzip (RFC 1952), one or more members.
    case gzip
    /// Zstandard (RFC 8878), one or more frames.
    case zstd
}

/// An interface that packets were captured on: one per classic pcap file, any number in pcapng.
package struct CaptureInterface: Equatable, Sendable {
    /// The interface's name (if_name); empty when the capture does not tell.
    package var name: String
    /// LINKTYPE_ number (https://www.tcpdump.org/linktypes.html).
    package var linkType: UInt16
    /// The most octets captured of a packet; 0 means no limit.
    package var snapLength: UInt32
    /// Resolution of the capture's clock for people, such as "1 us" or "2^-20 s".
    package var timeResolution: String
    /// Octets of frame check sequence that end each packet, as the capture says.
    package var fcsLength: UInt8
    /// Packets received by the interface (isb_ifrecv of the last statistics block); nil when not told.
    package var packetsReceived: UInt64?
    /// Packets dropped by the interface (isb_ifdrop); nil when not told.
    package var packetsDroppedByInterface: UInt64?
    /// Packets that the capturing program's filter accepted (isb_filteraccept); nil when not told.
    package var packetsAcceptedByFilter: UInt64?
    /// Packets dropped by the operating system (isb_osdrop); nil when not told.
    package var packetsDroppedBySystem: UInt64?

    /// The link type with its name, such as "1 (Ethernet)".
    package var linkTypeDescription: String { linkTypeText(linkType) }
}
