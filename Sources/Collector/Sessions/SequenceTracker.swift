/// Follows the sequence numbers of one observation domain, and so what of it was lost or came twice.
///
/// IPFIX and NetFlow version 5 count records before the message (RFC 7011 section 3.1), version 9 counts messages
/// (RFC 3954 section 5.1). All are modulo 2^32.
package struct SequenceTracker: Sendable {
    /// Records (version 9: messages) that the numbers say were sent and that did not come.
    package private(set) var lost: UInt64 = 0
    /// Messages that came twice, by number.
    package private(set) var repeatedMessages: UInt64 = 0
    /// Messages that came after later ones; what they carry is not lost.
    package private(set) var lateMessages: UInt64 = 0
    /// How often numbers began anew: the exporter was restarted.
    package private(set) var restarts: UInt64 = 0

    private struct Gap {
        var first: UInt32
        var count: UInt32
    }

    private struct Seen: Equatable {
        var number: UInt32
        var exportTime: UInt32
        var octets: Int
    }

    /// Numbers that were skipped lately, for messages that come late.
    private var gaps: [Gap] = []
    private var seen: [Seen] = []
    private var expected: UInt32?
    private static let memory = 64

    /// Nothing seen.
    package init() {}

    /// Whether a message with these numbers, and records, came before: then its records are not to be taken again.
    package mutating func isRepeated(_ number: UInt32, exportTime: UInt32, octets: Int) -> Bool {
        guard seen.contains(Seen(number: number, exportTime: exportTime, octets: octets)) else { return false }
        repeatedMessages += 1
        return true
    }

    /// Whatever number comes next is the first of another transport session; counts stay.
    package mutating func renew() {
        gaps.removeAll()
        seen.removeAll()
        expected = nil
    }

    /// Whether `number` is the one that follows, or any may.
    package func expects(_ number: UInt32) -> Bool { expected.map { $0 == number } ?? true }

    /// Takes the numbers of a message of `octets` octets that counts `count`; nil when it has data that cannot be
    /// counted, for want of a template: then the next message's number is taken as it comes. `exportTime` is the
    /// header's, in seconds.
    package mutating func take(_ number: UInt32, count: UInt32?, exportTime: UInt32, octets: Int) {
        // A message without records has the number of the next one, and is no matter when it is repeated.
        if count != 0 {
            if seen.count == Self.memory { seen.removeFirst() }
            seen.append(Seen(number: number, exportTime: exportTime, octets: octets))
        }
        let next = count.map { number &+ $0 }
        guard let expected else {
            self.expected = next
            return
        }
        let ahead = number &- expected
        if ahead == 0 {
            self.expected = next
        } else if ahead < 1 << 31 {
            lost += UInt64(ahead)
            if gaps.count == Self.memory { gaps.removeFirst() }
            gaps.append(Gap(first: expected, count: ahead))
            self.expected = next
        } else if !fill(number, count ?? 0) {
            restarts += 1
            gaps.removeAll()
            self.expected = next
        }
    }

    /// Takes a late message out of the gap that it left.
    private mutating func fill(_ number: UInt32, _ count: UInt32) -> Bool {
        for index in gaps.indices {
            let gap = gaps[index]
            let into = number &- gap.first
            guard into < gap.count, count <= gap.count - into else { continue }
            lateMessages += 1
            lost -= UInt64(count)
            let rest = gap.count - into - count
            gaps[index].count = into
            if rest > 0, gaps.count < Self.memory { gaps.append(Gap(first: number &+ count, count: rest)) }
            return true
        }
        return false
    }
}
