/// What an export of messages has sent and what it could not send, over all its sessions.
package struct IPFIXStatistics: Sendable, Equatable {
    /// Flow data records handed to the operating system; uniflow output makes up to two of one `FlowRecord`.
    package var records: UInt64 = 0
    /// Messages handed to the operating system (IE 41).
    package var messages: UInt64 = 0
    /// Octets of those messages (IE 40).
    package var octets: UInt64 = 0
    /// Flow data records that could not be sent (IE 166).
    package var failedRecords: UInt64 = 0
    /// Packets that those records count, both directions (IE 167).
    package var failedPackets: UInt64 = 0
    /// Layer 3 octets that those records count, both directions (IE 168).
    package var failedOctets: UInt64 = 0
    /// Flow records of whose attributes some were left out because the message had no room for them.
    package var cutAttributes: UInt64 = 0
    /// UDP: how often the collector's host said that nobody listens (ICMP port unreachable). Each stands for at least
    /// one message that nobody read; which one is not known.
    package var refusals: UInt64 = 0
    /// Transport sessions begun: 1, and one more for each connection made anew.
    package var sessions: UInt64 = 1

    /// NetFlow: what the format has no way to say.
    package var inexpressible = Inexpressible()
    /// NetFlow 5: one-way flows that were sent as several records, since counters have 32 bits.
    package var splitRecords: UInt64 = 0

    /// Flow records that the destination's filter left out.
    package var filtered: UInt64 = 0

    /// All zero, one session.
    package init() {}
}

/// What the capture side tells the collector about packets that are in no flow record; options data carry it (RFC 7011
/// section 4). The caller keeps it up to date; the last state before `finish` is sent.
package struct ExportStatistics: Sendable, Equatable {
    /// Packets that the metering process read (IE 86 packetTotalCount).
    package var observedPackets: UInt64 = 0
    /// Their layer 2 octets (IE 353 layer2OctetTotalCount).
    package var observedOctets: UInt64 = 0
    /// Packets left out on purpose or for want of an IP header: filtered, not a flow, duplicates dropped (IE 164).
    package var ignoredPackets: UInt64 = 0
    /// Their layer 2 octets (IE 165).
    package var ignoredOctets: UInt64 = 0
    /// Packets that no decoder could read.
    package var undecodablePackets: UInt64 = 0
    /// Packets lost between the wire and the probe, as far as the input tells.
    package var captureLossPackets: UInt64 = 0
    /// Copies of other packets that were dropped; they are among `ignoredPackets`.
    package var duplicatePackets: UInt64 = 0
    /// Packets of flows that flow selection left out; they are among `ignoredPackets`.
    package var notSelectedPackets: UInt64 = 0
    /// Their layer 2 octets.
    package var notSelectedOctets: UInt64 = 0
    /// How the inputs of a live run are; empty when nobody judges.
    package var mirror: [MirrorState] = []
    /// What a live run gives up, by observation domain; empty when it never does.
    package var overload: [OverloadState] = []

    /// All zero.
    package init() {}
}
