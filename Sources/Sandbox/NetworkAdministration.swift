/// Whether the calling thread may administer the network now (CAP_NET_ADMIN effective).
package var mayAdministerNetwork: Bool {
    ((try? Capabilities.current())?.effective ?? 0) & Capabilities.netAdmin != 0
}

/// Makes CAP_NET_ADMIN effective for the calling thread, for good, where it is permitted: for the thread that gives
/// verdicts about a queue's packets, each of which takes the right. Where it is not permitted nothing changes, and the
/// system refuses the verdicts.
package func raiseNetworkAdministration() {
    guard var rights = try? Capabilities.current(), rights.permitted & Capabilities.netAdmin != 0 else { return }
    rights.effective |= Capabilities.netAdmin
    _ = rights.apply()
}

/// Runs `body` with CAP_NET_ADMIN effective for the calling thread, as `withRawSocketCapability` does with CAP_NET_RAW.
package func withNetworkAdministration<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    try Capabilities.with(Capabilities.netAdmin, body)
}
