import NetTypes
import PacketDecode

/// Turns datagrams into packets of a batch, and keeps the books of one group or queue.
package struct NetfilterIntake {
    /// What became of what the kernel handed over.
    package struct Tallies: Equatable, Sendable {
        /// Packets put into batches.
        package var packets: UInt64 = 0
        /// Packets that are missing in the kernel's numbering, for which there was no room, and those that came without
        /// an octet of theirs.
        package var lost: UInt64 = 0
        /// Messages that contradict themselves, or bring nothing of their packet.
        package var malformed: UInt64 = 0
        /// The number of the last error that the kernel answered with; 0 for none.
        package var lastError: Int32 = 0
    }

    /// The kinds of interface whose 14 octets of header are Ethernet's: Ethernet and the loopback (linux/if_arp.h).
    private static let ethernetKinds: [UInt16] = [1, 772]
    private static let ethernetOctets = 14
    private static let ethernetLink: UInt16 = 1
    private static let rawLink: UInt16 = 101

    private let subsystem: NetfilterSubsystem
    private let observationPoint: UInt8
    private var gaps: SequenceGaps
    private var table = PathTable()
    /// What has been counted.
    package private(set) var tallies = Tallies()

    /// The intake of a listener that begins anew.
    package init(_ subsystem: NetfilterSubsystem, observationPoint: UInt8) {
        self.subsystem = subsystem
        self.observationPoint = observationPoint
        gaps = SequenceGaps(first: subsystem.firstSequence)
    }

    /// The ways packets came.
    package var paths: [SteeredPath] { table.paths }

    /// Adds packets of `datagram` from `offset` on to the batch, until the batch is full; moves `offset` behind them. True
    /// when nothing is left in the datagram. `received` is the time of packets that the kernel gave none.
    package mutating func take(
        _ datagram: NetlinkDatagram, at offset: inout Int, received: Nanoseconds, into batch: PacketBatch
    ) -> Bool {
        var reader = NetfilterReader(datagram.bytes, subsystem, from: offset)
        while batch.count < batch.capacity {
            switch reader.next() {
            case .packet(let message): add(message, datagram, received, batch)
            case .answer(_, let error): if error != 0 { tallies.lastError = error }
            case .malformed: tallies.malformed &+= 1
            case .end:
                offset = reader.offset
                return true
            }
        }
        offset = reader.offset
        return false
    }

    private mutating func add(
        _ message: NetfilterMessage, _ datagram: NetlinkDatagram, _ received: Nanoseconds, _ batch: PacketBatch
    ) {
        if let sequence = message.sequence { tallies.lost &+= gaps.missing(before: sequence) }
        guard let payload = message.payload, !payload.isEmpty else {
            tallies.malformed &+= 1
            tallies.lost &+= 1
            return
        }
        let bytes = NetlinkBytes(datagram.bytes)
        let octets = Self.length(message, payload, bytes)
        table.count(message, octets: octets, bytes)
        var place = payload
        var linkType = Self.rawLink
        if Self.hasEthernetHeader(message, bytes) {
            datagram.move(message.linkHeader, before: payload.lowerBound)
            place = payload.lowerBound - Self.ethernetOctets..<payload.upperBound
            linkType = Self.ethernetLink
        }
        batch.append(
            datagram.reference(
                place, wireLength: octets &+ UInt32(place.count - payload.count), at: message.time ?? received,
                linkType: linkType, observationPoint: observationPoint))
        tallies.packets &+= 1
    }

    /// Whether the link-layer header is Ethernet's, and leads to the packet as it stands: where the kernel has taken a tag
    /// off, or put a device of another kind in between, it does not.
    private static func hasEthernetHeader(_ message: NetfilterMessage, _ bytes: borrowing NetlinkBytes) -> Bool {
        message.linkHeader.count == ethernetOctets && ethernetKinds.contains(message.linkKind)
            && bytes.big16(message.linkHeader.lowerBound &+ 12) == message.protocolType
    }

    /// Octets from the IP header on before the copy was cut. A queue says how many; a log does not, but IP does.
    private static func length(
        _ message: NetfilterMessage, _ payload: Range<Int>, _ bytes: borrowing NetlinkBytes
    ) -> UInt32 {
        let copied = UInt32(payload.count)
        if let original = message.originalLength { return max(copied, min(original, 1 << 24)) }
        guard payload.count >= 8 else { return copied }
        switch bytes.u8(payload.lowerBound) >> 4 {
        case 4: return max(copied, UInt32(bytes.big16(payload.lowerBound &+ 2)))
        case 6: return max(copied, UInt32(bytes.big16(payload.lowerBound &+ 4)) &+ 40)
        default: return copied
        }
    }
}
