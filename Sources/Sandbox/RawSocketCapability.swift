/// Runs `body` with CAP_NET_RAW effective for the calling thread, if the thread is permitted it, and takes it back after.
///
/// This is for opening an input. Capabilities belong to a thread: no other thread gets the right meanwhile, and a thread
/// that began before `Sandbox.enter` has those of its own beginning. Where the right was effective already (the process
/// has not entered its sandbox, or may not change capabilities), nothing changes; where it is not permitted, `body` runs
/// without it, and the system's refusal is its error.
package func withRawSocketCapability<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    try Capabilities.with(Capabilities.netRaw, body)
}

extension Capabilities {
    /// Runs `body` with a capability effective for the calling thread, where it is permitted and not effective already.
    static func with<Result: ~Copyable, Failure: Error>(
        _ capability: UInt64, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let before = try? current(), before.effective & capability == 0, before.permitted & capability != 0 else {
            return try body()
        }
        var raised = before
        raised.effective |= capability
        guard raised.apply() else { return try body() }
        // Lowering what is held is never refused.
        defer { _ = before.apply() }
        return try body()
    }
}
