import NetTypes

/// Where packets come from: a file, several files merged by time, a ring. Used by one thread at a time.
package protocol PacketSource: AnyObject {
    /// Empties `batch` and fills it with the next packets, in input order, at least one unless the input has ended.
    ///
    /// Blocks until there are packets. Damage in the input does not throw: what is sound is handed out, and what is
    /// wrong is recorded for the end of the run. Returns false when there are no more packets.
    func fill(_ batch: PacketBatch) -> Bool
}
