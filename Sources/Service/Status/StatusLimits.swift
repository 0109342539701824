/// What clients of the status pages may take, each and together.
package struct StatusLimits: Sendable {
    /// Connections at a time, on each of address and socket; further ones wait in the kernel, which keeps as many again
    /// and refuses the rest.
    package var connections = 32
    /// From connecting to the end of the answer: one request each, then the connection is closed.
    package var lifetime: Duration = .seconds(10)
    /// Connections that are open at `stop()` have this long.
    package var farewell: Duration = .milliseconds(250)
    /// Octets of all header fields of a request.
    package var headerOctets = 8192
    /// Header fields of a request.
    package var headerFields = 64
    /// Octets of a request's body, which nobody reads.
    package var bodyOctets = 16384

    /// The limits above.
    package init() {}
}
