import Delivery
import Exporter
import FlowTable
import Foundation
import Spool
import Testing

/// Groups of balance whose members come and go at random, without sockets.
@Suite struct ShareModelTests {
    /// Each record goes to one member, once; all records of a flow that one era has go to the same one.
    @Test(arguments: 0..<8 as Range<UInt64>) func eachRecordIsDeliveredOnce(seed: UInt64) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shares-\(UUID())").path(
            percentEncoded: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var random = Numbers(seed: seed)
        let group = try ExportGroup(parsing: "lake=balance")
        let names = (1...5).map { "tcp://192.0.2.\($0):4739" }
        let all = try names.map { try ExportEndpoint(parsing: $0 + "?group=lake") }
        var (made, next): ([UInt64], UInt64) = ([], 1)
        var delivered: [UInt64: [String]] = [:]
        for round in 0..<12 {
            var members = all.filter { _ in random.below(2) == 0 }
            if members.isEmpty { members = [all[random.below(5)]] }
            var configuration = SpoolConfiguration(folder: folder)
            configuration.synchronization = .never
            configuration.batchRecords = 10
            configuration.destinations = members.map(\.name)
            configuration.groups = [SpoolGroup(name: group.title, kind: .balance, members: members.map(\.name))]
            let spool = try Spool(configuration, now: Int64(round))
            for _ in 0..<random.below(8) {
                let records = Self.records(from: next)
                made += records.map(\.flowId)
                next += 10
                spool.append(records.span, packetClock: 0, now: Int64(round))
            }
            let isLast = round == 11
            for member in members where isLast || random.below(4) > 0 {
                let place = try #require(SpoolPlace(spool, for: member, in: group))
                for flow in try Self.deliver(place, batches: isLast ? .max : random.below(12)) {
                    delivered[flow, default: []].append(member.name)
                }
            }
            for member in members {
                let account = try #require(spool.account(member.name))
                #expect(account.discarded == 0)
                #expect(account.settled == account.start + account.acknowledged + account.filtered)
            }
            spool.close(now: Int64(round))
            spool.conclude(now: Int64(round))
        }
        #expect(delivered.keys.sorted() == made)
        #expect(delivered.values.allSatisfy { $0.count == 1 }, "seed \(seed)")
    }

    private static func records(from first: UInt64) -> [FlowRecord] {
        (0..<10).map { offset in
            var record = FlowRecord()
            record.flowId = first + UInt64(offset)
            record.sourceLow = record.flowId &* 0x9E37_79B9_7F4A_7C15
            return record
        }
    }

    /// Ids of the flows in what waits at a place, in so many batches at most, which are acknowledged.
    private static func deliver(_ place: SpoolPlace, batches: Int = .max) throws -> [UInt64] {
        var flows: [UInt64] = []
        var left = batches
        while left > 0 {
            left -= 1
            let batch: SpoolBatch
            switch try place.reader.next(within: 0) {
            case .records(let next):
                let block = place.reader.block
                for index in 0..<block.count { flows.append(block.records[index].flowId) }
                batch = next
            case .gap(let next, _): batch = next
            case .nothing, .end: return flows
            }
            place.settle(batch)
            place.release(before: batch.id + 1)
        }
        return flows
    }

    /// Names of batches change with the members, and only then.
    @Test func batchesHaveNamesOfTheirOwn() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shares-\(UUID())").path(
            percentEncoded: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let group = try ExportGroup(parsing: "lake=balance")
        func probe(_ members: [String]) throws -> ProbeId {
            var configuration = SpoolConfiguration(folder: folder)
            configuration.destinations = members
            configuration.groups = [SpoolGroup(name: group.title, kind: .balance, members: members)]
            let spool = try Spool(configuration, now: 0)
            defer { spool.close(now: 0) }
            let place = try #require(SpoolPlace(spool, for: ExportEndpoint(parsing: members[0]), in: group))
            #expect(place.probe != spool.probe)
            return place.probe
        }
        let (a, b) = ("tcp://192.0.2.1:4739", "tcp://192.0.2.2:4739")
        let first = try probe([a, b])
        #expect(try probe([a, b]) == first)
        // The order of the members makes no difference.
        #expect(try probe([b, a]) == first)
        let second = try probe([a])
        #expect(second != first)
        #expect(try probe([a, b]) != first && probe([a, b]) != second)
    }

    /// Runs of a probe on one spool, whose groups change between them, without sockets.
    private final class Runs {
        private let folder = FileManager.default.temporaryDirectory.appending(path: "runs-\(UUID())").path(
            percentEncoded: false)
        private var next: UInt64 = 1
        /// By flow id, who got it.
        private(set) var delivered: [UInt64: [String]] = [:]
        private(set) var notes: [String] = []

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        /// A run with `addresses` in `group`, or without one, which makes `batches` of ten records and gives those of
        /// `reached` all that waits for them. Discards of all accounts.
        func run(_ group: String?, _ addresses: [String], batches: Int, reached: [String]) throws -> UInt64 {
            let group = try group.map { try ExportGroup(parsing: $0) }
            let members = try addresses.map {
                try ExportEndpoint(parsing: $0 + (group.map { "?group=\($0.name)" } ?? ""))
            }
            let names = members.map(\.name)
            var configuration = SpoolConfiguration(folder: folder)
            configuration.synchronization = .never
            configuration.batchRecords = 10
            configuration.destinations = group?.kind == .failover ? [group?.title ?? ""] : names
            configuration.groups =
                group.map {
                    [SpoolGroup(name: $0.title, kind: $0.kind == .failover ? .failover : .balance, members: names)]
                } ?? []
            let spool = try Spool(configuration, now: 1)
            notes = spool.openingNotes
            for _ in 0..<batches {
                let records = ShareModelTests.records(from: next)
                next += 10
                spool.append(records.span, packetClock: 0, now: 1)
            }
            for member in members where reached.contains(member.name) {
                let place = try #require(SpoolPlace(spool, for: member, in: group))
                for flow in try ShareModelTests.deliver(place) { delivered[flow, default: []].append(member.name) }
            }
            let discarded = configuration.destinations.compactMap { spool.account($0)?.discarded }.reduce(0, +)
            spool.close(now: 1)
            spool.conclude(now: 1)
            return discarded
        }

        /// Whether each record made went to somebody, once.
        var isComplete: Bool {
            delivered.keys.sorted() == Array(1..<next) && delivered.values.allSatisfy { $0.count == 1 }
        }
    }

    private static let both = ["tcp://192.0.2.1:4739", "tcp://192.0.2.2:4739"]

    /// What a group has taken over is nobody's any more: no later run says that somebody still waits for it.
    @Test(arguments: ["core=failover", "core=balance"]) func whatIsTakenOverIsForgotten(group: String) throws {
        let runs = Runs()
        #expect(try runs.run(nil, [Self.both[0]], batches: 3, reached: []) == 0)
        #expect(try runs.run(group, Self.both, batches: 2, reached: Self.both) == 0)
        #expect(runs.notes.contains { $0.contains("goes on where its members were") })
        #expect(try runs.run(group, Self.both, batches: 2, reached: Self.both) == 0)
        #expect(!runs.notes.contains { $0.contains("no longer wanted") }, "\(runs.notes)")
        #expect(runs.isComplete)
    }

    /// A group that shares in another way, and then as before, goes on where it was last.
    @Test(arguments: [["core=failover", "core=balance"], ["core=balance", "core=failover"]])
    func groupsChangeTheirKind(kinds: [String]) throws {
        let runs = Runs()
        for round in 0..<4 {
            #expect(try runs.run(kinds[round % 2], Self.both, batches: 3, reached: Self.both) == 0, "\(round)")
            #expect(!runs.notes.contains { $0.contains("no longer wanted") }, "\(runs.notes)")
        }
        #expect(runs.isComplete)
    }

    /// A group of balance with another name is the same group: the share of a member that was away waits for it.
    @Test func groupsAreRenamed() throws {
        let runs = Runs()
        #expect(try runs.run("lake=balance", Self.both, batches: 8, reached: [Self.both[0]]) == 0)
        #expect(try runs.run("pool=balance", Self.both, batches: 2, reached: Self.both) == 0)
        #expect(runs.isComplete)
    }

    /// Members of a group of balance that become one of failover by another name: nothing that one of them lacked is lost.
    @Test func sharesBecomeOnePosition() throws {
        let runs = Runs()
        #expect(try runs.run("lake=balance", Self.both, batches: 8, reached: [Self.both[0]]) == 0)
        #expect(try runs.run("core=failover", Self.both, batches: 2, reached: [Self.both[0]]) == 0)
        #expect(runs.delivered.keys.sorted() == Array(1...100))
    }
}

/// Numbers that a seed determines: splitmix64.
private struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x1234_5678_9ABC_DEF1 }

    mutating func below(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ mixed >> 31) % UInt64(limit))
    }
}
