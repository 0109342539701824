import NetTypes
import PacketDecode
import Testing

/// Fragments out of order, overlapping, or too small (RFC 1858, RFC 3128, RFC 5722).
@Suite struct FragmentOrderTests {
    private let bench = Workbench()
    private static let second = nanosecondsPerSecond

    /// One fragment of a datagram.
    private struct Piece {
        var identification = 7
        /// In octets.
        var offset: Int
        var octets = 16
        var more = true
        var time: Nanoseconds = 0
        var number = 17
        var isIPv6 = false

        var bytes: [UInt8] {
            let header = number == 17 ? Build.udp(5000, 53, length: 3000) : Build.tcp(5000, 53, words: 5)
            let data =
                offset == 0 ? Array((header + Build.zeros(64)).prefix(octets)) : Array(repeating: 9, count: octets)
            return isIPv6
                ? Build.ipv6(
                    44,
                    Build.fragmentHeader(number, offset: offset, more: more, identification: identification, data))
                : Build.ipv4(number, data, identification: identification, moreFragments: more, offset: offset)
        }
    }

    private func batch(_ pieces: [Piece], from first: Int = 1) -> FactsBatch {
        let batch = FactsBatch(capacity: max(1, pieces.count))
        for (index, piece) in pieces.enumerated() {
            let frame = UInt64(first + index)
            let facts = bench.decode(piece.bytes, linkType: 101, timestamp: piece.time, frame: frame).facts
            batch.append(facts ?? PacketFacts())
        }
        return batch
    }

    private func listed(_ batch: FactsBatch) -> [[UInt64]] {
        (0..<batch.count).map { index in
            let facts = batch.facts[index]
            return [facts.ownFrameNumber, facts.frameNumber, facts.flags.contains(.ports) ? 1 : 0]
        }
    }

    private func tallies(_ table: FragmentTable) -> [UInt64] {
        [table.withoutFirst, table.overlaps, table.duplicates]
    }

    @Test(arguments: [false, true]) func laterOnesWaitForTheFirst(isIPv6: Bool) {
        var table = FragmentTable(hashKey: 1)
        let early = batch([
            Piece(offset: 32, more: false, isIPv6: isIPv6), Piece(offset: 16, time: 5, isIPv6: isIPv6),
        ])
        table.resolve(early)
        #expect(early.count == 0 && early.fragments == 0 && table.waiting == 2)
        let first = batch([Piece(identification: 8, offset: 16), Piece(offset: 0, time: 9, isIPv6: isIPv6)], from: 3)
        table.resolve(first)
        // Right before their first one, in the order in which they came, and with their own times and numbers.
        #expect(listed(first) == [[1, 4, 1], [2, 4, 1], [4, 4, 1]])
        #expect(first.facts[0].timestamp == 0 && first.facts[1].timestamp == 5)
        #expect(first.facts[0].portA == 5000 || first.facts[0].portB == 5000)
        #expect(first.facts[0].keyWord == first.facts[2].keyWord && first.facts[0].sender == first.facts[2].sender)
        #expect(table.waiting == 1 && tallies(table) == [0, 0, 0])
        let rest = FactsBatch(capacity: 1)
        table.letGoOfAll(into: rest, at: 9)
        #expect(listed(rest) == [[3, 9, 0]] && table.waiting == 0 && tallies(table) == [1, 0, 0])
    }

    @Test func noLongerThanSweepsStayBehind() {
        var table = FragmentTable(hashKey: 1, patience: Self.second)
        table.resolve(batch([Piece(offset: 16, time: 10 * Self.second)]))
        let late = batch([Piece(offset: 0, time: 11 * Self.second + 1)], from: 2)
        table.resolve(late)
        #expect(listed(late) == [[2, 2, 1]] && table.waiting == 1)
        // Nor is one that comes much before it, by a clock that was set back, its first one.
        let early = batch([Piece(offset: 0, time: 9 * Self.second - 1)], from: 3)
        table.resolve(early)
        #expect(early.count == 1 && table.waiting == 1)
        let intime = batch([Piece(offset: 0, time: 9 * Self.second)], from: 4)
        table.resolve(intime)
        #expect(listed(intime) == [[1, 4, 1], [4, 4, 1]])
    }

    /// Those whose time is up leave where the table is swept: behind what came before, in front of what comes after.
    @Test(arguments: [(3, [1, 2]), (2, [1]), (1, []), (-2, [1, 2])] as [(Int, [UInt64])])
    func expiry(clock: Int, due: [UInt64]) {
        var table = FragmentTable(hashKey: 1, patience: Self.second)
        let whole = batch([
            Piece(offset: 16, time: 1), Piece(identification: 8, offset: 16, time: Self.second + 1),
            Piece(identification: 9, offset: 0), Piece(identification: 10, offset: 0),
        ])
        table.resolve(
            whole, expiry: FragmentTable.Expiry(frame: 3, clock: Nanoseconds(clock) * Self.second + (clock > 2 ? 2 : 1))
        )
        #expect(listed(whole) == [[3, 3, 1]] + due.map { [$0, 3, 0] } + [[4, 4, 1]])
        #expect(table.waiting == 2 - due.count && table.withoutFirst == UInt64(due.count))
    }

    @Test func theOldestLeavesAFullList() {
        var table = FragmentTable(hashKey: 1)
        var left: [UInt64] = []
        for index in 1...1000 {
            let piece = batch([Piece(identification: index, offset: 16)], from: index)
            table.resolve(piece)
            for place in 0..<piece.count {
                #expect(piece.facts[place].frameNumber == UInt64(index))
                left.append(piece.facts[place].ownFrameNumber)
            }
        }
        #expect(table.waiting == 512 && left == Array(1...488) && table.withoutFirst == 488)
        let first = batch([Piece(identification: 700, offset: 0)], from: 1001)
        table.resolve(first)
        #expect(listed(first) == [[700, 1001, 1], [1001, 1001, 1]])
    }

    /// Any order within the time: everything is in one flow, once.
    @Test func anyOrder() {
        let seed: UInt64 = 0xF0DE
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        for round in 0..<300 {
            var pieces: [Piece] = []
            for datagram in 0..<8 {
                let count = Int.random(in: 1...12, using: &random)
                for number in 0..<count {
                    pieces.append(
                        Piece(
                            identification: datagram, offset: number * 16, more: number < count - 1 || count == 1,
                            isIPv6: round % 2 == 1))
                }
            }
            pieces.shuffle(using: &random)
            for index in pieces.indices { pieces[index].time = Nanoseconds(index) * 1_000_000 }
            var table = FragmentTable(hashKey: random.next())
            var found: [UInt64] = []
            var start = 0
            while start < pieces.count {
                let size = Int.random(in: 1...20, using: &random)
                let part = batch(Array(pieces[start..<min(pieces.count, start + size)]), from: start + 1)
                table.resolve(part)
                var last: UInt64 = 0
                for index in 0..<part.count {
                    let facts = part.facts[index]
                    #expect(facts.flags.contains(.ports) && facts.frameNumber >= last)
                    last = facts.frameNumber
                    found.append(facts.ownFrameNumber)
                }
                start += size
            }
            #expect(found.sorted() == Array(1...UInt64(pieces.count)), "seed \(seed), round \(round)")
            #expect(table.waiting == 0 && tallies(table) == [0, 0, 0], "seed \(seed), round \(round)")
        }
    }

    @Test func overlapsAndCopies() {
        func found(_ pieces: [Piece]) -> [UInt64] {
            var table = FragmentTable(hashKey: 1)
            table.resolve(batch(pieces))
            return tallies(table)
        }
        let first = Piece(offset: 0, octets: 24)
        #expect(found([first, Piece(offset: 24), Piece(offset: 40, octets: 5, more: false)]) == [0, 0, 0])
        // Teardrop: the second begins within the first.
        #expect(found([first, Piece(offset: 16)]) == [0, 1, 0])
        #expect(found([first, Piece(offset: 24), Piece(offset: 32)]) == [0, 1, 0])
        // Around it.
        #expect(found([first, Piece(offset: 32), Piece(offset: 24, octets: 48)]) == [0, 1, 0])
        // The same one again, as mirror ports send it.
        #expect(found([first, Piece(offset: 24), Piece(offset: 24)]) == [0, 0, 1])
        #expect(found([first, first, Piece(offset: 24)]) == [0, 0, 1])
        // Waiting does not hide it.
        #expect(found([Piece(offset: 16), first]) == [0, 1, 0])
        // Another first one with other contents: an overlap while the datagram is fresh, then another datagram.
        #expect(found([first, Piece(offset: 0, octets: 32, time: 20_000_000)]) == [0, 1, 0])
        #expect(found([first, Piece(offset: 0, octets: 32, time: 2 * Self.second)]) == [0, 0, 0])
        #expect(found([first, Piece(offset: 0, octets: 24, time: 20_000_000), Piece(offset: 24)]) == [0, 0, 0])
        // Fragments without octets say nothing.
        #expect(found([first, Piece(offset: 8, octets: 0)]) == [0, 0, 0])
    }

    /// Long datagrams, whichever way they come: no false alarm, and an overlap with what came long before is found.
    @Test(arguments: [false, true]) func longDatagrams(isReversed: Bool) {
        let order = (0..<60).map { isReversed ? 59 - $0 : $0 }
        var pieces = order.map { Piece(offset: $0 * 16, more: $0 < 59) }
        var table = FragmentTable(hashKey: 1)
        table.resolve(batch(pieces))
        #expect(tallies(table) == [0, 0, 0])
        // A copy of each right behind it, then of the whole within the copies' time.
        pieces = order.flatMap { [Piece(offset: $0 * 16, more: $0 < 59), Piece(offset: $0 * 16, more: $0 < 59)] }
        table = FragmentTable(hashKey: 1)
        table.resolve(batch(pieces))
        #expect(tallies(table) == [0, 0, 60])
        pieces = order.map { Piece(offset: $0 * 16, more: $0 < 59) } + [Piece(offset: 488, octets: 16)]
        table = FragmentTable(hashKey: 1)
        table.resolve(batch(pieces))
        #expect(table.overlaps + table.duplicates == 1)
    }

    @Test(arguments: [false, true]) func tinyFragments(isIPv6: Bool) {
        func isTiny(_ piece: Piece, captured: Int? = nil) -> Bool {
            bench.decode(piece.bytes, linkType: 101, captured: captured).anomalies.contains(.fragmentTiny)
        }
        // RFC 1858 section 3: the flags of TCP are in its second eight octets.
        #expect(isTiny(Piece(offset: 0, octets: 8, number: 6, isIPv6: isIPv6)))
        #expect(!isTiny(Piece(offset: 0, octets: 16, number: 6, isIPv6: isIPv6)))
        // RFC 3128: a fragment at offset 1 overwrites them.
        #expect(isTiny(Piece(offset: 8, number: 6, isIPv6: isIPv6)))
        #expect(!isTiny(Piece(offset: 16, number: 6, isIPv6: isIPv6)))
        #expect(!isTiny(Piece(offset: 8, isIPv6: isIPv6)))
        // Not even the ports of UDP.
        #expect(isTiny(Piece(offset: 0, octets: 0, isIPv6: isIPv6)))
        #expect(!isTiny(Piece(offset: 0, octets: 8, isIPv6: isIPv6)))
        // What the capture cut says nothing of the fragment.
        let whole = Piece(offset: 0, octets: 64, number: 6, isIPv6: isIPv6)
        #expect(!isTiny(whole, captured: whole.bytes.count - 60))
    }

    @Test func fragmentsOfTunnelsAreCounted() {
        let inner = Build.ipv4(17, Build.udp(1, 2, Build.zeros(40)))
        let first = bench.decode(Build.ipv4(4, inner, identification: 3, moreFragments: true), linkType: 101)
        #expect(first.anomalies == [.fragment, .tunnelFragment] && first.facts?.protocolIdentifier == 4)
        let whole = bench.decode(Build.ipv4(4, inner), linkType: 101)
        #expect(whole.anomalies.isEmpty && whole.facts?.protocolIdentifier == 17)
        let plain = bench.decode(
            Build.ipv4(4, inner, identification: 3, moreFragments: true), linkType: 101,
            tunnels: TunnelPolicy(rule: .outer))
        #expect(plain.anomalies == [.fragment])
    }
}
