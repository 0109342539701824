import Synchronization

/// How far a replay has come. May be read by any thread while another one reads the input.
package final class ReplayProgress: Sendable {
    /// Sum of the sizes of all inputs in octets (of the compressed ones as they are stored); nil when one of them is a
    /// pipe or standard input.
    package let totalOctets: UInt64?
    private let consumed = Atomic<UInt64>(0)

    init(totalOctets: UInt64?) {
        self.totalOctets = totalOctets
    }

    /// Octets of the inputs used so far.
    package var octetsConsumed: UInt64 { consumed.load(ordering: .relaxed) }

    func add(_ octets: UInt64) {
        consumed.wrappingAdd(octets, ordering: .relaxed)
    }
}
