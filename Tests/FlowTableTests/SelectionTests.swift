import FlowTable
import NetTypes
import PacketDecode
import Testing

/// Flow selection: which flows are chosen, what becomes of the others, and that every packet is somewhere.
@Suite struct SelectionTests {
    private static let base: Nanoseconds = 1_700_000_000 * Packet.second
    private static let keys: (UInt64, UInt64) = (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210)

    /// A table, and what it and selection make of packets.
    private final class Bench {
        let table: FlowTable
        var partition = Partition(capacity: 2048)
        let output = RecordBuffer(capacity: 64)
        var packets: UInt64 = 0
        var octets: UInt64 = 0

        init(_ change: (inout FlowTableConfiguration) -> Void = { _ in }) {
            var configuration = FlowTableConfiguration()
            configuration.memoryOctets = 16 << 20
            configuration.selectionKeys = SelectionTests.keys
            change(&configuration)
            table = FlowTable(configuration: configuration)
        }

        func count(_ packets: [Packet], _ selector: FlowSelector) {
            for start in stride(from: 0, to: packets.count, by: 2048) {
                let batch = FactsBatch(capacity: 2048)
                for packet in packets[start..<min(start + 2048, packets.count)] {
                    batch.append(packet.facts)
                    guard packet.error == nil, !packet.isTunnelCopy else { continue }
                    self.packets += 1
                    octets += UInt64(packet.headers + packet.payload)
                }
                table.partition(batch, into: &partition, selector: selector)
                for stripe in 0..<FlowTable.stripeCount {
                    table.apply(batch, partition, stripe: stripe, output: output)
                }
            }
        }

        /// Ends the table; every record that there was.
        func finish(_ time: Nanoseconds) -> [FlowRecord] {
            let output = output
            table.flush(now: time, at: 0) { output.append(all: $0) }
            var records: [FlowRecord] = []
            for index in 0..<output.count { records.append(output.records[index]) }
            return records
        }
    }

    /// Packets between hosts that a number chooses, of both versions and four protocols.
    private static func packet(_ number: Int, _ time: Nanoseconds = base) -> Packet {
        var packet = Packet(time: time, frame: UInt64(number) + 1)
        let host = UInt64(number) &* 0x9E37_79B9 & 0xFFFF_FFFF
        if number % 2 == 0 {
            packet.source = IPAddress(v4: UInt32(host))
        } else {
            packet.source = IPAddress(high: 0x2001_0DB8_0000_0000, low: host, version: 6)
            packet.destination = IPAddress(high: 0x2001_0DB8_0000_0001, low: 7, version: 6)
        }
        switch number % 5 {
        case 0: packet.protocolIdentifier = 47
        case 1:
            packet.protocolIdentifier = packet.source.version == 4 ? 1 : 58
            packet.icmp = (packet.source.version == 4 ? 8 : 128, 0, UInt16(number & 0xFFFF))
        case 2:
            packet.protocolIdentifier = 6
            packet.ports = (40_000, 80)
            packet.tcp = .init(flags: F.syn)
        default: packet.ports = (UInt16(1024 + number % 50_000), 53)
        }
        return packet
    }

    /// Which of many flows a selector chooses, by the numbers of their packets.
    private func chosen(
        _ count: Int, _ selector: FlowSelector, change: (inout FlowTableConfiguration) -> Void = { _ in },
        turn: (Packet) -> Packet = { $0 }
    ) -> Set<UInt64> {
        let bench = Bench(change)
        bench.count((0..<count).map { turn(Self.packet($0)) }, selector)
        let records = bench.finish(Self.base)
        #expect(bench.partition.leftOut.packets.packets == UInt64(count) - bench.table.counters.packets)
        return Set(records.map(\.firstFrameNumber))
    }

    @Test func bothDirectionsAreChosenAlike() {
        for selector in FlowSelector.allSelectors {
            let there = chosen(4000, selector)
            #expect(there == chosen(4000, selector, turn: \.reversed))
            // Wherever the flow is seen: in another VLAN, or with other keys of the table.
            #expect(
                there
                    == chosen(4000, selector) {
                        $0.slotKeys = (1, 2, 3)
                        $0.stripeKey = 99
                    } turn: { packet in
                        var packet = packet
                        packet.segment = 12
                        return packet
                    })
        }
    }

    @Test func oneInSoManyIsChosen() {
        var laxer = chosen(40_000, .all)
        #expect(laxer.count == 40_000)
        for selector in FlowSelector.allSelectors.dropFirst() {
            let count = 40_000
            let now = chosen(count, selector)
            let share = 1 / Double(selector.factor)
            // Six standard deviations of a binomial distribution: the keys are fixed, this never fails by chance.
            let deviation = (Double(count) * share * (1 - share)).squareRoot()
            #expect(abs(Double(now.count) - Double(count) * share) < 6 * deviation, "1:\(selector.factor) \(now.count)")
            for parity in [0, 1] as [UInt64] {
                let part = Double(now.count { $0 % 2 == parity })
                #expect(abs(part - Double(count) * share / 2) < 6 * deviation, "IPv4 and IPv6 alike")
            }
            #expect(now.isSubset(of: laxer), "what is chosen stays chosen when the selector becomes laxer")
            laxer = now
        }
    }

    @Test func theKeyChooses() {
        let selector = FlowSelector(exponent: 3)
        let other = chosen(4000, selector) { $0.selectionKeys = (11, 12) }
        #expect(other == chosen(4000, selector) { $0.selectionKeys = (11, 12) })
        let own = chosen(4000, selector)
        #expect(own != other && own.intersection(other).count < own.count / 2)
    }

    @Test func everyPacketIsSomewhere() {
        let bench = Bench()
        var expected = SelectionSums()
        for (round, selector) in ([0, 1, 2, 1, 6, 0] as [UInt8]).map({ FlowSelector(exponent: $0) }).enumerated() {
            bench.table.select(selector, domain: 0)
            let time = Self.base + Nanoseconds(round) * 10 * Packet.second
            var packets = (0..<3000).map { Self.packet($0 + round * 1000, time) }
            for index in stride(from: 0, to: packets.count, by: 7) {
                (packets[index].isTunnelCopy, packets[index].tunnel, packets[index].segment) = (true, TunnelFacts(), 77)
            }
            packets += (0..<500).map { Self.packet($0).failing(0x0301, at: time) }
            bench.count(packets, selector)
            let left = bench.partition.leftOut
            #expect((left == expected) == (selector == .all))
            expected = left
        }
        let records = bench.finish(Self.base + 60 * Packet.second)
        let counters = bench.table.counters
        let copies: UInt64 = 6 * ((3000 + 6) / 7)
        #expect(counters.packets == bench.packets - expected.packets.packets + copies - expected.tunnelCopies.packets)
        #expect(counters.recordPackets == counters.packets)
        #expect(counters.errorsLinked + counters.errorsWithoutFlow + expected.notices == 3000)
        #expect(expected.packets.packets > 0 && expected.tunnelCopies.packets > 0 && expected.notices > 0)
        #expect(counters.flowsBegun == counters.flowsEndedTotal)
        let own = records.filter { !$0.isTunnelCopy }
        #expect(
            own.reduce(0) { $0 + $1.octetsForward + $1.octetsReverse } == bench.octets - expected.packets.networkOctets)
        #expect(Set(records.map(\.selectorId)) == [1, 2, 3, 7])
        #expect(own.allSatisfy { $0.selectorId == 1 || FlowSelector(id: $0.selectorId) != nil })
    }

    /// A flow that comes to be left out ends for lack of resources, one that is chosen goes on, one that has closed is whole.
    @Test func flowsThatAreLeftOutAreKnownAsCut() throws {
        let (bench, selector) = (Bench(), FlowSelector(exponent: 1))
        let stays = chosen(400, selector)
        let packets = (0..<400).map { Self.packet($0) }
        bench.count(packets, .all)
        // Numbers 2, 7, 12, … are TCP: half of them close before.
        let closes = packets.filter { $0.tcp != nil && ($0.frame / 5) % 2 == 0 }
        for flags in [F.finAck] {
            bench.count(closes.map { closing($0, flags) } + closes.map { closing($0.reversed, flags) }, .all)
        }
        bench.table.select(selector, domain: 0)
        bench.count((0..<400).map { Self.packet($0, Self.base + 5 * Packet.second) }, selector)
        let records = bench.finish(Self.base + 6 * Packet.second)
        var cut = 0
        for record in records where record.sliceIndex == 0 {
            let isChosen = stays.contains(record.firstFrameNumber)
            let hasClosed = record.tcpState == .closed
            if record.endReason == .lackOfResources {
                #expect(!isChosen && !hasClosed && record.presence.contains(.lastSlice))
                cut += 1
            } else {
                #expect(isChosen || hasClosed, "\(record.firstFrameNumber) \(record.endReason)")
            }
            #expect(record.selectorId == 1 || isChosen, "what began later is what was chosen")
        }
        #expect(cut > 100 && UInt64(cut) == bench.table.counters.flowsDeselected)
        #expect(bench.table.pressure.evicted == 0)
    }

    private func closing(_ packet: Packet, _ flags: UInt8) -> Packet {
        var packet = packet
        packet.tcp = .init(flags: flags)
        packet.time = Self.base + Packet.second
        return packet
    }

    /// A slice names the selector that was in force when it began, so that counts can be scaled slice by slice.
    @Test func slicesNameTheirSelector() throws {
        let selector = FlowSelector(exponent: 1)
        let number = try #require(chosen(50, selector).min()) - 1
        let bench = Bench { $0.activeTimeout = 10 * Packet.second }
        func packet(_ seconds: Nanoseconds) -> Packet { Self.packet(Int(number), Self.base + seconds * Packet.second) }
        bench.count([packet(0)], .all)
        bench.table.select(selector, domain: 0)
        bench.count([packet(5), packet(12)], selector)
        bench.table.select(.all, domain: 0)
        bench.count([packet(15), packet(26)], .all)
        let records = bench.finish(Self.base + 27 * Packet.second)
        #expect(records.map(\.selectorId) == [1, 2, 1])
        #expect(records.map(\.packetsForward) == [2, 2, 1])
        #expect(Set(records.map(\.flowId)).count == 1)
    }

    /// A flow that was left out for a while and is chosen again is cut once, and that slice is known as cut: its next one is
    /// whole.
    @Test func aLaterSliceIsWholeAgain() throws {
        let selector = FlowSelector(exponent: 1)
        let stays = chosen(50, selector)
        let number = try #require((1...50).first { !stays.contains($0) }) - 1
        let bench = Bench {
            $0.activeTimeout = 10 * Packet.second
            $0.setIdleTimeouts(100 * Packet.second)
        }
        func packet(_ seconds: Nanoseconds) -> Packet { Self.packet(Int(number), Self.base + seconds * Packet.second) }
        bench.count([packet(0)], .all)
        bench.table.select(selector, domain: 0)
        bench.count([packet(1)], selector)
        bench.table.select(.all, domain: 0)
        bench.count([packet(11), packet(12)], .all)
        let records = bench.finish(Self.base + 13 * Packet.second)
        #expect(records.map(\.packetsForward) == [1, 2] && records.map(\.endReason) == [.lackOfResources, .forcedEnd])
        #expect(bench.partition.leftOut.packets.packets == 1)
    }

    /// In a sweep what is left out leaves with its active timeout, for good.
    @Test func sweepsEndWhatIsLeftOut() throws {
        let selector = FlowSelector(exponent: 2)
        let bench = Bench()
        bench.count((0..<100).map { Self.packet($0) }, .all)
        bench.table.select(selector, domain: 0)
        bench.table.select(selector, domain: 3)
        for stripe in 0..<FlowTable.stripeCount {
            bench.table.sweep(
                stripe: stripe, now: Self.base + 61 * Packet.second, at: 9, all: true, output: bench.output)
        }
        let live = bench.table.live.flows
        #expect(live + bench.table.counters.flowsEndedTotal == 100)
        #expect(bench.table.counters.flowsDeselected > 50 && live > 0 && live < 40)
    }
}
