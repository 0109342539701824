import FlowTable
import NetTypes
import PacketDecode

/// What a live run has done up to one moment, at which no packet was half counted (unless `isExact` says otherwise).
package struct LiveSnapshot: Sendable {
    /// Outcomes of packets.
    package var tallies = DecodeTallies()
    /// The same for each worker, in the order of the run's sources.
    package var workerTallies: [DecodeTallies] = []
    /// Packets that the sources had handed out.
    package var handedOut: UInt64 = 0
    /// What the flow table did.
    package var counters = FlowTableCounters()
    /// What flow selection left out.
    package var leftOut = SelectionSums()
    /// The same for each worker, in the order of the run's sources.
    package var workerLeftOut: [SelectionSums] = []
    /// Later fragments that wait for their first one: decoded, and in no flow yet.
    package var waitingFragments: UInt64 = 0
    /// Flows alive.
    package var liveFlows: UInt64 = 0
    /// Octets of memory that flows have touched.
    package var tableOctets: UInt64 = 0
    /// Steps of packet clocks.
    package var clockSteps: UInt64 = 0
    /// Up to when everything has been counted, by the packets' clock.
    package var watermark: Nanoseconds = 0
    /// Whether all workers stood still while this was read.
    package var isExact = false
}
