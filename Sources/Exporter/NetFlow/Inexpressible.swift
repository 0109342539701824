/// What a format has no way to say, counted by reason.
package struct Inexpressible: Sendable, Equatable {
    /// Why something cannot be said.
    package enum Reason: String, Sendable, CaseIterable {
        /// An IPv6 flow in NetFlow version 5: left out.
        case ipv6 = "IPv6"
        /// A counter that does not fit, even in so many records: the largest number stands for it.
        case counter
        /// A time that does not fit: the nearest one stands for it.
        case time
    }

    /// Flow records left out.
    private var ipv6: UInt64 = 0
    /// Records sent with a counter that is too small.
    private var counter: UInt64 = 0
    /// Records sent with a time that is not theirs.
    private var time: UInt64 = 0
    /// Packets of the records left out, both directions.
    package private(set) var packets: UInt64 = 0
    /// Layer 3 octets of the records left out, both directions.
    package private(set) var octets: UInt64 = 0

    /// Nothing.
    package init() {}

    /// Records by reason.
    package internal(set) subscript(reason: Reason) -> UInt64 {
        get {
            switch reason {
            case .ipv6: ipv6
            case .counter: counter
            case .time: time
            }
        }
        set {
            switch reason {
            case .ipv6: ipv6 = newValue
            case .counter: counter = newValue
            case .time: time = newValue
            }
        }
    }

    /// Counts a record that is left out.
    mutating func leaveOut(packets: UInt64, octets: UInt64) {
        ipv6 += 1
        self.packets &+= packets
        self.octets &+= octets
    }
}
