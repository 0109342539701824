import FlowTable
import Foundation
import Glibc
import Spool
import Testing

@Suite(.serialized) struct KillTests {
    /// A writer is killed at a moment that the seed chooses. What it had said to be made is there, in order, once.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64]) func aKilledWriterLosesNothingCommitted(seed: UInt64) async throws
    {
        let folder = try Folder()
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, seed = seed as UInt64] in
            var configuration = SpoolConfiguration(folder: path + "/spool")
            (configuration.destinations, configuration.batchRecords) = (["a"], 64)
            let spool = try Spool(configuration, now: epoch)
            // SAFETY: the path is a string that the call copies.
            let said = unsafe open(path + "/said", O_WRONLY | O_CREAT, 0o600)
            var isCounting = false
            for step in 0..<UInt64.max {
                let records = (step * 64..<(step + 1) * 64).map { record($0) }
                spool.append(records.span, packetClock: epoch, now: epoch)
                var made = spool.status.made
                // SAFETY: eight octets of an integer that lives for the call.
                _ = unsafe pwrite(said, &made, 8, 0)
                // The time begins with the first commit: on a busy machine that may be long in coming.
                if made > 0, !isCounting {
                    isCounting = true
                    Thread.detachNewThread {
                        usleep(UInt32(20_000 + seed &* 0x9E37_79B9 % 150_000))
                        kill(getpid(), SIGKILL)
                    }
                }
            }
        }
        let said = Array((try? Data(contentsOf: URL(filePath: path + "/said"))) ?? Data(count: 8))
        let made = said.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
        let spool = try Spool(configuration(folder), now: epoch)
        let delivered = try deliver(spool, to: "a")
        #expect(UInt64(delivered.records.count) >= made && made > 0)
        #expect(delivered.records.map(\.flowId) == Array(0..<UInt64(delivered.records.count)))
        #expect(delivered.gaps.map(\.cause) == [.killed])
        #expect(spool.account("a")?.discarded == 0)
    }
}
