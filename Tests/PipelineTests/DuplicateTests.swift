import FlowTable
import NetTypes
import PacketDecode
import Testing

/// Packets that a mirror port brings twice, through a whole run.
@Suite struct DuplicateTests {
    static let millisecond: Nanoseconds = 1_000_000

    private func run(
        _ frames: [Frame], _ action: DuplicatePolicy.Action = .drop, window: Nanoseconds = 10 * millisecond,
        workers: Int = 1, fills: [Int] = [512]
    ) -> Run {
        Run(frames.sorted { $0.time < $1.time }, fills: fills, workers: workers) {
            $0.duplicates = DuplicatePolicy(action: action, window: window)
        }
    }

    /// A copy of a frame `later`, as `change` makes it.
    private func copy(_ frame: Frame, later: Nanoseconds = 50_000, _ change: (inout [UInt8]) -> Void = { _ in })
        -> Frame
    {
        var copy = frame
        copy.time += later
        change(&copy.octets)
        return copy
    }

    private func segment(_ time: Nanoseconds = Frame.start, identification: Int = 0, payload: Int = 40) -> Frame {
        var frame = Frame.tcp(time, from: (1, 40_000), to: (2, 80), flags: 0x18, payload: payload)
        frame.octets[18] = UInt8(identification >> 8)
        frame.octets[19] = UInt8(identification & 0xFF)
        return frame
    }

    /// What forwarding does to a packet, each by itself.
    private static let forwarding: [(what: String, change: @Sendable (inout [UInt8]) -> Void)] = [
        ("tag", { $0.insert(contentsOf: [0x81, 0, 0, 9], at: 12) }),
        ("TTL and checksum", { ($0[22], $0[24]) = ($0[22] - 1, 0x5A) }),
        ("MAC", { $0[5] = 99 }),
        (
            "all",
            { octets in
                (octets[22], octets[24], octets[0], octets[11]) = (octets[22] - 1, 0x5A, 4, 7)
                octets.insert(contentsOf: [0x81, 0, 0, 9], at: 12)
            }
        ),
    ]

    /// One flow of two packets, each of which comes once more, changed on the way.
    @Test(arguments: [0, 0x1234], [0, 1, 2, 3])
    func copiesAreDropped(identification: Int, change: Int) {
        let frames = [segment(identification: identification)]
        let forwarded = frames.map { copy($0, Self.forwarding[change].change) }
        let run = run(frames + forwarded)
        #expect(run.balances)
        #expect(run.result.counters.duplicates == 1 && run.result.counters.dropped.packets == 1)
        #expect(run.result.counters.uncertainDuplicates == 0)
        #expect(run.records.count == 1 && run.records.first?.packets == 1)
        #expect(run.records.first?.retransmittedOctetsForward == 0)
    }

    /// Counted: told, and in flows all the same. Off: as if there were no such thing.
    @Test func countedOrNot() {
        let frames = [segment(identification: 7), copy(segment(identification: 7)) { $0[22] -= 1 }]
        let counted = run(frames, .count)
        #expect(counted.balances && counted.result.counters.duplicates == 1)
        #expect(counted.result.counters.dropped == PacketSums() && counted.records.first?.packets == 2)
        let off = run(frames, .off)
        #expect(off.balances && off.result.counters.duplicates == 0 && off.batches == counted.batches)
    }

    /// With an identification the same octets are the same packet, on whatever path.
    @Test func anIdenticalCopyIsToldByItsIdentification() {
        let run = run([segment(identification: 7), copy(segment(identification: 7))])
        #expect(run.result.counters.dropped.packets == 1)
    }

    /// TCP sends again what was lost: IPv4 gives it another identification.
    @Test func aRetransmissionIsNoCopy() {
        let again = (0..<3).map { segment(Frame.start + Nanoseconds($0) * Self.millisecond, identification: 100 + $0) }
        let run = run(again)
        #expect(run.balances && run.result.counters.duplicates == 0 && run.result.counters.uncertainDuplicates == 0)
        #expect(run.records.first?.packets == 3 && run.records.first?.retransmittedOctetsForward == 80)
    }

    /// Without identification, the same on the same path may be either: it is counted, and never dropped.
    @Test func theAmbiguousRestIsCounted() {
        for frame in [segment(), Frame.udp(Frame.start, from: (1, 5000), to: (2, 53)), segment(payload: 0)] {
            let run = run([frame, copy(frame), copy(frame, later: 90_000)])
            #expect(run.balances && run.result.counters.duplicates == 0)
            #expect(run.result.counters.uncertainDuplicates == 2 && run.records.first?.packets == 3)
        }
    }

    /// A segment and its retransmission, both mirrored twice: each is counted once.
    @Test func aRetransmissionAmongCopies() {
        let original = segment()
        let forwarded = Self.forwarding[1].change
        let frames = [
            original, copy(original, later: 1000, forwarded), copy(original, later: 2 * Self.millisecond),
            copy(original, later: 2 * Self.millisecond + 1000, forwarded),
        ]
        let all = run(frames)
        #expect(all.result.counters.dropped.packets == 2 && all.result.counters.uncertainDuplicates == 1)
        #expect(all.records.first?.packets == 2)
        // The mirror lost the retransmission on its first path: its copy stands for it.
        let lost = run([frames[0], frames[1], frames[3]])
        #expect(lost.result.counters.dropped.packets == 1 && lost.result.counters.uncertainDuplicates == 1)
        #expect(lost.records.first?.packets == 2)
    }

    /// Six octets that tell time in a segment without identification: the TCP time stamp.
    private func stamped(_ time: Nanoseconds, stamp: UInt8, payload: [UInt8] = [1, 2, 3]) -> Frame {
        var frame = Frame.tcp(time, from: (1, 40_000), to: (2, 80), flags: 0x18)
        frame.octets[46] = 0x80
        frame.octets += [1, 1, 8, 10, 0, 0, 0, stamp, 0, 0, 0, 1] + payload
        let length = frame.octets.count - 14
        (frame.octets[16], frame.octets[17]) = (UInt8(length >> 8), UInt8(length & 0xFF))
        return frame
    }

    @Test func timeStampsTellCopiesFromRetransmissions() {
        let first = stamped(Frame.start, stamp: 1)
        let copies = run([first, copy(first)])
        #expect(copies.result.counters.dropped.packets == 1)
        let again = run([first, stamped(Frame.start + Self.millisecond, stamp: 2)])
        #expect(again.result.counters.duplicates == 0 && again.result.counters.uncertainDuplicates == 0)
        // Acknowledgements are repeated within a tick of the sender's clock.
        let bare = stamped(Frame.start, stamp: 1, payload: [])
        let acknowledged = run([bare, copy(bare)])
        #expect(acknowledged.result.counters.duplicates == 0 && acknowledged.result.counters.uncertainDuplicates == 1)
    }

    /// A keepalive is sent with a new identification; a query sent again has another one, or another port.
    @Test func keepalivesAndImpatientQueries() {
        func probe(_ number: Int) -> Frame {
            var frame = Frame.tcp(
                Frame.start + Nanoseconds(number) * Self.millisecond, from: (1, 40_000), to: (2, 80), flags: 0x10,
                sequence: 999)
            frame.octets[19] = UInt8(number + 1)
            return frame
        }
        func query(_ number: Int) -> Frame {
            Frame.ipv4(
                Frame.start + Nanoseconds(number) * 2 * Self.millisecond, 17, from: 1, to: 2,
                [0x13, 0x88, 0, 53, 0, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], identification: 900 + number)
        }
        let run = run((0..<5).map(probe) + (0..<5).map(query))
        #expect(run.balances && run.result.counters.duplicates == 0 && run.result.counters.uncertainDuplicates == 0)
        #expect(run.records.reduce(0) { $0 + $1.packets } == 10)
    }

    @Test func threeCopiesAndMore() {
        for identification in [0, 7] {
            let first = segment(identification: identification)
            let copies = (1...3).map { number in
                copy(first, later: Nanoseconds(number) * 1000) { $0[22] -= UInt8(number) }
            }
            let run = run([first] + copies)
            #expect(run.balances && run.result.counters.dropped.packets == 3)
            #expect(run.records.first?.packets == 1)
        }
        // More paths than are told apart: what is beyond them is counted.
        let many = (0...5).map { number in
            copy(segment(), later: Nanoseconds(number) * 1000) { $0[22] -= UInt8(number) }
        }
        let run = run(many)
        #expect(
            run.balances && run.result.counters.dropped.packets == 3 && run.result.counters.uncertainDuplicates == 2)
    }

    @Test func theWindowIsExact() {
        for (later, isCopy) in [(10 * Self.millisecond, true), (10 * Self.millisecond + 1, false)] {
            let run = run([segment(identification: 7), copy(segment(identification: 7), later: later)])
            #expect(run.result.counters.dropped.packets == (isCopy ? 1 : 0), "\(later)")
        }
        let wide = run(
            [segment(identification: 7), copy(segment(identification: 7), later: 30 * Self.millisecond)],
            window: 30 * Self.millisecond)
        #expect(wide.result.counters.dropped.packets == 1)
    }

    /// Copies in two VLANs are one packet, though their flows would be two.
    @Test func twoVLANsOneFlow() {
        func tagged(_ frame: Frame, _ identifier: UInt8) -> Frame {
            var frame = frame
            frame.octets.insert(contentsOf: [0x81, 0, 0, identifier], at: 12)
            return frame
        }
        let packets = (0..<20).map {
            segment(Frame.start + Nanoseconds($0) * 3 * Self.millisecond, identification: 50 + $0)
        }
        let frames = packets.flatMap { [tagged($0, 10), tagged(copy($0), 20)] }
        let kept = run(frames)
        #expect(kept.records.count == 1 && kept.records.first?.packets == 20 && kept.records.first?.segment == 10)
        #expect(run(frames, .off).records.count == 2)
    }

    /// A datagram inside a tunnel of IP in IP, whose outer header has an identification of its own.
    private func tunnelled(_ time: Nanoseconds, outer: Int, timeToLive: UInt8 = 64) -> Frame {
        var inner = Frame.udp(time, from: (0x101, 5000), to: (0x102, 53))
        inner.octets[19] = 7
        var frame = Frame.ipv4(time, 4, from: 1, to: 2, Array(inner.octets.dropFirst(14)), identification: outer)
        frame.octets[22] = timeToLive
        return frame
    }

    /// Two switches send the same packet in tunnels of their own: what is compared is what the flow is of.
    @Test func insideTunnelsTheInnerPacketCounts() {
        let frames = [tunnelled(Frame.start, outer: 1), tunnelled(Frame.start + 1000, outer: 2)]
        let inner = run(frames)
        #expect(inner.balances && inner.result.counters.dropped.packets == 1 && inner.records.first?.packets == 1)
        let outer = Run(frames, tunnels: TunnelPolicy(rule: .outer)) { $0.duplicates.action = .drop }
        #expect(outer.balances && outer.result.counters.duplicates == 0 && outer.records.first?.packets == 2)
    }

    /// A packet's second count, in the tunnel's own flow, is a copy when the whole tunnelled packet is one.
    @Test(arguments: [1, 2])
    func bothCountsAreCompared(workers: Int) {
        func both(_ frames: [Frame]) -> Run {
            Run(frames, workers: workers, tunnels: TunnelPolicy(rule: .both)) { $0.duplicates.action = .drop }
        }
        let forwarded = both([
            tunnelled(Frame.start, outer: 1), tunnelled(Frame.start + 1000, outer: 1, timeToLive: 63),
        ])
        #expect(forwarded.balances && forwarded.records.map(\.packets) == [1, 1])
        #expect(forwarded.result.counters.dropped.packets == 1 && forwarded.result.counters.duplicates == 1)
        #expect(forwarded.result.counters.droppedTunnelCopies.packets == 1)
        let twoTunnels = both([tunnelled(Frame.start, outer: 1), tunnelled(Frame.start + 1000, outer: 2)])
        #expect(twoTunnels.balances && twoTunnels.records.map(\.packets).sorted() == [1, 2])
        #expect(twoTunnels.result.counters.dropped.packets == 1)
        #expect(twoTunnels.result.counters.droppedTunnelCopies == PacketSums())
    }

    /// Neither workers nor batches show, with copies, retransmissions and ambiguous ones all over, and packets out of order.
    @Test(arguments: [1, 2, 3, 8], [[512], [7, 512, 1, 90], [255]])
    func theOutputDoesNotDependOnWorkers(workers: Int, fills: [Int]) {
        let run = Run(Self.mirrored, fills: fills, workers: workers) { $0.duplicates.action = .drop }
        #expect(run.balances)
        #expect(run.batches == Self.reference.batches)
        #expect(run.result.counters.dropped == Self.reference.result.counters.dropped)
        #expect(run.result.counters.uncertainDuplicates == Self.reference.result.counters.uncertainDuplicates)
    }

    private static let mirrored: [Frame] = {
        var random = SplitMix64(seed: 77)
        var frames: [Frame] = []
        for frame in Frame.mixed(4000, seed: 77, step: 200_000) {
            frames.append(frame)
            for _ in 0..<Int.random(in: 0...2, using: &random) where frame.octets.count > 34 {
                var copy = frame
                copy.time += .random(in: -2...12, using: &random) * millisecond
                if Bool.random(using: &random) { copy.octets[22] &-= 1 }
                if Bool.random(using: &random) { copy.octets[5] = 9 }
                frames.append(copy)
            }
        }
        return frames
    }()

    private static let reference = Run(mirrored) { $0.duplicates.action = .drop }

    @Test func theReferenceIsWorthComparing() {
        #expect(Self.reference.balances && Self.reference.result.counters.dropped.packets > 1000)
        #expect(Self.reference.result.counters.uncertainDuplicates > 100)
    }
}
