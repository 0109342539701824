import FlowTable
import NetTypes
import PacketDecode
import Testing

@Suite struct DuplicateWindowTests {
    private static let start: Nanoseconds = 1_800_000_000 * nanosecondsPerSecond
    private static let span: Nanoseconds = 10_000_000

    private func identity(
        _ fingerprint: UInt64, path: UInt16 = 1, kind: PacketIdentity.Kind = .identified
    ) -> PacketIdentity {
        // Places are spread as the decoder spreads them.
        PacketIdentity(
            fingerprint: fingerprint, place: UInt32(truncatingIfNeeded: (fingerprint &* 0x9E37_79B9_7F4A_7C15) >> 40),
            path: path, kind: kind)
    }

    @Test func theSpanIsExactBothWays() {
        for (distance, verdict) in [
            (0, .copy), (1, .copy), (Self.span - 1, .copy), (Self.span, .copy), (Self.span + 1, .new),
            (nanosecondsPerSecond, .new),
        ] as [(Nanoseconds, DuplicateWindow.Verdict)] {
            for sign: Nanoseconds in [1, -1] {
                var window = DuplicateWindow(span: Self.span)
                let first = window.judge(identity(7), at: Self.start)
                let second = window.judge(identity(7), at: Self.start + sign * distance)
                #expect(first == .new && second == verdict, "\(sign * distance)")
            }
        }
    }

    /// A packet every 10 ms is a copy of one, not of all.
    @Test func theFirstOfItsLikeKeepsItsTime() {
        var window = DuplicateWindow(span: Self.span)
        let verdicts = (0..<9).map { window.judge(identity(7), at: Self.start + Nanoseconds($0) * 6_000_000) }
        #expect(verdicts == [.new, .copy, .new, .copy, .new, .copy, .new, .copy, .new])
    }

    /// Against a model that forgets nothing and keeps plain lists: the same words, as long as there is room.
    @Test func asAPlainModelSays() {
        struct Like {
            var time: Nanoseconds
            var paths: [(path: UInt16, count: Int)]
        }
        let seed: UInt64 = 11
        var random = SplitMix64(seed: seed)
        var window = DuplicateWindow(span: Self.span)
        var likes: [UInt64: Like] = [:]
        var names: [UInt64] = (0..<400).map { _ in random.next() }
        var time = Self.start
        var seen: [DuplicateWindow.Verdict: Int] = [:]
        for step in 0..<100_000 {
            time += .random(in: -30_000...100_000, using: &random)
            if step % 50 == 0 { names[Int.random(in: 0..<400, using: &random)] = random.next() }
            let name = names[Int.random(in: 0..<400, using: &random)]
            let path = UInt16.random(in: 1...6, using: &random)
            let kind: PacketIdentity.Kind = name % 3 == 0 ? .identified : name % 3 == 1 ? .unidentified : .bare
            var expected = DuplicateWindow.Verdict.new
            if var like = likes[name], abs(time - like.time) <= Self.span {
                if kind == .identified {
                    expected = .copy
                } else if let place = like.paths.firstIndex(where: { $0.path == path }) {
                    let most = like.paths.map(\.count).max() ?? 0
                    expected = like.paths[place].count < most ? .copy : .uncertain
                    like.paths[place].count += 1
                } else if like.paths.count < 4 {
                    expected = .copy
                    like.paths.append((path, 1))
                } else {
                    expected = .uncertain
                }
                likes[name] = like
            } else {
                likes[name] = Like(time: time, paths: [(path, 1)])
            }
            let said = window.judge(identity(name, path: path, kind: kind), at: time)
            #expect(said == expected, "step \(step), seed \(seed)")
            seen[expected, default: 0] += 1
        }
        #expect(window.forgotten == 0)
        for verdict in [DuplicateWindow.Verdict.new, .copy, .uncertain] { #expect(seen[verdict, default: 0] > 1000) }
    }

    /// Under a flood it forgets, says so, and never takes one packet for another; its memory is what it was.
    @Test func aFloodIsForgottenAndCounted() {
        var random = SplitMix64(seed: 5)
        var window = DuplicateWindow(span: Self.span)
        let flood = DuplicateWindow.capacity * 20
        for _ in 0..<flood {
            let said = window.judge(identity(random.next(), kind: .unidentified), at: Self.start)
            #expect(said == .new)
        }
        #expect(window.forgotten >= UInt64(flood - DuplicateWindow.capacity))
        #expect(DuplicateWindow.capacity == 8192 && DuplicateWindow.octets == 256 << 10)
        // Later there is room again.
        let late = Self.start + 2 * Self.span
        let verdicts = [window.judge(identity(3), at: late), window.judge(identity(3), at: late + 1)]
        #expect(verdicts == [.new, .copy])
    }

    /// All aimed at one set: four are remembered, and the others are none the worse.
    @Test func oneSetUnderFire() {
        var window = DuplicateWindow(span: Self.span)
        func aimed(_ number: UInt64) -> PacketIdentity {
            PacketIdentity(fingerprint: number, place: 5, path: 1, kind: .identified)
        }
        _ = window.judge(identity(77), at: Self.start)
        for number in 0..<10_000 as Range<UInt64> {
            let said = window.judge(aimed(number + 100), at: Self.start + Nanoseconds(number))
            #expect(said == .new)
        }
        let recent = window.judge(aimed(10_099), at: Self.start + 10_000)
        let elsewhere = window.judge(identity(77), at: Self.start + 10_000)
        #expect(recent == .copy && elsewhere == .copy && window.forgotten == 9_996)
    }

    /// A clock that was set back leaves entries in the future: they are no obstacle.
    @Test func aClockSetBack() {
        var window = DuplicateWindow(span: Self.span)
        for number in 0..<UInt64(DuplicateWindow.capacity) * 4 {
            _ = window.judge(identity(number), at: Self.start + nanosecondsPerSecond * 3600)
        }
        let before = window.forgotten
        for number in 0..<1000 as Range<UInt64> {
            let first = window.judge(identity(number + 1 << 40), at: Self.start)
            let second = window.judge(identity(number + 1 << 40), at: Self.start + 1)
            #expect(first == .new && second == .copy)
        }
        #expect(window.forgotten == before)
    }

    @Test func ofMoreLikesThanCanBeCounted() {
        var window = DuplicateWindow(span: Self.span)
        var said: [DuplicateWindow.Verdict: Int] = [:]
        for _ in 0..<1000 { said[window.judge(identity(7, kind: .unidentified), at: Self.start), default: 0] += 1 }
        #expect(said == [.new: 1, .uncertain: 999])
    }
}
