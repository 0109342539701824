import Foundation
import Glibc
import Spool
import Testing

@Suite(.serialized, .enabled(if: geteuid() == 0, "mounting a small file system needs root")) struct FullDiskTests {
    private func run(_ program: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// A file system that is full costs what does not fit in memory either, by its reason, and nothing once there is room
    /// again: every record is delivered or counted.
    @Test func aFullDiskIsSurvived() throws {
        let folder = try Folder()
        try run("/bin/mount", "-t", "tmpfs", "-o", "size=4m", "none", folder.path)
        defer { try? run("/bin/umount", "-l", folder.path) }
        var settings = configuration(folder)
        settings.batchRecords = 256
        let spool = try Spool(settings, now: epoch)
        spool.add(0..<256)
        let ballast = folder.path + "/ballast"
        // SAFETY: the path is a string that the call copies.
        let file = unsafe open(ballast, O_WRONLY | O_CREAT, 0o600)
        let zeroes = [UInt8](repeating: 0, count: 4096)
        // SAFETY: as many octets as the array has.
        while unsafe write(file, zeroes, zeroes.count) > 0 {}
        close(file)

        var now = epoch
        for step in 1..<40 as Range<UInt64> {
            now += 2 * second
            spool.add(step * 256..<(step + 1) * 256, at: now)
        }
        let full = spool.status
        #expect(full.problem?.contains("Make room") == true)
        let lost = full.lost[.diskFull] ?? 0
        #expect(lost > 0 && lost < 40 * 256 && full.lost.count == 1)

        try FileManager.default.removeItem(atPath: ballast)
        spool.add(40 * 256..<41 * 256, at: now + 2 * second)
        #expect(spool.status.problem == nil)
        let delivered = try deliver(spool, to: "a")
        let lostInAll = spool.status.lost.values.reduce(0, +)
        #expect(UInt64(delivered.records.count) + lostInAll == 41 * 256)
        #expect(delivered.records.last?.flowId == 41 * 256 - 1)
    }
}
