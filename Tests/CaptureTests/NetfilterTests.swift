import Capture
import NetlinkFuzzing
import PacketDecode
import Testing

/// What netfilter's messages say of packets, and what becomes of it.
@Suite struct NetfilterTests {
    private struct Taken: Equatable {
        var octets: [UInt8]
        var wireLength: Int
        var linkType: UInt16
        var time: Int64
    }

    private static func take(
        _ octets: [UInt8], _ subsystem: NetfilterSubsystem
    ) -> (packets: [Taken], intake: NetfilterIntake) {
        var intake = NetfilterIntake(subsystem, observationPoint: 1)
        let memory = TestDatagram(octets)
        let batch = PacketBatch(capacity: 512)
        var offset = 0
        #expect(intake.take(memory.datagram, at: &offset, received: 77, into: batch))
        let packets = (0..<batch.count).map { index in
            let span = batch.octets(index)
            return Taken(
                octets: span.indices.map { span[$0] }, wireLength: batch.wireLength(index),
                linkType: batch.linkType(index), time: batch.timestamp(index))
        }
        return (packets, intake)
    }

    @Test func copyWithoutLinkHeaderIsRawIP() {
        let (packets, intake) = Self.take(Netlink.logged(0), .log)
        #expect(packets == [Taken(octets: Netlink.ipv4(), wireLength: 28, linkType: 101, time: 77)])
        #expect(
            intake.paths == [
                SteeredPath(
                    prefix: "flowprobe:dns", hook: "forward", inDevice: 2, outDevice: 3, packets: 1, octets: 28,
                    marked: 0,
                    lastMark: 0, merged: 0)
            ])
        #expect(intake.tallies.lost == 0 && intake.tallies.malformed == 0)
    }

    /// The header is put in front of the packet, where it was received.
    @Test func ethernetHeaderAndTimeAndMark() {
        let time = Netlink.attribute(3, Netlink.big(UInt64(1_764_000_000)) + Netlink.big(UInt64(250_001)))
        let mark = Netlink.attribute(2, Netlink.big(UInt32(0xABCD)))
        let (packets, intake) = Self.take(Netlink.logged(0, extra: Netlink.ethernet + time + mark), .log)
        let frame: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0] + Netlink.ipv4()
        #expect(packets == [Taken(octets: frame, wireLength: 42, linkType: 1, time: 1_764_000_000_250_001_000)])
        #expect(intake.paths[0].marked == 1 && intake.paths[0].lastMark == 0xABCD)
    }

    /// A header that does not lead to the packet, of an interface of another kind, or of another length, is left out.
    @Test(arguments: [
        Netlink.attribute(15, [0, 1]) + Netlink.attribute(16, [UInt8](repeating: 0, count: 12) + [0x81, 0]),
        Netlink.attribute(15, [2, 0]) + Netlink.attribute(16, [UInt8](repeating: 0, count: 12) + [8, 0]),
        Netlink.attribute(15, [0, 1]) + Netlink.attribute(16, [UInt8](repeating: 0, count: 16) + [8, 0]),
        Netlink.attribute(16, [UInt8](repeating: 0, count: 12) + [8, 0]),
    ])
    func otherHeaders(_ header: [UInt8]) {
        #expect(Self.take(Netlink.logged(0, extra: header), .log).packets.map(\.linkType) == [101])
    }

    /// IP says how long a copy was before it was cut; a queue says so itself.
    @Test func cutPackets() {
        let copies = Self.take(Netlink.logged(0, payload: Netlink.ipv4(1500, copied: 64)), .log)
        #expect(copies.packets.map(\.wireLength) == [1500] && copies.packets[0].octets.count == 64)
        #expect(copies.intake.paths[0].octets == 1500)
        let six = [0x60, 0, 0, 0] + Netlink.big(UInt16(1000)) + [17, 64] + [UInt8](repeating: 1, count: 40)
        #expect(Self.take(Netlink.logged(0, payload: six), .log).packets.map(\.wireLength) == [1040])
        let said = Netlink.attribute(13, Netlink.big(UInt32(64_000))) + Netlink.attribute(14, Netlink.big(UInt32(3)))
        let held = Self.take(Netlink.queued(1, payload: Netlink.ipv4(1500, copied: 64), extra: said), .queue)
        #expect(held.packets.map(\.wireLength) == [64_000] && held.intake.paths[0].merged == 1)
    }

    @Test func batchesAndGaps() {
        let batch = Netlink.logged(0) + Netlink.logged(3) + Netlink.logged(4) + Netlink.endOfBatch
        let (packets, intake) = Self.take(batch, .log)
        #expect(packets.count == 3 && intake.tallies.lost == 2 && intake.tallies.malformed == 0)
        // A queue numbers from 1, and numbers begin again after the highest.
        #expect(Self.take(Netlink.queued(1) + Netlink.queued(4), .queue).intake.tallies.lost == 2)
        let wrapping = Netlink.logged(.max &- 1) + Netlink.logged(1)
        #expect(Self.take(wrapping, .log).intake.tallies.lost == 2, "two are missing around the highest number")
    }

    /// What is wrong costs what is behind it only where its length cannot be believed.
    @Test func damage() {
        let short = Netlink.message(0x0400, Netlink.attribute(1, [8]) + Netlink.attribute(9, Netlink.ipv4()))
        let (packets, intake) = Self.take(short + Netlink.logged(1), .log)
        #expect(packets.count == 1 && intake.tallies.malformed == 1 && intake.tallies.lost == 1)
        let empty = Self.take(Netlink.logged(0, payload: []) + Netlink.logged(1), .log)
        #expect(empty.packets.count == 1 && empty.intake.tallies.malformed == 1 && empty.intake.tallies.lost == 1)
        var long = Netlink.logged(0)
        long.replaceSubrange(0..<4, with: Netlink.native(UInt32(long.count + 1000)))
        let behind = Self.take(long + Netlink.logged(1), .log)
        #expect(behind.packets.isEmpty && behind.intake.tallies.malformed == 1)
        #expect(Self.take(Netlink.native(UInt32(15)) + Netlink.logged(1), .log).packets.isEmpty)
    }

    /// The kernel's refusals are told, and another program's messages are not taken for packets.
    @Test func answers() {
        let refused =
            Netlink.native(UInt32(36)) + Netlink.native(UInt16(2)) + [0, 0] + Netlink.native(UInt32(1)) + [0, 0, 0, 0]
            + Netlink.native(Int32(-1)) + [UInt8](repeating: 0, count: 16)
        #expect(Self.take(refused + Netlink.queued(1), .queue).intake.tallies.lastError == 1)
        #expect(Self.take(Netlink.queued(1), .log).packets.isEmpty)
        #expect(Self.take(Netlink.logged(0), .queue).packets.isEmpty)
    }

    /// The ways are bounded: the rest is one row, and no packet goes uncounted.
    @Test func waysAreBounded() {
        let many = (0..<100).flatMap { Netlink.logged(UInt32($0), prefix: "rule \($0 % 80)") }
        let paths = Self.take(many, .log).intake.paths
        #expect(paths.count == 65 && paths.last?.isRest == true && paths.last?.packets == 16)
        #expect(paths.reduce(0) { $0 + $1.packets } == 100)
        let odd = Self.take(Netlink.logged(0, prefix: "a\nb\u{1B}é" + String(repeating: "x", count: 100)), .log)
        #expect(odd.intake.paths[0].prefix == "a?b???" + String(repeating: "x", count: 58))
    }

    /// Every truncation of a datagram, and every octet of it set to the values that lengths go wrong with.
    @Test(arguments: [
        (UInt8(0), Netlink.logged(0, extra: Netlink.ethernet) + Netlink.logged(1) + Netlink.endOfBatch),
        (UInt8(1), Netlink.queued(1, extra: Netlink.attribute(13, Netlink.big(UInt32(9000)))) + Netlink.queued(2)),
    ])
    func sweep(_ kind: UInt8, _ octets: [UInt8]) {
        func input(_ octets: [UInt8]) -> [UInt8] { [kind] + Netlink.big(UInt16(octets.count)) + octets }
        let whole = checkDatagrams(input(octets))
        #expect(whole.packets == 2 && whole.malformed == 0 && whole.lost == 0)
        for length in 0..<octets.count {
            let cut = checkDatagrams(input(Array(octets.prefix(length))))
            #expect(cut.packets <= 2 && (cut.packets < 2 || cut.malformed <= 1))
        }
        for place in octets.indices {
            for value in [0, 1, 3, 4, 5, 15, 16, 0x7F, 0x80, 0xFF] as [UInt8] {
                var changed = octets
                changed[place] = value
                _ = checkDatagrams(input(changed))
            }
        }
    }

    @Test func randomOctets() {
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0 ... .max, using: &random)
        var state = seed
        for _ in 0..<20_000 {
            let octets = (0..<Int(state % 97)).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // Small values, which lengths and types are, come often.
                return state >> 60 < 8 ? UInt8(state >> 56 & 15) : UInt8(truncatingIfNeeded: state >> 40)
            }
            state = state &* 6_364_136_223_846_793_005 &+ 1
            let outcome = checkDatagrams(octets)
            #expect(outcome.packets <= octets.count, "seed \(seed)")
        }
    }

    /// Requests as libnetfilter_queue's documentation and the kernel's headers lay them out.
    @Test func requests() {
        var verdict = NetlinkRequest.accept(queue: 3, upTo: 1)
        verdict.replaceEnd(0x0102_0304)
        #expect(
            verdict.octets
                == Netlink.native(UInt32(32)) + Netlink.native(UInt16(0x0303)) + Netlink.native(UInt16(1))
                + [UInt8](repeating: 0, count: 8) + [0, 0, 0, 3]
                + Netlink.attribute(2, [0, 0, 0, 1, 1, 2, 3, 4]))
        let group = NetlinkRequest.listen(group: 5, copied: 262_144, bufferOctets: 65_536, timeout: 5, sequence: 9)
        #expect(
            Array(group.octets.dropFirst(20))
                == Netlink.attribute(1, [1]) + Netlink.attribute(2, [0, 0, 0xFF, 0xFB, 2, 0])
                + Netlink.attribute(3, [0, 1, 0, 0]) + Netlink.attribute(4, [0, 0, 0, 5])
                + Netlink.attribute(6, [0, 1]))
        #expect(
            Array(group.octets.prefix(12))
                == Netlink.native(UInt32(group.octets.count)) + Netlink.native(UInt16(0x0401))
                + Netlink.native(UInt16(5)) + Netlink.native(UInt32(9)))
        let queue = NetlinkRequest.listen(queue: 7, copied: 128, length: 256, sequence: 1)
        #expect(
            Array(queue.octets.dropFirst(20))
                == Netlink.attribute(1, [1, 0, 0, 0]) + Netlink.attribute(2, [0, 0, 0, 128, 2])
                + Netlink.attribute(3, [0, 0, 1, 0]) + Netlink.attribute(4, [0, 0, 0, 5])
                + Netlink.attribute(5, [0, 0, 0, 5]))
    }

    @Test(arguments: [
        ("nflog:0", LiveInput.Source.log(group: 0)), ("nflog:65535", .log(group: 65535)),
        ("nfqueue:3", .queue(number: 3)),
        ("nflog:65536", .interface), ("nflog:", .interface), ("nflog:05", .interface), ("nflog:+5", .interface),
        ("nfqueue:-1", .interface), ("eth0", .interface), ("NFLOG:5", .interface),
    ])
    func names(_ name: String, _ source: LiveInput.Source) {
        let input = LiveInput(interface: name)
        #expect(input.source == source)
        #expect((input.problem == nil) == (source != .interface || !name.hasPrefix("nf")), "\(input.problem ?? "")")
    }

    /// A buffer that cannot hold what a queue may hold would let packets pass unseen.
    @Test func queueFitsItsBuffer() {
        var input = LiveInput(interface: "nfqueue:3")
        #expect(input.problem == nil)
        input.ringOctets = 8 << 20
        #expect(input.problem?.contains("cannot hold a queue of 256 packets") == true)
        input.snapLength = 256
        #expect(input.problem == nil)
        input.queueLength = 4097
        #expect(input.problem != nil)
    }
}
