import Exporter
import FlowTable
import Spool

/// A destination's place in a spool: whose account it keeps, what it reads, and what its batches are called.
package final class SpoolPlace {
    /// The highest batch that was sent, by any of those who share an account.
    package final class Mark {
        var batch: UInt64 = 0

        /// Nothing was sent.
        package init() {}
    }

    let spool: Spool
    /// The account's name: the destination's own, or that of its group of failover.
    let account: String
    /// What names its batches beside their ids.
    package let probe: ProbeId
    /// Reads what has not been released.
    package let reader: SpoolReader
    /// The highest batch that was sent.
    let sent: Mark
    private let keeps: ((FlowRecord, Span<UInt8>, UInt64) -> Bool)?

    /// The place of `endpoint`, for its share of `group` where that is one of balance; nil when the spool does not know the
    /// account, or the group.
    package init?(_ spool: Spool, for endpoint: ExportEndpoint, in group: ExportGroup? = nil, sent: Mark = Mark()) {
        let filter = endpoint.parameters.filter
        var probe = spool.probe
        if let group, group.kind == .balance {
            guard let history = spool.shares[group.title], let id = history.current.probeId else { return nil }
            let share = BalancedShare(history, of: endpoint.name, key: spool.probe.words)
            probe = id
            keeps = { share.has($0, in: $2) && filter?.keeps($0, $1) ?? true }
        } else {
            keeps = filter.map { filter in { record, attributes, _ in filter.keeps(record, attributes) } }
        }
        account = group?.kind == .failover ? group?.title ?? endpoint.name : endpoint.name
        guard let reader = SpoolReader(spool, destination: account, keeps: keeps) else { return nil }
        self.spool = spool
        self.probe = probe
        self.reader = reader
        self.sent = sent
    }

    /// Another reader of the same records, from the first batch that has not been released.
    func anotherReader() -> SpoolReader? { SpoolReader(spool, destination: account, keeps: keeps) }

    /// Books a batch as acknowledged, but for `refused` of its records.
    package func settle(_ batch: SpoolBatch, refused: Int = 0) { spool.settle(batch, for: account, refused: refused) }

    /// Says that no batch before `batch` will be asked for again.
    package func release(before batch: UInt64) { spool.release(before: batch, for: account) }

    /// Counts records that are sent once more.
    func countResent(_ records: Int) { spool.countResent(records, for: account) }

    /// Records given up so far.
    var discarded: UInt64 { spool.account(account)?.discarded ?? 0 }

    /// Whether a batch that is about to be sent may be there already: it is not above the highest sent, or it is settled.
    func mayHaveBeenSent(_ batch: SpoolBatch) -> Bool {
        batch.id <= sent.batch || batch.recordsAfter <= spool.account(account)?.settled ?? 0
    }

    /// Notes that a batch is sent, and counts it when it may be there already.
    func noteSending(_ batch: SpoolBatch) {
        if mayHaveBeenSent(batch) { countResent(batch.recordCount) }
        sent.batch = max(sent.batch, batch.id)
    }
}
