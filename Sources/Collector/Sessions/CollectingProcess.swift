import NetTypes

/// The sessions of a collecting process: what is open, what has ended, and what they share. Used by one thread at a time.
package final class CollectingProcess {
    /// What it keeps at most.
    package let limits: CollectorLimits
    private let budgets: CollectorBudgets
    private var open: [ObjectIdentifier: CollectorSession] = [:]
    private var ended: [SessionSummary] = []
    private var endedBefore = SessionTotals()

    /// Without a session.
    package init(limits: CollectorLimits = CollectorLimits()) {
        self.limits = limits
        budgets = CollectorBudgets(limits)
    }

    /// Opens a session with `peer`, which lines name when `namesExporter` is set.
    package func open(_ transport: CollectorTransport, peer: CollectorPeer, namesExporter: Bool) -> CollectorSession {
        let session = CollectorSession(
            name: peer.description, transport: transport, limits: limits, budgets: budgets,
            exporter: namesExporter ? CollectedLine.Exporter(address: peer.address, port: peer.port) : nil)
        open[ObjectIdentifier(session)] = session
        return session
    }

    /// Ends a session. What it has received stays in the report, by name as long as others have no more to tell.
    package func close(_ session: CollectorSession) {
        guard open.removeValue(forKey: ObjectIdentifier(session)) != nil else { return }
        ended.append(SessionSummary(session))
        // Half of them at once, so that they are not sorted for each.
        if ended.count >= 2 * limit { ended = Self.told(ended, limit, &endedBefore) }
    }

    private var limit: Int { max(1, limits.reportedSessions) }

    /// The sessions that have most to tell; the rest are added to `others`. Who sent records comes first, then where
    /// something is missing: a flood of nonsense hides nobody.
    private static func told(_ sessions: [SessionSummary], _ limit: Int, _ others: inout SessionTotals)
        -> [SessionSummary]
    {
        let order = sessions.sorted { left, right in
            let hasRecords = (left.tally.records > 0, right.tally.records > 0)
            if hasRecords.0 != hasRecords.1 { return hasRecords.0 }
            let (one, other) = (left.lost &+ left.tally.malformed.total, right.lost &+ right.tally.malformed.total)
            return (one, left.tally.records, right.name) > (other, right.tally.records, left.name)
        }
        for session in order.dropFirst(limit) { others.add(session) }
        return Array(order.prefix(limit))
    }

    /// Sessions that are open.
    package var openCount: Int { open.count }

    /// All sessions so far: those that are told one by one, open or not, by name, and the others' sums.
    package func summary() -> (sessions: [SessionSummary], others: SessionTotals) {
        var others = endedBefore
        let told = Self.told(ended + open.values.map(SessionSummary.init), limit, &others)
        return (told.sorted { $0.name < $1.name }, others)
    }
}

/// Who sends: an address and a port.
package struct CollectorPeer: Hashable, Sendable, CustomStringConvertible {
    /// An address; IPv4 in IPv6 clothes is told as IPv4.
    package var address: IPAddress
    /// A port.
    package var port: UInt16
    /// Which of several sockets it sends to.
    package var socket: Int

    /// From its parts.
    package init(address: IPAddress, port: UInt16, socket: Int = 0) {
        let isMapped = address.version == 6 && address.high == 0 && address.low >> 32 == 0xFFFF
        self.address = isMapped ? IPAddress(v4: UInt32(truncatingIfNeeded: address.low)) : address
        self.port = port
        self.socket = socket
    }

    /// `192.0.2.1:4739` or `[2001:db8::1]:4739`.
    package var description: String { address.version == 6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}
