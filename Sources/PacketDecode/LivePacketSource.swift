import NetTypes

/// Packets as they arrive: one ring of one input. Used by one thread, the worker that owns it; `status` may be read by
/// others.
package protocol LivePacketSource: AnyObject, Sendable {
    /// What others may know of the source.
    var status: LiveSourceStatus { get }
    /// How long a packet may have arrived before `fill` can hand it out.
    var latency: Nanoseconds { get }

    /// Empties `batch` and fills it with packets that have arrived, in the order of arrival, without waiting. False when
    /// there are none. The bytes stay valid until `release`.
    func fill(_ batch: PacketBatch) -> Bool

    /// Gives back the memory of all packets handed out: their bytes may change from now on.
    func release()

    /// Waits until packets may have arrived, at most so long.
    func wait(milliseconds: Int32)

    /// Brings `status` up to date and mends what can be mended, such as an interface that has come back. Called about once
    /// a second.
    func maintain()

    /// Takes no more packets. Those that have arrived can still be handed out, on a machine that is not kept from its work
    /// after `latency` at the latest.
    func stopTaking()

    /// After `stopTaking`: whether packets have arrived, as far as is known, that can still be handed out.
    func owesPackets() -> Bool
}
