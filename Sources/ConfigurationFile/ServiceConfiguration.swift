import NetTypes

/// Section `service`: how the process runs.
package struct ServiceConfiguration: Sendable, Equatable {
    /// Who to become once inputs and outputs are open; nil to stay who one is.
    package var user: String?
    /// The group to change to; nil for the user's own.
    package var group: String?
    /// Where metrics are served; nil for nowhere.
    package var metrics: LoopbackEndpoint? = LoopbackEndpoint(address: IPAddress(v4: 0x7F00_0001), port: 9573)
    /// Path of a Unix socket where metrics are served too; nil for none.
    package var metricsSocket: String?
    /// How long the end of a run may wait for outputs to take what is left.
    package var drainTimeout: Nanoseconds = 5 * nanosecondsPerSecond
    /// Time between two summaries in the log.
    package var summaryInterval: Nanoseconds = 60 * nanosecondsPerSecond
    /// Time between two judgements of the inputs; 0 for none.
    package var verdictInterval: Nanoseconds = 60 * nanosecondsPerSecond

    /// The defaults.
    package init() {}
}

/// An address of this host that only this host can reach, with a TCP port: `127.0.0.1:9573`, `[::1]:9573`.
package struct LoopbackEndpoint: Sendable, Equatable, CustomStringConvertible {
    /// In 127.0.0.0/8, or ::1.
    package let address: IPAddress
    /// 1 to 65535.
    package let port: UInt16

    /// nil when the address is not a loopback address, or the port is 0.
    package init?(address: IPAddress, port: UInt16) {
        let isLoopback =
            address.version == 4 ? address.low >> 24 == 127 : address.high == 0 && address.low == 1
        guard isLoopback, port > 0 else { return nil }
        self.address = address
        self.port = port
    }

    /// `ADDRESS:PORT`, an IPv6 address in brackets.
    package var description: String { address.version == 4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}
