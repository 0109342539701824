import FlowTable
import Foundation
import Spool
import Testing

/// Readers that leave out records.
@Suite struct FilterTests {
    /// What is left keeps its order and its attributes; the sums hold, also after batches were given up.
    @Test func accountsAddUp() throws {
        let folder = try Folder()
        let spool = try Spool(configuration(folder), now: epoch)
        spool.add(0..<100)
        spool.add(100..<150)
        let reader = try #require(
            SpoolReader(spool, destination: "a", keeps: { record, _, _ in record.flowId % 7 == 3 }))
        var ids: [UInt64] = []
        while case .records(let batch) = try reader.next(within: 0) {
            let block = reader.block
            #expect(block.count == batch.recordCount)
            for index in 0..<block.count { ids.append(block.records[index].flowId) }
            spool.settle(batch, for: "a", refused: 2)
        }
        #expect(ids == (0..<150).filter { $0 % 7 == 3 })
        let account = try #require(spool.account("a"))
        #expect(account.settled == 150 && account.filtered == UInt64(150 - ids.count))
        #expect(account.discarded(.refusal) == 4 && account.acknowledged == UInt64(ids.count - 4))
        spool.close(now: epoch)
    }

    /// The count outlives the run; an index of version 1, which has no place for it, gets one.
    @Test func theCountIsKept() throws {
        let folder = try Folder()
        for run in 0..<3 as Range<UInt64> {
            let spool = try Spool(configuration(folder), now: epoch)
            #expect(spool.account("a")?.filtered == (run < 2 ? run * 9 : 0))
            #expect(spool.account("a")?.acknowledged == run)
            spool.add(run * 10..<run * 10 + 10)
            let reader = try #require(
                SpoolReader(spool, destination: "a", keeps: { record, _, _ in record.flowId % 10 == 5 }))
            while true {
                let item = try reader.next(within: 0)
                guard case .records(let batch) = item else {
                    if case .gap(let batch, _) = item {
                        spool.settle(batch, for: "a")
                        continue
                    }
                    break
                }
                spool.settle(batch, for: "a")
                spool.release(before: batch.id + 1, for: "a")
            }
            spool.close(now: epoch)
            spool.conclude(now: epoch)
            guard run == 1 else { continue }
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/sqlite3")
            process.arguments = [
                folder.spool + "/index.sqlite",
                "ALTER TABLE destination DROP COLUMN filtered; PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE)",
            ]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
    }
}
