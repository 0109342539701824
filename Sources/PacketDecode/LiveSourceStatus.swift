import NetTypes
import Synchronization

/// What became of one ring's packets before they reached the program, and how the interface is. Written by the ring's
/// worker, read by anyone.
package final class LiveSourceStatus: Sendable {
    /// Packets that the kernel's filter let through, lost ones included.
    package let arrived = Atomic<UInt64>(0)
    /// Packets lost because the ring was full.
    package let ringDrops = Atomic<UInt64>(0)
    /// How often the ring was full.
    package let ringFreezes = Atomic<UInt64>(0)
    /// How much of the ring waited to be read when it was last looked at, in percent, and rounded down to 0, 25 or 50.
    package let backlog = Atomic<UInt8>(0)
    /// Packets handed out.
    package let handedOut = Atomic<UInt64>(0)
    /// Packets passed over because they went the other way than was asked for.
    package let otherDirection = Atomic<UInt64>(0)
    /// Messages of the kernel's that could not be read. Where that cost a packet, it is among those lost.
    package let malformed = Atomic<UInt64>(0)
    /// Packets lost by the adapter or its driver since the source was opened (every ring of an input says the same).
    package let interfaceDrops = Atomic<UInt64>(0)
    /// How often the source was opened again.
    package let reopens = Atomic<UInt64>(0)
    /// Whether the interface is there and up.
    package let isUp = Atomic(false)
    /// Time stamp of the last packet handed out; 0 before the first.
    package let lastPacket = Atomic<Nanoseconds>(0)
    /// Why the source could not be opened again, as a sentence; nil while nothing is wrong.
    private let trouble = Mutex<String?>(nil)

    /// Nothing has happened yet.
    package init() {}

    /// Why the source gives no packets, as a sentence; nil while nothing is wrong.
    package var problem: String? {
        get { trouble.withLock { $0 } }
        set { trouble.withLock { $0 = newValue } }
    }
}
