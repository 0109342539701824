import Foundation
import Glibc
import NetTypes

extension Spool {
    /// Removes segments that nobody needs; then, oldest first, those that are too many or too old, which is a loss to
    /// every destination that has not got them, and counted.
    func retain(now: Nanoseconds) {
        condition.withLock {
            while let oldest = segments.first, oldest.isClosed {
                let octets = segments.reduce(0) { $0 + $1.row.octets }
                if accounts.allSatisfy({ $0.releasedBatch > oldest.row.lastBatch }) {
                    // Everybody has it; records that did not come out of it were damaged.
                    changeAccounts { $0.discard(upTo: oldest.row.recordsAfter, .damage) }
                } else if octets > UInt64(configuration.size) {
                    changeAccounts { $0.discard(upTo: oldest.row.recordsAfter, .size) }
                } else if now - oldest.row.committedAt > configuration.age {
                    changeAccounts { $0.discard(upTo: oldest.row.recordsAfter, .age) }
                } else {
                    break
                }
                changeAccounts { $0.releasedBatch = max($0.releasedBatch, oldest.row.lastBatch + 1) }
                segments.removeFirst()
                removedSegments.insert(oldest.row.number)
            }
        }
    }

    /// Brings the index up to date, then deletes the files of segments that are gone: a crash in between leaves a file
    /// too many, never an account that misses one.
    func save() throws(SpoolError) {
        let (segments, accounts, made) = condition.withLock { (self.segments, self.accounts, self.made) }
        var sql = "BEGIN IMMEDIATE;\n"
        sql += SpoolIndex.setting("probe", probe.description)
        sql += SpoolIndex.setting("made", "\(made)")
        sql += SpoolIndex.setting("nextBatch", "\(nextBatch)")
        if !hasSavedShares {
            for name in retired.accounts { sql += SpoolIndex.forgetting(account: name) }
            for name in retired.shares { sql += SpoolIndex.forgetting(sharesOf: name) }
            for (group, history) in shares { sql += try SpoolIndex.setting(history, of: group) }
        }
        for segment in segments where changedSegments.contains(segment.row.number) {
            sql += SpoolIndex.setting(segment.row)
        }
        for number in removedSegments { sql += "DELETE FROM segment WHERE number = \(number);\n" }
        for account in accounts { sql += SpoolIndex.setting(account) }
        try index.execute(sql + "COMMIT")
        hasSavedShares = true
        changedSegments = []
        for number in removedSegments {
            // SAFETY: a string that the call only reads. A file that is not there need not be deleted.
            _ = unsafe unlink(SpoolRecovery.path(configuration.folder, number))
        }
        removedSegments = []
    }
}
