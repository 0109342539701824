import FlowTable
import Foundation
import Spool
import Testing

@Suite(.serialized) struct SpoolTests {
    @Test(arguments: SpoolConfiguration.Compression.allCases, SpoolConfiguration.Synchronization.allCases)
    func everythingComesBack(
        compression: SpoolConfiguration.Compression, synchronization: SpoolConfiguration.Synchronization
    ) throws {
        let folder = try Folder()
        let spool = try Spool(
            configuration(folder) {
                ($0.compression, $0.synchronization, $0.batchRecords) = (compression, synchronization, 100)
            }, now: epoch)
        spool.add(0..<1000, domain: 3)
        spool.add(1000..<1500, domain: 1)
        let delivered = try deliver(spool, to: "a")
        #expect(delivered.records.count == 1500 && delivered.gaps.isEmpty)
        for (index, got) in delivered.records.enumerated() {
            let expected = octets(record(UInt64(index), domain: index < 1000 ? 3 : 1))
            #expect(octets(got) == expected)
        }
        #expect(delivered.batches.map(\.id) == delivered.batches.map(\.id).sorted())
        #expect(spool.account("a")?.acknowledged == 1500)
    }

    /// A batch is of one domain, so that the record that closes it stands for all of it.
    @Test func batchesAreOfOneDomain() throws {
        let folder = try Folder()
        let spool = try Spool(configuration(folder), now: epoch)
        let records = (0..<300).map { record($0, domain: UInt32($0 % 3 + 1)) }
        spool.append(records.span, packetClock: epoch, now: epoch)
        spool.tick(now: epoch + second)
        let delivered = try deliver(spool, to: "a")
        #expect(delivered.batches.map(\.domain) == [1, 2, 3] && delivered.batches.allSatisfy { $0.recordCount == 100 })
    }

    @Test func recordsAreCommittedAfterHalfASecond() throws {
        let folder = try Folder()
        let spool = try Spool(configuration(folder), now: epoch)
        let one = [record(1)]
        spool.append(one.span, packetClock: epoch, now: epoch)
        spool.tick(now: epoch + 499_000_000)
        #expect(spool.status.made == 0)
        spool.tick(now: epoch + 500_000_000)
        #expect(spool.status.made == 1)
    }

    @Test func whatWasReleasedGoesAndTheRestComesAgain() throws {
        let folder = try Folder()
        var probe: ProbeId?
        do {
            let spool = try Spool(configuration(folder), now: epoch)
            probe = spool.probe
            spool.add(0..<10)
            _ = try deliver(spool, to: "a")
            spool.add(10..<20)
            _ = try deliver(spool, to: "a", releases: false)
            spool.close(now: epoch + second)
        }
        let spool = try Spool(configuration(folder), now: epoch + 60 * second)
        #expect(spool.probe == probe && spool.openingNotes.isEmpty)
        let again = try deliver(spool, to: "a")
        #expect(again.records.map(\.flowId) == Array(10..<20))
        #expect(again.gaps.map(\.cause) == [.stopped])
        // What comes again is not acknowledged twice.
        #expect(spool.account("a")?.acknowledged == 20 && spool.account("a")?.discarded == 0)
    }

    @Test func oneProcessHasASpool() throws {
        let folder = try Folder()
        let spool = try Spool(configuration(folder), now: epoch)
        let error = #expect(throws: SpoolError.self) { _ = try Spool(configuration(folder), now: epoch) }
        #expect(error?.reason == .inUse)
        withExtendedLifetime(spool) {}
    }

    /// Nothing was closed: the next run says what was observed and not recorded.
    @Test func aCrashIsBounded() throws {
        let folder = try Folder()
        do {
            let spool = try Spool(configuration(folder), now: epoch, observedPackets: { 100 })
            spool.add(0..<10)
            let waiting = [record(99)]
            spool.append(waiting.span, packetClock: epoch, now: epoch)
        }
        let spool = try Spool(configuration(folder), now: epoch + 9 * second)
        let delivered = try deliver(spool, to: "a")
        #expect(delivered.records.count == 10)
        let gap = try #require(delivered.gaps.first)
        #expect(gap.cause == .killed && gap.start == epoch && gap.end == epoch + 9 * second)
        #expect(gap.observedPackets == 100 && gap.recordedPackets == 30 && gap.unrecordedPackets == 70)
    }

    /// Gaps of inputs come where they happened, whole, and over a restart.
    @Test func gapsOfInputsAreKept() throws {
        let folder = try Folder()
        let down = CoverageGap(
            .inputDown, start: epoch, end: epoch + second, observationPoint: 2, observationDomain: 7, lostPackets: 0)
        let loss = CoverageGap(
            .ringLoss, start: epoch, end: epoch + 2 * second, observationPoint: .max, observationDomain: .max,
            lostPackets: .max)
        do {
            let spool = try Spool(configuration(folder), now: epoch)
            spool.add(0..<10)
            spool.note([down])
            spool.tick(now: epoch + second)
            spool.note([loss])
            spool.close(now: epoch + 3 * second)
        }
        let spool = try Spool(configuration(folder), now: epoch + 9 * second)
        let delivered = try deliver(spool, to: "a")
        #expect(delivered.records.count == 10)
        #expect(delivered.gaps.prefix(2) == [down, loss] && delivered.gaps.map(\.cause).last == .stopped)
        #expect(delivered.gaps.map(\.unrecordedPackets).prefix(2) == [0, .max])
    }

    /// A gap comes behind the records that wait, so that its packet clock does not say more than is on disk.
    @Test func gapsComeBehindWaitingRecords() throws {
        let folder = try Folder()
        do {
            let spool = try Spool(configuration(folder), now: epoch)
            let waiting = [record(99)]
            spool.append(waiting.span, packetClock: epoch + 5 * second, now: epoch)
            spool.note([
                CoverageGap(
                    .ringLoss, start: epoch, end: epoch, observationPoint: 1, observationDomain: 1, lostPackets: 1)
            ])
            spool.tick(now: epoch)
        }
        let spool = try Spool(configuration(folder), now: epoch + 9 * second)
        let delivered = try deliver(spool, to: "a")
        #expect(delivered.records.map(\.flowId) == [99])
        #expect(delivered.gaps.map(\.cause) == [.ringLoss, .killed] && delivered.gaps[1].start == epoch + 5 * second)
    }

    /// No octet of a gap may be another, and no number of gaps takes more room than there are inputs.
    @Test func gapsAreCheckedAndJoined() throws {
        let loss = CoverageGap(
            .adapterLoss, start: epoch, end: epoch + second, observationPoint: 3, observationDomain: 1, lostPackets: 5)
        #expect(CoverageGap(loss.encoded) == loss)
        for length in 0..<loss.encoded.count where length != 40 {
            #expect(CoverageGap(Array(loss.encoded.prefix(length))) == nil)
        }
        for (place, octet) in [(0, 2), (0, 8), (1, 1), (15, 255), (23, 255), (24, 1), (39, 1)] {
            var octets = loss.encoded
            octets[place] = UInt8(octet)
            #expect(CoverageGap(octets) == nil, "octet \(place)")
        }
        var waiting: [CoverageGap] = []
        for number in 0..<100 {
            var next = loss
            next.end = epoch + Int64(number) * second
            next.join(&waiting, limit: 10)
        }
        #expect(waiting.count == 10 && waiting.reduce(0) { $0 + $1.lostPackets } == 500)
        #expect(waiting.last?.end == epoch + 99 * second)
        for isClean in [true, false, true] {
            let run = CoverageGap(
                isClean: isClean, start: epoch, end: epoch + second, observedPackets: 9, recordedPackets: 4)
            run.join(&waiting, limit: 10)
        }
        #expect(waiting.count == 11 && waiting.last?.cause == .killed && waiting.last?.unrecordedPackets == 15)
    }

    /// The oldest goes first, and every record is either delivered or counted.
    @Test(arguments: [false, true]) func sizeAndAgeAreKept(byAge: Bool) throws {
        let folder = try Folder()
        let spool = try Spool(
            configuration(folder) {
                $0.size = SpoolConfiguration.smallestSize
                if byAge { ($0.size, $0.age) = (1 << 30, 80 * second) }
            }, now: epoch)
        for step in 0..<100 {
            spool.add(UInt64(step) * 1000..<UInt64(step + 1) * 1000, at: epoch + Int64(step) * 2 * second)
        }
        #expect(byAge || spool.status.octets <= UInt64(SpoolConfiguration.smallestSize))
        let delivered = try deliver(spool, to: "a")
        let account = try #require(spool.account("a"))
        #expect(delivered.records.map(\.flowId) == Array(100_000 - UInt64(delivered.records.count)..<100_000))
        #expect(account.acknowledged == UInt64(delivered.records.count) && account.acknowledged > 0)
        #expect(account.discarded(byAge ? .age : .size) > 0)
        #expect(account.acknowledged + account.discarded(byAge ? .age : .size) == 100_000)
    }

    @Test(arguments: [10, 3, 0]) func refusedRecordsAreCounted(refused: Int) throws {
        let folder = try Folder()
        let spool = try Spool(configuration(folder), now: epoch)
        spool.add(0..<10)
        let reader = try #require(SpoolReader(spool, destination: "a"))
        guard case .records(let batch) = try reader.next(within: 0) else {
            Issue.record("a batch was expected")
            return
        }
        spool.settle(batch, for: "a", refused: refused)
        spool.settle(batch, for: "a")
        let account = spool.account("a")
        #expect(account?.discarded(.refusal) == UInt64(refused) && account?.acknowledged == UInt64(10 - refused))
        #expect(account?.settled == 10 && account?.discarded == UInt64(refused))
    }
}
