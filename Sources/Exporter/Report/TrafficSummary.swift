import FlowTable
import NetTypes

/// Adds records up into the five supervision lists, the attempts beside them, and the top conversations.
///
/// A flow counts once, however many slices it had. Answered traffic and attempts (silent or refused flows) are kept in
/// lists of their own, so that a scan cannot fill the lists of services and addresses. Every list is bounded
/// (`HeavyHitterList`), and nothing it tells depends on hashing or on the run.
package final class TrafficSummary: RecordSink {
    /// How much memory the lists may take.
    package struct Configuration: Sendable {
        /// Most keys in each list of addresses, services and conversations; about 100 octets each.
        package var listCapacity = 65_536
        /// Most unfinished flows of several slices held for stitching; about 400 octets each.
        package var stitchCapacity = 65_536

        /// The defaults: at most 70 MB when every list is full.
        package init() {}
    }

    /// Answered traffic beside attempts, for lists whose keys are few.
    package struct Split: Sendable {
        /// Flows whose service answered.
        package var answered = TrafficCounters()
        /// Silent and refused flows.
        package var attempts = TrafficCounters()
    }

    /// The lists of one kind of traffic.
    package struct Lists: Sendable {
        /// By initiator.
        package var sources: HeavyHitterList<AddressKey, TrafficCounters>
        /// By responder.
        package var destinations: HeavyHitterList<AddressKey, TrafficCounters>
        /// By protocol and destination port, where there are ports.
        package var services: HeavyHitterList<ServiceKey, TrafficCounters>

        /// Empty lists of at most `capacity` keys each.
        package init(capacity: Int) {
            sources = HeavyHitterList(capacity: capacity)
            destinations = HeavyHitterList(capacity: capacity)
            services = HeavyHitterList(capacity: capacity)
        }

        mutating func flush() {
            sources.flush()
            destinations.flush()
            services.flush()
        }
    }

    private var state: SummaryState

    /// An empty summary.
    package init(configuration: Configuration = Configuration()) {
        state = SummaryState(configuration)
    }

    /// Takes a batch of records. Never throws.
    package func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        state.consume(records)
    }

    /// Counts the flows that are still unfinished. Never throws.
    package func finish(packetClock: Nanoseconds) throws(ExportError) {
        state.finish()
    }
}

extension TrafficSummary {
    /// By IE 4 protocolIdentifier, which is the index.
    package var protocols: [Split] { state.protocols }
    /// By `ZoneDirection.rawValue`, which is the index.
    package var directions: [Split] { state.directions }
    /// Answered flows, kept by octets.
    package var answered: Lists { state.answered }
    /// Silent and refused flows, kept by number of flows.
    package var attempts: Lists { state.attempts }
    /// All flows, kept by octets.
    package var conversations: HeavyHitterList<ConversationKey, ConversationTally> { state.conversations }

    /// All flows together.
    package var total: TrafficCounters {
        var total = answeredTotal
        total.add(refusedTotal)
        total.add(silentTotal)
        return total
    }
    /// Flows whose service answered.
    package var answeredTotal: TrafficCounters { total(.answered) }
    /// Flows that were refused (RST to a SYN, or an ICMP error that says so).
    package var refusedTotal: TrafficCounters { total(.refused) }
    /// Flows to which nothing came back.
    package var silentTotal: TrafficCounters { total(.silent) }
    /// Records taken, slices included.
    package var records: UInt64 { state.records }
    /// Time of the first packet; nil before any record.
    package var firstPacket: Nanoseconds? { state.firstPacket == .max ? nil : state.firstPacket }
    /// Time of the last packet; nil before any record.
    package var lastPacket: Nanoseconds? { state.firstPacket == .max ? nil : state.lastPacket }
    /// Later parts of flows that may have been counted before, because more flows were unfinished at once than
    /// `stitchCapacity`: the number of flows may be too small by this much at most.
    package var uncertainFlows: UInt64 { state.uncertainFlows }

    /// Flows that were chosen out of more, by selector, the laxest first: counts of each, times its factor, stand for all that
    /// there was while it held. The lists add up what was seen.
    package var selected: [(selector: FlowSelector, flows: UInt64)] {
        FlowSelector.allSelectors.dropFirst().map { ($0, state.bySelector[Int($0.id)]) }.filter { $0.flows > 0 }
    }

    private func total(_ evidence: FlowRecord.ServiceEvidence) -> TrafficCounters {
        state.totals[Int(evidence.rawValue)]
    }
}
