import Exporter
import FlowTable
import Spool

/// A member's share of the batches of a group of balance.
struct BalancedShare {
    /// Who got what in an era that has ended, and up to which batch.
    private let past: [(shares: ConversationShares, ends: [UInt64])]
    private let shares: ConversationShares
    private let place: Int?
    /// No member of a past era got further than to this batch.
    private let limit: UInt64

    /// The share of the member `name`. `key` is the secret of the hash.
    init(_ history: ShareHistory, of name: String, key: (UInt64, UInt64)) {
        shares = ConversationShares(among: history.current.members, key: key)
        place = history.current.members.firstIndex(of: name)
        past = history.past.map { (ConversationShares(among: $0.members, key: key), $0.ends) }
        limit = history.past.flatMap(\.ends).max() ?? 0
    }

    /// Whether a record of this batch is the member's, and nobody had it in an era before.
    func has(_ record: FlowRecord, in batch: UInt64) -> Bool {
        guard shares.owner(of: record) == place else { return false }
        return batch >= limit || !past.contains { batch < $0.ends[$0.shares.owner(of: record)] }
    }
}

extension ProbeId {
    /// The octets as two words.
    var words: (UInt64, UInt64) {
        (octets[..<8].reduce(0) { $0 << 8 | UInt64($1) }, octets[8...].reduce(0) { $0 << 8 | UInt64($1) })
    }
}
