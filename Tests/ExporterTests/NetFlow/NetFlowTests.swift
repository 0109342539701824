import Exporter
import FlowTable
import NetTypes
import Testing

/// NetFlow versions 5 and 9 as they leave: octets, times, sequence numbers, what cannot be said.
@Suite struct NetFlowTests {
    /// Exports, and keeps the messages. Every `failing`-th one is not taken.
    private static func export(
        _ version: NetFlowVersion, _ records: [FlowRecord], clock: Nanoseconds? = nil, failing: Int = 0,
        batch: Int = 500, limit: Int = 1464,
        _ change: (inout IPFIXOptions) -> Void = { _ in }
    ) -> (messages: [[UInt8]], statistics: IPFIXStatistics, error: ExportError?) {
        var options = IPFIXOptions()
        change(&options)
        var messages: [[UInt8]] = []
        var calls = 0
        let sink = NetFlowSink(version, destination: "memory", options: options, limit: limit) { octets, _ in
            calls += 1
            if failing > 0, calls % failing == 0 { return false }
            messages.append(octets.indices.map { octets[$0] })
            return true
        }
        let clock = clock ?? (records.map(\.end).max() ?? 0)
        do throws(ExportError) {
            var first = 0
            while first < records.count {
                let part = Array(records[first..<min(first + batch, records.count)])
                try sink.consume(part.span, packetClock: clock)
                first += batch
            }
            try sink.finish(packetClock: clock)
        } catch {
            return (messages, sink.statistics, error)
        }
        return (messages, sink.statistics, nil)
    }

    private static func read(_ messages: [[UInt8]]) throws -> NetFlowReader {
        var reader = NetFlowReader()
        for message in messages { try reader.read(message) }
        return reader
    }

    /// What a collector must have found of records: a flow for each direction that has packets.
    private static func expected(_ records: [FlowRecord], _ version: NetFlowVersion) -> [NetFlowReader.Flow] {
        records.filter { version == .nine || $0.ipVersion == 4 }.flatMap { record in
            [false, true].compactMap { isReverse -> NetFlowReader.Flow? in
                guard (isReverse ? record.packetsReverse : record.packetsForward) > 0 else { return nil }
                var flow = NetFlowReader.Flow()
                let ends = [address(record, source: true), address(record, source: false)]
                flow.domain = record.observationDomainId
                (flow.source, flow.destination) = isReverse ? (ends[1], ends[0]) : (ends[0], ends[1])
                let ports = [record.sourcePort, record.destinationPort]
                flow.ports = isReverse ? ports.reversed() : ports
                if record.presence.contains(isReverse ? .icmpReverse : .icmpForward) {
                    flow.ports = [0, isReverse ? record.icmpTypeCodeReverse : record.icmpTypeCodeForward]
                }
                flow.protocolIdentifier = record.protocolIdentifier
                flow.packets = isReverse ? record.packetsReverse : record.packetsForward
                flow.octets = isReverse ? record.octetsReverse : record.octetsForward
                flow.first = (isReverse ? record.firstReverse : record.firstForward) / 1_000_000
                flow.last = (isReverse ? record.lastReverse : record.lastForward) / 1_000_000
                flow.flags = UInt8(isReverse ? record.tcpControlBitsReverse : record.tcpControlBitsForward)
                flow.classOfService = isReverse ? record.classOfServiceReverse : record.classOfServiceForward
                if version == .nine {
                    flow.vlan = isReverse ? record.vlanReverse : record.vlanForward
                    flow.sourceMAC = isReverse ? record.destinationMAC : record.sourceMAC
                }
                return flow
            }
        }
    }

    private static func address(_ record: FlowRecord, source: Bool) -> [UInt8] {
        let (high, low) =
            source ? (record.sourceHigh, record.sourceLow) : (record.destinationHigh, record.destinationLow)
        let octets = [high, low].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
        return record.ipVersion == 6 ? octets : octets.suffix(4)
    }

    private static func flow(first: Nanoseconds, last: Nanoseconds) -> FlowRecord {
        var record = FlowRecord()
        (record.sourceLow, record.destinationLow) = (0xC000_0201, 0xC633_6402)
        (record.sourcePort, record.destinationPort, record.protocolIdentifier) = (0x1234, 53, 17)
        record.presence = [.ports, .lastSlice]
        (record.packetsForward, record.octetsForward) = (3, 0x0102_0304)
        (record.firstForward, record.lastForward) = (first, last)
        record.classOfServiceForward = 0xB8
        (record.minimumTTLForward, record.maximumTTLForward) = (62, 64)
        (record.minimumLengthForward, record.maximumLengthForward) = (40, 1500)
        return record
    }

    /// Every octet of a message of version 5, by Cisco's table of the format.
    @Test func version5OctetByOctet() {
        let start = syntheticEpoch + 250 * 1_000_000 + 999_999
        let sent = Self.export(.five, [Self.flow(first: start, last: start + 2_000_000_000)])
        // The start told: a day before the whole second of the flow's; the header's time: the next second after its end.
        let day: UInt32 = 86_400_000
        var wanted: [UInt8] =
            [0, 5, 0, 1] + Self.big(day + 3000) + Self.big(UInt32(syntheticEpoch / 1_000_000_000) + 3)
        wanted += Self.big(0) + Self.big(0) + [0, 1, 0, 0]
        wanted += [192, 0, 2, 1, 198, 51, 100, 2, 0, 0, 0, 0, 0, 0, 0, 0]
        wanted += Self.big(3) + Self.big(0x0102_0304) + Self.big(day + 250) + Self.big(day + 2250)
        wanted += [0x12, 0x34, 0, 53, 0, 0, 17, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(sent.messages == [wanted])
        #expect(sent.error == nil && sent.statistics.records == 1 && sent.statistics.octets == 72)
    }

    /// Every octet of a data message of version 9, by RFC 3954 sections 5.1 and 5.3.
    @Test func version9OctetByOctet() throws {
        let start = syntheticEpoch + 250 * 1_000_000
        let sent = Self.export(.nine, [Self.flow(first: start, last: start + 2_000_000_000)]) { $0.templateCopies = 1 }
        let templates = UInt32(sent.messages.count - 1)
        #expect(templates > 0)
        let day: UInt32 = 86_400_000
        var wanted: [UInt8] =
            [0, 9, 0, 1] + Self.big(day + 3000) + Self.big(UInt32(syntheticEpoch / 1_000_000_000) + 3)
        wanted += Self.big(templates) + Self.big(1)
        // UDP over IPv4 without VLAN and MAC addresses: template 258; 45 octets and 3 of filling.
        let fields = Self.big(day + 250) + Self.big(day + 2250) + Self.big(0) + Self.big(0x0102_0304) + Self.big(0)
        wanted += [1, 2, 0, 52] + fields + Self.big(3) + [4, 17, 192, 0, 2, 1, 198, 51, 100, 2]
        wanted += [0x12, 0x34, 0, 53, 0xB8, 62, 64, 0, 40, 0x05, 0xDC] + [0, 0, 0]
        #expect(sent.messages.last == wanted)
        // The first template: of what has neither ports nor anything else.
        let first: [UInt8] = [
            0, 22, 0, 4, 0, 21, 0, 4, 0, 1, 0, 8, 0, 2, 0, 8, 0, 60, 0, 1, 0, 4, 0, 1, 0, 8, 0, 4, 0, 12, 0, 4,
        ]
        let rest: [UInt8] = [0, 5, 0, 1, 0, 52, 0, 1, 0, 53, 0, 1, 0, 25, 0, 2, 0, 26, 0, 2]
        let template: [UInt8] = [1, 0, 0, 13] + first + rest
        #expect(Array(sent.messages[0].dropFirst(24).prefix(template.count)) == template)
    }

    private static func big(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// Flows of every shape come back as they were, with exact milliseconds, in the same order.
    @Test(arguments: NetFlowVersion.allCases)
    func everyShapeComesBack(version: NetFlowVersion) throws {
        var records = syntheticRecords(4000)
        for index in records.indices where index % 7 == 0 { records[index].observationDomainId = 2 }
        let sent = Self.export(version, records, batch: 333)
        let reader = try Self.read(sent.messages)
        let wanted = Self.expected(records, version)
        #expect(reader.flows.count == wanted.count && reader.flows == wanted)
        #expect(sent.statistics.records == UInt64(wanted.count) && sent.statistics.failedRecords == 0)
        #expect(sent.statistics.messages == UInt64(sent.messages.count))
        #expect(sent.statistics.octets == UInt64(sent.messages.reduce(0) { $0 + $1.count }))
        let six = records.filter { $0.ipVersion == 6 }
        let left = sent.statistics.inexpressible
        #expect(left[.ipv6] == (version == .five ? UInt64(six.count) : 0) && six.count > 100)
        #expect(left[.counter] == 0 && left[.time] == 0)
        if version == .five {
            #expect(left.packets == six.reduce(0) { $0 + $1.packetsForward + $1.packetsReverse })
            #expect(left.octets == six.reduce(0) { $0 + $1.octetsForward + $1.octetsReverse })
        }
        #expect(reader.boots.count == 1, "one start for flows of some seconds")
    }

    /// The smallest set of elements has key, counters and times.
    @Test func minimalElements() throws {
        let records = syntheticRecords(500)
        let sent = Self.export(.nine, records) { $0.elements = .minimal }
        let wanted = Self.expected(records, .nine).map { flow in
            var flow = flow
            (flow.vlan, flow.sourceMAC, flow.flags, flow.classOfService) = (0, 0, 0, 0)
            return flow
        }
        #expect(try Self.read(sent.messages).flows == wanted)
    }

    /// Captures of any time and order: a clock far ahead, steps over decades back and forth, 1970, the format's end.
    @Test(arguments: NetFlowVersion.allCases)
    func timesAreExactWhereverTheyAre(version: NetFlowVersion) throws {
        let year = 365 * 86_400 * nanosecondsPerSecond
        let starts: [Nanoseconds] = [
            syntheticEpoch, syntheticEpoch + 1_000_000, syntheticEpoch - 3_600 * nanosecondsPerSecond, 5_000_000,
            syntheticEpoch + year, syntheticEpoch + year + 48 * 86_400 * nanosecondsPerSecond,
            syntheticEpoch + year + 60 * 86_400 * nanosecondsPerSecond, syntheticEpoch, 0,
            Nanoseconds(UInt32.max) * nanosecondsPerSecond - 5_000_000_000,
        ]
        let records = starts.map { Self.flow(first: $0, last: $0 + 1_234_000_000) }
        for clock in [0, syntheticEpoch, syntheticEpoch + 2 * year, maximumTimestamp] {
            let sent = Self.export(version, records, clock: clock)
            let reader = try Self.read(sent.messages)
            #expect(reader.flows == Self.expected(records, version))
            #expect(sent.statistics.inexpressible == Inexpressible())
            #expect(reader.boots.allSatisfy { $0 % 1000 == 0 && $0 >= 0 })
        }
    }

    /// What 32 bits of milliseconds cannot tell is cut to what they can, and counted.
    @Test func timesBeyondTheFormat() throws {
        let long = Self.flow(first: syntheticEpoch, last: syntheticEpoch + 50 * 86_400 * nanosecondsPerSecond)
        let late = Self.flow(first: maximumTimestamp, last: maximumTimestamp)
        let sent = Self.export(.nine, [long, late])
        let flows = try Self.read(sent.messages).flows
        #expect(flows[0].first == syntheticEpoch / 1_000_000)
        #expect(flows[0].last == syntheticEpoch / 1_000_000 + 49 * 86_400_000)
        #expect(flows[1].last == Int64(UInt32.max) * 1000)
        #expect(sent.statistics.inexpressible[.time] == 2)
    }

    /// Counters beyond 32 bits: version 5 sends several records that add up, version 9 has 64 bits.
    @Test(arguments: NetFlowVersion.allCases, [4_294_967_295, 4_294_967_296, 1 << 40, 12_345_678_901_234] as [UInt64])
    func largeCounters(version: NetFlowVersion, octets: UInt64) throws {
        var record = Self.flow(first: syntheticEpoch, last: syntheticEpoch)
        (record.octetsForward, record.packetsForward) = (octets, octets / 1500)
        let sent = Self.export(version, [record])
        let flows = try Self.read(sent.messages).flows
        #expect(flows.reduce(0) { $0 + $1.octets } == octets)
        #expect(flows.reduce(0) { $0 + $1.packets } == octets / 1500)
        #expect(flows.allSatisfy { $0.packets > 0 })
        let parts = version == .nine ? 1 : Int((octets + 4_294_967_294) / 4_294_967_295)
        #expect(flows.count == parts && sent.statistics.records == UInt64(parts))
        #expect(sent.statistics.splitRecords == (parts > 1 ? 1 : 0))
        #expect(sent.statistics.inexpressible == Inexpressible())
    }

    /// A counter that no network makes is cut off, and counted, in bounded time.
    @Test func absurdCounters() throws {
        var record = Self.flow(first: syntheticEpoch, last: syntheticEpoch)
        record.octetsForward = .max
        let sent = Self.export(.five, [record])
        #expect(sent.statistics.records == 65_536 && sent.statistics.inexpressible[.counter] == 1)
        #expect(try Self.read(sent.messages).flows.allSatisfy { $0.octets == 4_294_967_295 })
    }

    /// Messages to an IPv6 address are shorter, so that they go in one frame; as many records come in them.
    @Test(arguments: NetFlowVersion.allCases) func messagesFitIntoAFrame(version: NetFlowVersion) throws {
        let records = syntheticRecords(2000, Recipe(ipv6: 0))
        let limits = [1464, 1452]
        for limit in limits {
            let sent = Self.export(version, records, limit: limit)
            let longest = sent.messages.map(\.count).max() ?? 0
            #expect(longest <= limit && longest > limit - 100, "\(longest) of \(limit)")
            #expect(try Self.read(sent.messages).flows.count == Self.expected(records, version).count)
        }
        #expect(limits[1] + 40 + 8 == 1500 && limits[0] == 24 + 30 * 48)
    }

    /// Templates come before data, in copies, and again by number of records.
    @Test func templatesComeAgain() throws {
        let records = syntheticRecords(3000)
        let sent = Self.export(.nine, records) { ($0.templateCopies, $0.templateRefreshRecords) = (3, 1000) }
        let reader = try Self.read(sent.messages)
        let flows = Self.expected(records, .nine).count
        #expect(reader.templateRecords == 32 * (3 + flows / 1000) && flows > 4000)
        let one = Self.export(.nine, records) { $0.templateCopies = 1 }
        #expect(try Self.read(one.messages).templateRecords == 32)
    }

    /// Messages that the system does not take are counted with what was in them, and leave a gap in the sequence.
    @Test(arguments: NetFlowVersion.allCases)
    func lostMessagesAreCounted(version: NetFlowVersion) throws {
        let records = syntheticRecords(2000, Recipe(ipv6: 0))
        let sent = Self.export(version, records, failing: 5)
        let (wanted, books) = (Self.expected(records, version), sent.statistics)
        #expect(books.records + books.failedRecords == UInt64(wanted.count) && books.failedRecords > 100)
        let packets = wanted.reduce(0) { $0 + $1.packets }
        let octets = wanted.reduce(0) { $0 + $1.octets }
        #expect(books.failedPackets > 0 && books.failedPackets < packets)
        #expect(books.failedOctets > 0 && books.failedOctets < octets)
        let error = try #require(sent.error)
        #expect(error.description.contains("\(books.failedRecords) flow records could not be sent to memory"))
        #expect(throws: NetFlowReader.Problem.self) { try Self.read(sent.messages) }
        // All lost: everything is in the books.
        let all = Self.export(version, records, failing: 1).statistics
        #expect(all.failedPackets == packets && all.failedOctets == octets && all.failedRecords == UInt64(wanted.count))
        #expect(all.records == 0 && all.messages == 0 && all.octets == 0)
    }

    /// No record makes a message too long, a trap or a flow that is not there, whatever is in it.
    @Test(arguments: NetFlowVersion.allCases)
    func noiseInRecords(version: NetFlowVersion) throws {
        var random = Seeded(state: 99)
        var records = syntheticRecords(2000, Recipe(seed: 99))
        for index in records.indices {
            records[index].presence = FlowRecord.Presence(rawValue: UInt16.random(in: 0...UInt16.max, using: &random))
            records[index].protocolIdentifier = UInt8.random(in: 0...255, using: &random)
            records[index].firstForward = Nanoseconds.random(in: Nanoseconds.min...Nanoseconds.max, using: &random)
            records[index].lastForward = Nanoseconds.random(in: Nanoseconds.min...Nanoseconds.max, using: &random)
            records[index].observationDomainId = UInt32.random(in: 0...3, using: &random)
            if index % 500 == 0 { records[index].packetsForward = UInt64.random(in: 0 ... .max >> 20, using: &random) }
        }
        let sent = Self.export(version, records)
        let reader = try Self.read(sent.messages)
        #expect(reader.flows.count == Int(sent.statistics.records))
        let kept = records.filter { version == .nine || $0.ipVersion == 4 }
        #expect(
            reader.flows.reduce(0) { $0 &+ $1.packets }
                == kept.reduce(0) { $0 &+ $1.packetsForward &+ $1.packetsReverse })
    }
}
