import Exporter
import FlowTable
import NetTypes

/// A table of what is being collected, for people who look on: rates, who sends most, which sessions lack something.
/// Rates are by when records come, which is later than their packets were seen.
package final class LiveTable {
    /// Nanoseconds of which talkers are told.
    package static let window: Nanoseconds = 10 * nanosecondsPerSecond
    private static let rows = 10
    private static let width = 79

    private typealias Talkers = HeavyHitterList<AddressKey, TrafficCounters>

    private var talkers = Talkers(capacity: 4096)
    /// Those of the last whole window.
    private var told: Talkers?
    private var windowStart: Nanoseconds?
    private var last: (now: Nanoseconds, records: UInt64, messages: UInt64)?
    private var start: Nanoseconds?

    /// Nothing collected.
    package init() {}

    /// Counts a record for both its addresses: each for what it sent.
    package func add(_ record: FlowRecord) {
        add(record.sourceAddress, record.packetsForward, record.octetsForward, record)
        add(record.destinationAddress, record.packetsReverse, record.octetsReverse, record)
    }

    private func add(_ address: IPAddress, _ packets: UInt64, _ octets: UInt64, _ record: FlowRecord) {
        guard packets > 0 || octets > 0 else { return }
        let isLast = record.presence.contains(.lastSlice)
        talkers.add(
            AddressKey(high: address.high, low: address.low, version: address.version),
            TrafficCounters(flows: isLast ? 1 : 0, packets: packets, octets: octets), weight: octets)
    }

    /// The table at `now`, in lines of at most 79 columns. The clock never goes back.
    package func text(_ process: CollectingProcess, now: Nanoseconds) -> String {
        let (sessions, others) = process.summary()
        var totals = others
        for session in sessions { totals.add(session) }
        let begun = start ?? now
        start = begun
        let windowBegun = windowStart ?? now
        windowStart = windowBegun
        if now - windowBegun >= Self.window {
            talkers.flush()
            told = talkers
            talkers = Talkers(capacity: 4096)
            windowStart = now
        }
        var lines = ["flowprobe collect, \(ReadableNumbers.span(now - begun)), \(process.openCount) sessions open"]
        lines.append(rates(totals, now))
        lines.append(
            "lost \(ReadableNumbers.exact(totals.lost)), malformed \(ReadableNumbers.exact(totals.malformed.total)), "
                + "messages twice \(ReadableNumbers.exact(totals.repeatedMessages))")
        lines += talkerLines(now - (windowStart ?? now))
        lines += ["", Self.row("sessions", ["records", "lost", "malformed"])]
        lines += sessions.sorted { ($0.lost, $0.tally.records) > ($1.lost, $1.tally.records) }.prefix(Self.rows)
            .map { session in
                Self.row(
                    "\(session.name) \(session.transport.rawValue)",
                    [session.tally.records, session.lost, session.tally.malformed.total]
                        .map { ReadableNumbers.count($0, width: 12) })
            }
        if others.sessions > 0 { lines.append("and \(others.sessions) more") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func rates(_ totals: SessionTotals, _ now: Nanoseconds) -> String {
        defer { last = (now, totals.records, totals.messages) }
        func part(_ name: String, _ value: UInt64, _ before: UInt64?) -> String {
            let text = "\(name) \(ReadableNumbers.exact(value))"
            guard let before, let last, now > last.now else { return text }
            let perSecond = Double(value - before) * 1e9 / Double(now - last.now)
            return "\(text) (\(ReadableNumbers.rate(perSecond, unit: "")))"
        }
        return part("records", totals.records, last?.records) + ", "
            + part("messages", totals.messages, last?.messages)
    }

    private func talkerLines(_ span: Nanoseconds) -> [String] {
        talkers.flush()
        // Until the first window is over, of what there is of it.
        let (list, seconds) = (told ?? talkers, told == nil ? max(span, nanosecondsPerSecond) : Self.window)
        let top = list.top(Self.rows) { $0.octets }
        let title = "talkers of the last \(told == nil ? "moments" : "\(Self.window / nanosecondsPerSecond) s")"
        return ["", Self.row(title, ["octets", "bit/s", "flows"])]
            + top.map { entry in
                Self.row(
                    "\(entry.key.address)",
                    [
                        ReadableNumbers.octets(entry.tally.octets),
                        ReadableNumbers.rate(Double(entry.tally.octets) * 8e9 / Double(seconds), unit: "bit"),
                        ReadableNumbers.count(entry.tally.flows, width: 12),
                    ])
            }
    }

    /// A name and three columns of 13.
    private static func row(_ name: String, _ cells: [String]) -> String {
        let columns = cells.map { String(repeating: " ", count: max(1, 13 - $0.count)) + $0 }.joined()
        let room = width - columns.count
        let name = name.count > room ? String(name.prefix(room - 1)) + "…" : name
        return name + String(repeating: " ", count: room - name.count) + columns
    }
}
