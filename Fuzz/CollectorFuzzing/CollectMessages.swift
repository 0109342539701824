import Collector
import FlowTable

/// What became of one input.
package struct CollectedOutcome: Equatable {
    /// Messages taken.
    package var messages: UInt64 = 0
    /// Flow records.
    package var records: UInt64 = 0
    /// Counts of everything that was wrong.
    package var malformed: UInt64 = 0
}

/// Takes octets as what an exporter sends: each message with two octets of length before it, over UDP when the first
/// octet is odd, else on a connection. Traps when what comes out is not sound.
package func collectMessages(_ octets: [UInt8]) -> CollectedOutcome {
    guard let first = octets.first else { return CollectedOutcome() }
    let receiver = Receiver()
    var limits = CollectorLimits()
    (limits.templates, limits.fields, limits.domains, limits.elements) = (64, 512, 8, 16)
    let session = CollectorSession(name: "fuzz", transport: first & 1 == 1 ? .udp : .tcp, limits: limits)
    var rest = octets.dropFirst()
    while rest.count >= 2 {
        let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
        let message = Array(rest.dropFirst(2).prefix(length))
        session.receive(message.span, to: receiver)
        rest = rest.dropFirst(2 + length)
    }
    precondition(receiver.lines == session.tally.records, "a record without a line")
    return CollectedOutcome(
        messages: session.tally.messages, records: session.tally.records, malformed: session.tally.malformed.total)
}

private final class Receiver: CollectedRecordReceiver {
    var lines: UInt64 = 0

    func receive(line: [UInt8], record: FlowRecord?) {
        lines += 1
        precondition(line.first == 0x7B && line.last == 0x0A, "not a line")
        precondition(line.dropLast().allSatisfy { $0 >= 0x20 }, "a control in a line")
        precondition(String(validating: line, as: UTF8.self) != nil, "a line that is not UTF-8")
        if let record { precondition(record.ipVersion == 4 || record.ipVersion == 6, "no IP version") }
    }
}
