import PacketDecode

/// A source of live packets that this program opens itself: a ring of an interface, a group, a queue.
package protocol LiveCapture: LivePacketSource {
    /// Begins to capture.
    func start() throws(LiveError)

    /// Takes another filter (nil lets every packet through). Callable from anywhere. Throws when it cannot be used; the old
    /// one stays then.
    func change(filter expression: String?) throws(LiveError)
}
