import Synchronization

/// Packets of one input that came the same way: by one rule's prefix, at one hook, from and to the same interfaces.
package struct SteeredPath: Sendable, Equatable {
    /// The text that the rule gives its copies, cut to 64 octets; empty without.
    package var prefix: String
    /// The hook, by the name that nft gives it.
    package var hook: String
    /// Number of the interface packets came in by; 0 for none.
    package var inDevice: UInt32
    /// Number of the interface packets leave by; 0 for none.
    package var outDevice: UInt32
    /// Packets.
    package var packets: UInt64
    /// Their octets from the IP header on, before any was cut.
    package var octets: UInt64
    /// Packets that had a mark.
    package var marked: UInt64
    /// The last mark; 0 for none.
    package var lastMark: UInt32
    /// Packets that were several segments in one.
    package var merged: UInt64

    /// A way with its counts.
    package init(
        prefix: String, hook: String, inDevice: UInt32, outDevice: UInt32, packets: UInt64, octets: UInt64,
        marked: UInt64,
        lastMark: UInt32, merged: UInt64
    ) {
        (self.prefix, self.hook, self.inDevice, self.outDevice) = (prefix, hook, inDevice, outDevice)
        (self.packets, self.octets, self.marked, self.lastMark) = (packets, octets, marked, lastMark)
        self.merged = merged
    }

    /// Whether it stands for all those for which there was no room.
    package var isRest: Bool { hook == Self.rest }
    static let rest = "other"

    /// The name of a hook by its number (linux/netfilter.h).
    static func hookName(_ number: UInt8) -> String {
        let names = ["prerouting", "input", "forward", "output", "postrouting", "ingress"]
        return Int(number) < names.count ? names[Int(number)] : "\(number)"
    }
}

/// What others may know of the ways packets came: written by the worker now and then, read by anyone.
package final class SteeredPaths: Sendable {
    private let published = Mutex<[SteeredPath]>([])

    init() {}

    /// The ways so far, as they were up to a second ago.
    package var now: [SteeredPath] { published.withLock { $0 } }

    func publish(_ paths: [SteeredPath]) { published.withLock { $0 = paths } }
}
