import NetTypes

/// The sessions of exporters that send datagrams: one for each source address and port, so many at most.
///
/// A source is anybody's word: whoever forges sources must not push out those that send sense. A datagram that is no
/// message opens no session; when all places are taken, sessions without a template or a record go first, then those
/// that have been silent for a minute; if there are none, newcomers wait, and are counted.
package final class DatagramSessions {
    private struct Member {
        var session: CollectorSession
        var last: Nanoseconds
        var isProved: Bool { session.tally.templates > 0 || session.tally.records > 0 }
    }

    private let process: CollectingProcess
    private let namesExporter: Bool
    private let idle: Nanoseconds
    private var members: [CollectorPeer: Member] = [:]
    private var fullUntil: Nanoseconds = .min
    /// Datagrams of unknown sources that are no message of IPFIX, NetFlow or sFlow.
    package private(set) var strayDatagrams: UInt64 = 0
    /// Messages of new sources for which there was no place.
    package private(set) var refusedMessages: UInt64 = 0

    /// How long a session must be silent to make way for a new one.
    private static let silence: Nanoseconds = 60 * nanosecondsPerSecond

    /// For sessions of `process`; one that is silent for longer than `idle` ends.
    package init(_ process: CollectingProcess, idle: Nanoseconds, namesExporter: Bool) {
        self.process = process
        self.idle = idle
        self.namesExporter = namesExporter
    }

    /// Sessions that are open.
    package var count: Int { members.count }

    /// Takes a datagram. `now` never goes back.
    package func receive(
        _ datagram: Span<UInt8>, from peer: CollectorPeer, now: Nanoseconds, to receiver: any CollectedRecordReceiver
    ) {
        if let index = members.index(forKey: peer) {
            members.values[index].last = now
            return members.values[index].session.receive(datagram, to: receiver)
        }
        guard Self.isMessage(datagram) else {
            strayDatagrams += 1
            return
        }
        guard hasPlace(now) else {
            refusedMessages += 1
            return
        }
        let session = process.open(.udp, peer: peer, namesExporter: namesExporter)
        members[peer] = Member(session: session, last: now)
        session.receive(datagram, to: receiver)
    }

    /// Ends sessions that have been silent for too long (RFC 7011 section 8.4: templates of such a one must be forgotten).
    package func expire(now: Nanoseconds) {
        for (peer, member) in members where now - member.last > idle { close(peer) }
    }

    /// Ends all.
    package func end() {
        for peer in Array(members.keys) { close(peer) }
    }

    private func close(_ peer: CollectorPeer) {
        if let member = members.removeValue(forKey: peer) { process.close(member.session) }
    }

    private func hasPlace(_ now: Nanoseconds) -> Bool {
        if members.count < process.limits.peers { return true }
        guard now >= fullUntil else { return false }
        // A sixteenth at once, so that a flood of new sources does not look at all sessions for each.
        let candidates = members.filter { !$0.value.isProved || now - $0.value.last > Self.silence }
        let order = candidates.sorted { left, right in
            left.value.isProved == right.value.isProved
                ? left.value.last < right.value.last : !left.value.isProved
        }
        for (peer, _) in order.prefix(max(1, process.limits.peers / 16)) { close(peer) }
        if order.isEmpty { fullUntil = now + nanosecondsPerSecond }
        return !order.isEmpty
    }

    /// Whether the header is one of IPFIX, NetFlow version 9 or 5, or sFlow, and fits the datagram.
    private static func isMessage(_ datagram: Span<UInt8>) -> Bool {
        guard datagram.count >= 16 else { return false }
        switch datagram.unsigned(at: 0, 2) {
        case 10: return datagram.unsigned(at: 2, 2) == UInt64(datagram.count)
        case 9: return datagram.count >= 20
        case 5: return datagram.count >= 24 && datagram.count == 24 + 48 * Int(datagram.unsigned(at: 2, 2))
        case 0: return CollectorSession.isSFlow(datagram)
        default: return false
        }
    }
}
