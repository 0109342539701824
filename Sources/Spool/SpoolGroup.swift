import Foundation

/// Destinations of a spool that stand for one: each record goes to one of them.
package struct SpoolGroup: Sendable, Equatable {
    /// How they share.
    package enum Kind: Sendable {
        /// They have one account, of the group's name: any of them may take the next batch.
        case failover
        /// Each has an account of its own, and gets its share of each batch.
        case balance
    }

    /// What it is called in the spool.
    package let name: String
    /// How they share.
    package let kind: Kind
    /// Names of its destinations.
    package let members: [String]

    /// A group from its parts.
    package init(name: String, kind: Kind, members: [String]) {
        self.name = name
        self.kind = kind
        self.members = members
    }
}

/// Who was to get which share of the batches of a group of balance.
///
/// Members change with the configuration, and some are further than others. So each time they change an *era* ends: it keeps
/// how far each member was. The next begins at the first batch that not all of them had, and leaves out of the batches that
/// follow what a member of an era before has had of them.
package struct ShareHistory: Sendable, Equatable {
    /// A time in which the members stayed the same.
    package struct Era: Sendable, Equatable, Codable {
        private var probe: String
        /// Names of the members.
        package let members: [String]
        /// Of each member, the batch before which it had its share of every batch when the era ended; empty while it lasts.
        package fileprivate(set) var ends: [UInt64] = []

        fileprivate init(members: [String]) {
            probe = ProbeId.random().description
            self.members = members
        }

        /// What names the batches of this era beside their ids: a batch has other records when the members are others, and
        /// whoever drops repeats must not take it for one.
        package var probeId: ProbeId? { ProbeId(hexadecimal: probe) }

        fileprivate var isSound: Bool {
            probeId != nil && !members.isEmpty && (ends.isEmpty || ends.count == members.count)
        }
    }

    /// Eras that ended, oldest first.
    package private(set) var past: [Era] = []
    /// The era of now.
    package private(set) var current: Era

    /// A history that begins.
    init(members: [String]) { current = Era(members: members) }

    /// The history that goes on with other members; `positions` are the batches before which each of the current ones has
    /// everything.
    func followed(by members: [String], positions: [UInt64]) -> ShareHistory {
        var next = ShareHistory(members: members)
        var last = current
        last.ends = positions
        next.past = past + [last]
        return next
    }

    /// Forgets eras in which nobody was beyond batch `position`, which all members of now have reached.
    mutating func forget(before position: UInt64) {
        past.removeAll { era in era.ends.allSatisfy { $0 <= position } }
    }
}

extension ShareHistory: Codable {
    /// From JSON; nil when it is none.
    init?(text: String) {
        guard let history = try? JSONDecoder().decode(ShareHistory.self, from: Data(text.utf8)),
            history.current.isSound, history.current.ends.isEmpty,
            history.past.allSatisfy({ $0.isSound && !$0.ends.isEmpty })
        else { return nil }
        self = history
    }

    /// As JSON.
    var text: String {
        get throws(SpoolError) {
            do { return String(decoding: try JSONEncoder().encode(self), as: UTF8.self) } catch {
                throw SpoolError(.inputOutput, "The shares of a group cannot be written: \(error).")
            }
        }
    }
}
