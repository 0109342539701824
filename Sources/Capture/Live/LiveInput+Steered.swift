extension LiveInput {
    /// Where packets come from.
    package enum Source: Sendable, Equatable {
        /// A network interface.
        case interface
        /// Copies that rules of nft or iptables make for a netlink group (`nflog:GROUP`).
        case log(group: UInt16)
        /// Packets that rules of iptables hold in a queue until a verdict (`nfqueue:NUMBER`).
        case queue(number: UInt16)
    }

    private static let logPrefix = "nflog:"
    private static let queuePrefix = "nfqueue:"
    static let noFilter = "A group or a queue takes no filter: its rules choose what comes."

    /// What `interface` names. A name with a colon that is none of the two is an interface, which nobody will find.
    package var source: Source {
        if let group = Self.number(interface, after: Self.logPrefix) { return .log(group: group) }
        if let number = Self.number(interface, after: Self.queuePrefix) { return .queue(number: number) }
        return .interface
    }

    /// Whether packets come from rules and not from an interface.
    package var isSteered: Bool { source != .interface }

    /// Whether `name` names a group or a queue, with a number from 0 to 65535 in plain digits.
    package static func isSteered(_ name: String) -> Bool { LiveInput(interface: name).isSteered }

    /// Whether `name` names a queue.
    package static func isQueue(_ name: String) -> Bool { number(name, after: queuePrefix) != nil }

    private static func number(_ text: String, after prefix: String) -> UInt16? {
        guard text.hasPrefix(prefix), let number = UInt16(text.dropFirst(prefix.count)) else { return nil }
        return text == prefix + String(number) ? number : nil
    }

    /// What is wrong with an input that is steered or is meant to be, as a sentence; nil when nothing is.
    var steeredProblem: String? {
        guard isSteered else {
            let isMeant = interface.hasPrefix(Self.logPrefix) || interface.hasPrefix(Self.queuePrefix)
            return isMeant ? "The number of a group or a queue is 0 to 65535, as in nflog:5." : nil
        }
        if workers != 1 { return "A group or a queue is read by one worker." }
        if filter != nil { return Self.noFilter }
        if direction != .both || timestamps != .host { return "A group or a queue has no direction and no adapter." }
        if !(1 << 18...2 << 30).contains(ringOctets) {
            return "The socket's buffer of \(ringOctets) octets must be 256 KiB to 2 GiB."
        }
        guard case .queue = source else { return nil }
        if !Self.queueLengths.contains(queueLength) {
            return "The queue's length of \(queueLength) packets must be 1 to \(Self.queueLengths.upperBound)."
        }
        // Each packet takes the next power of two, and as much again for what the kernel notes about it.
        if ringOctets < queueLength * 2 * (Int(min(snapLength, 65_535)) + 1024) {
            return "The socket's buffer of \(ringOctets) octets cannot hold a queue of \(queueLength) packets of"
                + " \(snapLength) octets: packets would pass unseen. Make the ring larger, or the snap length shorter."
        }
        return nil
    }

    /// How many packets a queue may hold: whoever stops the reader delays or loses as many.
    package static let queueLengths = 1...4096
}
