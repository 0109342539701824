import NetTypes

/// The two parts of the kernel that hand packets to programs over netlink.
package enum NetfilterSubsystem: Sendable, CaseIterable {
    /// nfnetlink_log: copies (linux/netfilter/nfnetlink_log.h).
    case log
    /// nfnetlink_queue: the packets themselves, held until a verdict (linux/netfilter/nfnetlink_queue.h).
    case queue

    /// What the first octet of a message's type says (NFNL_SUBSYS_ULOG, NFNL_SUBSYS_QUEUE).
    var number: UInt16 {
        switch self {
        case .queue: 3
        case .log: 4
        }
    }

    /// Type of the messages that bring a packet (NFULNL_MSG_PACKET, NFQNL_MSG_PACKET).
    var packetType: UInt16 { number << 8 }

    /// Number of the first packet that is handed to a new listener.
    var firstSequence: UInt32 {
        switch self {
        case .log: 0
        case .queue: 1
        }
    }
}

/// What one message says of a packet. Places are offsets into the datagram; what is not said is 0, empty or nil.
package struct NetfilterMessage: Equatable, Sendable {
    /// Address family of the hook: 2 IPv4, 7 a bridge, 10 IPv6.
    package var family: UInt8 = 0
    /// Number of the group or the queue.
    package var resource: UInt16 = 0
    /// EtherType of the packet.
    package var protocolType: UInt16 = 0
    /// The hook it was seen at: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting.
    package var hook: UInt8 = 0
    /// The packet's mark.
    package var mark: UInt32 = 0
    /// Number of the interface it came in by.
    package var inDevice: UInt32 = 0
    /// Number of the interface it leaves by.
    package var outDevice: UInt32 = 0
    /// When the kernel got it, in nanoseconds since 1970; packets that the host sends have no time.
    package var time: Nanoseconds?
    /// Number among the packets that were handed to this listener: a queue's from 1, a group's from 0.
    package var sequence: UInt32?
    /// Text that the rule gives its copies, without the zero at its end.
    package var prefix: Range<Int> = 0..<0
    /// Link-layer header.
    package var linkHeader: Range<Int> = 0..<0
    /// Kind of the interface that the header is of (ARPHRD_ number).
    package var linkKind: UInt16 = 0
    /// The packet from its IP header on, as far as it was copied.
    package var payload: Range<Int>?
    /// Octets from the IP header on before it was cut, where a queue says so.
    package var originalLength: UInt32?
    /// Whether it is several segments that go as one packet (NFQA_SKB_GSO).
    package var isMerged = false

    /// A message that says nothing.
    package init() {}
}
