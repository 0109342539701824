import Exporter
import FlowTable
import Glibc
import NetTypes
import Testing

/// Each rule of IPFIX that a collector depends on, on the exported octets, as an independent reader sees them.
///
/// Rules that have no test here: `applicationId` and TLS, which `LabelExportTests` and `SecureTests` have; DTLS and SCTP (no
/// such transport); live reconnection intervals.
@Suite struct ConformanceTests {
    static let pen: UInt32 = 32473

    static func export(
        _ records: [FlowRecord], _ options: IPFIXOptions = IPFIXOptions(),
        transport: MemoryTransport = MemoryTransport(), batch: Int = 500
    ) throws -> [IPFIXReader.Message] {
        let sink = try IPFIXSink(transport: transport, options: options)
        var start = 0
        while start < records.count {
            let end = min(start + batch, records.count)
            let part = Array(records[start..<end])
            try sink.consume(part.span, packetClock: syntheticEpoch + Nanoseconds(start) * 1_000_003)
            start = end
        }
        try sink.finish(packetClock: syntheticEpoch + Nanoseconds(records.count) * 1_000_003)
        #expect(transport.closed)
        var reader = IPFIXReader()
        let messages = try reader.read(transport.sessions[0])
        #expect(sink.statistics.messages == UInt64(messages.count))
        #expect(sink.statistics.octets == UInt64(transport.sessions[0].count))
        let flows = messages.flatMap(\.records).filter { !$0.isOptions }.count
        #expect(sink.statistics.records == UInt64(flows))
        return messages
    }

    static func options(_ elements: ElementSet, uniflow: Bool) -> IPFIXOptions {
        var options = IPFIXOptions()
        options.elements = elements
        options.uniflow = uniflow
        return options
    }

    @Test(arguments: ElementSet.allCases, [false, true])
    func everyRecordArrivesOnceInOrder(elements: ElementSet, uniflow: Bool) throws {
        let records = syntheticRecords(5000)
        let options = Self.options(elements, uniflow: uniflow)
        let read = try Self.export(records, options).flatMap(\.records).filter { !$0.isOptions }
        var position = 0
        for record in records {
            var packets: [UInt64] = [0, 0]
            var octets: [UInt64] = [0, 0]
            // One or two data records with this flow id, of either orientation.
            repeat {
                let data = try #require(read.indices.contains(position) ? read[position] : nil)
                guard data.number(148) == record.flowId else { break }
                let isV6 = record.ipVersion == 6
                let source = data.values[.init(enterprise: 0, id: isV6 ? 27 : 8)]?.suffix(8).reduce(UInt64(0)) {
                    $0 << 8 | UInt64($1)
                }
                let mirrored = source != record.sourceLow
                #expect(source == (mirrored ? record.destinationLow : record.sourceLow))
                packets[mirrored ? 1 : 0] += data.number(2) ?? 0
                packets[mirrored ? 0 : 1] += data.reverse(2) ?? 0
                octets[mirrored ? 1 : 0] += data.number(1) ?? 0
                octets[mirrored ? 0 : 1] += data.reverse(1) ?? 0
                if !uniflow {
                    let expected = mirrored ? 2 : UInt64(record.initiator.biflowDirection)
                    #expect(data.number(239) == expected)
                }
                position += 1
            } while position < read.count
            #expect(packets == [record.packetsForward, record.packetsReverse])
            #expect(octets == [record.octetsForward, record.octetsReverse])
        }
        #expect(position == read.count)
    }

    /// RFC 7011 section 3.1: counted before the message, templates not, options data included. The reader checks each
    /// message; here the sum, by domain.
    @Test func sequenceNumbersCountDataRecordsOfTheirDomain() throws {
        var records = syntheticRecords(3000)
        for index in records.indices { records[index].observationDomainId = index / 7 % 3 == 0 ? 2 : 1 }
        let messages = try Self.export(records)
        for domain: UInt32 in [0, 1, 2] {
            let own = messages.filter { $0.domain == domain }
            #expect(own.first?.sequence == 0)
            let last = try #require(own.last)
            #expect(Int(last.sequence) + last.records.count == own.flatMap(\.records).count)
            let flows = own.flatMap(\.records).filter { !$0.isOptions }
            #expect(flows.isEmpty == (domain == 0))
        }
        #expect(messages.filter { $0.domain == 2 }.flatMap(\.records).filter { !$0.isOptions }.count >= 1000)
    }

    /// Export Time is when a message was made, from a session's first message on: also where no record has come before it, and
    /// in the session after one that was lost.
    @Test func sessionsBeginWithTheTimeOfDay() throws {
        var options = IPFIXOptions()
        (options.isLive, options.announcesBatches) = (true, true)
        let transport = MemoryTransport()
        let sink = try IPFIXSink(transport: transport, options: options)
        let begun = UInt32(clamping: HostClock.timeOfDay / nanosecondsPerSecond)
        try sink.add(.batch, [.number(1), .octets([UInt8](repeating: 7, count: 16))], domain: 1)
        try sink.flush()
        transport.messagesUntilLost = 0
        let records = syntheticRecords(10)
        try sink.consume(records.span, packetClock: HostClock.timeOfDay)
        try sink.flush()
        try sink.consume(records.span, packetClock: HostClock.timeOfDay)
        try sink.flush()
        #expect(transport.sessions.count == 2)
        for session in transport.sessions {
            var reader = IPFIXReader()
            let times = try reader.read(session).map(\.exportTime)
            #expect(!times.isEmpty && times.allSatisfy { $0 >= begun }, "\(times), \(begun)")
        }
    }

    /// Of a replay, Export Time is the packet clock in every session.
    @Test func laterSessionsOfAReplayKeepThePacketClock() throws {
        let transport = MemoryTransport()
        let sink = try IPFIXSink(transport: transport, options: IPFIXOptions())
        let records = syntheticRecords(10)
        try sink.consume(records.span, packetClock: syntheticEpoch)
        transport.messagesUntilLost = 0
        try sink.flush()
        try sink.consume(records.span, packetClock: syntheticEpoch)
        #expect(throws: ExportError.self, "what the first could not send") {
            try sink.finish(packetClock: syntheticEpoch)
        }
        #expect(transport.sessions.count == 2)
        var reader = IPFIXReader()
        let times = try reader.read(transport.sessions[1]).map(\.exportTime)
        #expect(Set(times) == [UInt32(syntheticEpoch / nanosecondsPerSecond)])
    }

    /// Section 8.4: templates come again by time in datagrams, whether there are records or not.
    @Test func templatesComeAgainOnAQuietLink() throws {
        var options = IPFIXOptions()
        (options.templateRefreshSeconds, options.templateCopies) = (1, 1)
        let transport = MemoryTransport(isDatagram: true, messageLimit: 512, blockLength: 8192)
        let sink = try IPFIXSink(transport: transport, options: options)
        try sink.consume(syntheticRecords(10).span, packetClock: syntheticEpoch)
        try sink.flush()
        func copies() throws -> Int {
            var reader = IPFIXReader()
            return try reader.read(transport.sessions[0]).flatMap(\.templates).filter { $0.id == 256 }.count
        }
        let before = try copies()
        try sink.flush()
        #expect(try copies() == before)
        usleep(1_100_000)
        try sink.flush()
        #expect(try copies() == before + 1)
    }

    /// Section 8: templates come before their data (else the reader fails), and once per session unless datagrams.
    @Test func templatesAreSentOnceOverAStreamAndInCopiesInDatagrams() throws {
        let stream = try Self.export(syntheticRecords(500)).flatMap(\.templates)
        #expect(Set(stream.map(\.id)).count == 128 + 4 + 2)
        #expect(stream.count == 128 + 4 + 3)
        var options = IPFIXOptions()
        options.templateCopies = 3
        options.templateRefreshRecords = 400
        let transport = MemoryTransport(isDatagram: true, messageLimit: 512, blockLength: 8192)
        let datagrams = try Self.export(syntheticRecords(1500), options, transport: transport, batch: 100)
        let copies = datagrams.flatMap(\.templates).filter { $0.id == 256 }.count
        #expect(copies == 3 + 1500 / 400)
        let firstFlow = try #require(datagrams.firstIndex { $0.records.contains { !$0.isOptions } })
        #expect(datagrams[..<firstFlow].flatMap(\.templates).count == 3 * (128 + 4 + 3))
    }

    @Test(arguments: [512, 1232, 1472, 65535])
    func messagesKeepTheirLimitAndFillIt(limit: Int) throws {
        var options = IPFIXOptions()
        options.messageOctets = limit
        let messages = try Self.export(syntheticRecords(4000), options)
        #expect(messages.allSatisfy { $0.length <= limit })
        // All but the announcements and the last of a domain are full: one more record would not have fitted.
        let data = messages.filter { $0.domain == 1 && $0.templates.isEmpty && $0.records.contains { !$0.isOptions } }
        #expect(data.dropLast().allSatisfy { $0.length > limit - 2 * 260 })
    }

    /// RFC 5103 section 6: reverse elements under 29305, a private reverse under our own number with bit 0x4000.
    @Test(arguments: ElementSet.allCases)
    func reverseElementsHaveTheirEnterpriseNumber(elements: ElementSet) throws {
        let templates = try Self.export(syntheticRecords(10), Self.options(elements, uniflow: false))
            .flatMap(\.templates).filter { $0.scopeCount == 0 }
        for template in templates {
            for field in template.fields {
                switch field.enterprise {
                case 0: #expect(field.id < 0x4000)
                case 29305:
                    #expect(
                        template.fields.contains {
                            $0.enterprise == 0 && $0.id == field.id && $0.length == field.length
                        })
                case Self.pen:
                    if field.id & 0x4000 != 0 {
                        #expect(template.fields.contains { $0.enterprise == Self.pen && $0.id == field.id & 0x3FFF })
                    }
                default: Issue.record("enterprise number \(field.enterprise)")
                }
            }
            let reversed = template.fields.contains { $0.enterprise == 29305 }
            #expect(reversed == template.fields.contains { $0.enterprise == 29305 && $0.id == 2 })
            #expect(template.fields.contains { $0.enterprise == 0 && $0.id == 239 })
        }
    }

    @Test func theEnterpriseNumberIsTheOperators() throws {
        var options = IPFIXOptions()
        options.enterpriseNumber = 4_000_000_000
        let messages = try Self.export(syntheticRecords(50), options)
        let numbers = Set(messages.flatMap(\.templates).flatMap(\.fields).map(\.enterprise))
        #expect(numbers == [0, 29305, 4_000_000_000])
    }

    /// A closed list of at most 128, each with a name of its own, and none that shows a field twice.
    @Test(arguments: ElementSet.allCases, [false, true])
    func shapesAreAClosedList(elements: ElementSet, uniflow: Bool) throws {
        let templates = FlowTemplate.all(options: Self.options(elements, uniflow: uniflow))
        #expect(templates.count <= 128 && templates.count >= 8)
        #expect(Set(templates.map(\.id)).count == templates.count)
        #expect(templates.allSatisfy { $0.id >= 256 && $0.encoded(enterpriseNumber: 1).count <= 512 - 20 })
    }

    @Test func exportTimeIsThePacketClockAndNeverGoesBack() throws {
        let transport = MemoryTransport()
        var options = IPFIXOptions()
        options.messageOctets = 512
        let sink = try IPFIXSink(transport: transport, options: options)
        let records = syntheticRecords(100)
        for seconds: Int64 in [100, 105, 90, 103, 106] {
            try sink.consume(records.span, packetClock: seconds * nanosecondsPerSecond + 999_999_999)
            try sink.flush()
        }
        try sink.finish(packetClock: 0)
        var reader = IPFIXReader()
        let times = try reader.read(transport.sessions[0]).map(\.exportTime)
        #expect(Set(times) == [100, 105, 106])
    }

    /// Absent is not zero: each record's fields are those that it has values for.
    @Test(arguments: [false, true])
    func absentIsNotZero(uniflow: Bool) throws {
        let records = syntheticRecords(3000)
        let read = try Self.export(records, Self.options(.standard, uniflow: uniflow)).flatMap(\.records)
        for data in read where !data.isOptions {
            let record = records[Int(try #require(data.number(148))) - 1]
            let isTCP = record.protocolIdentifier == 6
            #expect((data.number(7) != nil) == record.presence.contains(.ports))
            #expect((data.number(11) != nil) == record.presence.contains(.ports))
            #expect((data.number(6) != nil) == isTCP)
            #expect((data.number(3, Self.pen) != nil) == isTCP)
            #expect((data.number(56) != nil) == record.presence.contains(.macs))
            #expect((data.values[.init(enterprise: 0, id: 8)] != nil) == (record.ipVersion == 4))
            #expect((data.values[.init(enterprise: 0, id: 27)] != nil) == (record.ipVersion == 6))
            #expect(data.number(2) != 0)
            #expect(data.reverse(2) != 0)
            #expect((data.reverse(2) != nil) == (data.reverse(152) != nil))
            #expect((data.number(152) ?? 0) > 1_700_000_000_000)
            #expect(data.number(52) != 0)
            #expect(data.reverse(52) != 0)
            #expect(data.number(61) == nil)
            if let vlan = data.number(243) {
                #expect(vlan >= 100)
                #expect(data.number(58) == vlan)
                #expect(data.number(9, Self.pen) == UInt64(record.segment))
            }
            if let vlan = data.reverse(243) { #expect(vlan >= 100) }
            #expect((data.number(12, Self.pen) != nil) == record.presence.contains(.tunnel))
            if record.presence.contains(.tunnel) {
                #expect(data.number(13, Self.pen) == UInt64(record.segment))
                #expect(data.number(9, Self.pen) == UInt64(record.segment))
            }
            #expect((data.number(239) == nil) == uniflow)
            if uniflow { #expect(!data.values.keys.contains { $0.enterprise == 29305 || $0.id & 0x4000 != 0 }) }
        }
    }

    @Test func icmpHasItsOwnElementsAndNoPorts() throws {
        var recipe = Recipe()
        recipe.protocols = [1]
        recipe.ipv6 = 50
        let records = syntheticRecords(400, recipe)
        var both = 0
        for data in try Self.export(records).flatMap(\.records) where !data.isOptions {
            let record = records[Int(try #require(data.number(148))) - 1]
            #expect(data.number(7) == nil)
            #expect(data.number(record.ipVersion == 4 ? 139 : 32) == nil)
            let id: UInt16 = record.ipVersion == 4 ? 32 : 139
            if let reverse = data.reverse(id) {
                both += 1
                #expect(reverse == UInt64(record.icmpTypeCodeReverse))
                #expect(data.number(id) == UInt64(record.icmpTypeCodeForward))
            }
        }
        #expect(both > 300)
    }

    /// Section 6.1 and RFC 5905: the two clocks of a record agree to the millisecond, and NTP times are exact.
    @Test func timesAreInBothFormats() throws {
        let records = syntheticRecords(500)
        for data in try Self.export(records, Self.options(.precise, uniflow: false)).flatMap(\.records)
        where !data.isOptions && data.reverse(2) != nil {
            let record = records[Int(try #require(data.number(148))) - 1]
            #expect(data.number(152) == UInt64(record.firstForward / 1_000_000))
            #expect(data.reverse(153) == UInt64(record.lastReverse / 1_000_000))
            for (value, time) in [
                (data.number(156), record.firstForward), (data.number(157), record.lastForward),
                (data.reverse(156), record.firstReverse), (data.reverse(157), record.lastReverse),
            ] {
                let ntp = try #require(value)
                let fraction = ((ntp & 0xFFFF_FFFF) * 1_000_000_000) >> 32
                #expect(Int64(ntp >> 32) - 2_208_988_800 == time / 1_000_000_000)
                #expect(Int64(fraction) == time % 1_000_000_000)
            }
        }
    }

    /// RFC 5610: every private element of a template is described, with the type and units of its values.
    @Test(arguments: ElementSet.allCases, [false, true])
    func privateElementsAreDescribed(elements: ElementSet, uniflow: Bool) throws {
        let messages = try Self.export(syntheticRecords(300), Self.options(elements, uniflow: uniflow))
        for domain: UInt32 in [0, 1] {
            let own = messages.filter { $0.domain == domain }
            let used = Set(own.flatMap(\.templates).flatMap(\.fields).filter { $0.enterprise == Self.pen }.map(\.id))
            let types = own.flatMap(\.records).filter { $0.number(303) != nil }
            #expect(Set(types.compactMap { $0.number(303).map(UInt16.init) }) == used)
            for type in types {
                #expect(type.number(346) == UInt64(Self.pen))
                #expect((1...20).contains(try #require(type.number(339))))
                #expect((0...5).contains(try #require(type.number(344))))
                #expect((0...15).contains(try #require(type.number(345))))
                #expect(try #require(type.text(341)).count > 3)
                #expect(try #require(type.text(340)).hasSuffix("."))
            }
        }
    }

    /// How inputs are is told when it changes, even before there are records, and again in every new session.
    @Test func optionsDataTellHowTheMirrorIs() throws {
        var options = IPFIXOptions()
        options.tellsMirror = true
        let transport = MemoryTransport()
        let sink = try IPFIXSink(transport: transport, options: options)
        func told() throws -> [(domain: UInt32, kind: UInt64?, severity: UInt64?, since: UInt64?)] {
            var reader = IPFIXReader()
            return try reader.read(transport.sessions.last ?? []).flatMap(\.records)
                .filter { $0.isOptions && $0.number(138) != nil && $0.number(207, Self.pen) != nil }
                .map { ($0.domain, $0.number(206, Self.pen), $0.number(207, Self.pen), $0.number(208, Self.pen)) }
        }
        var state = MirrorState(
            observationPointId: 4, observationDomainId: 2, kind: 10, severity: 3, since: 1_700_000_000_123_456_789,
            sentence: "5 of 9 packets found no room.")
        try sink.flush()
        #expect(transport.sessions == [[]])
        sink.captureStatistics.mirror = [state]
        try sink.flush()
        try sink.flush()
        #expect(try told().map(\.kind) == [10])
        #expect(try told().map(\.since) == [1_700_000_000_123] && told().map(\.domain) == [2])
        state.sentence = "6 of 9 packets found no room."
        sink.captureStatistics.mirror = [state]
        try sink.flush()
        #expect(try told().count == 1, "other numbers are no news")
        (state.severity, state.since) = (0, state.since + 60_000_000_000)
        sink.captureStatistics.mirror = [state]
        try sink.flush()
        #expect(try told().map(\.severity) == [3, 0])
        transport.messagesUntilLost = 0
        state.severity = 2
        sink.captureStatistics.mirror = [state]
        try sink.flush()
        #expect(!sink.isConnected)
        try sink.flush()
        #expect(transport.sessions.count == 2 && sink.isConnected)
        #expect(try told().map(\.severity) == [2])
    }

    /// IE 61 is ingress or egress at the point, and is said only of points where all packets pass one way.
    @Test func portsAreToldWithTheirRoleAndDirection() throws {
        var options = IPFIXOptions()
        options.observationPoints = [1, 2, 3, 4].map { .init(id: $0, interfaceName: "eth\($0)") }
        options.observationPoints[0].role = .core
        (options.observationPoints[1].role, options.observationPoints[1].flowDirection) = (.access, .ingress)
        (options.observationPoints[2].role, options.observationPoints[2].flowDirection) = (.virtual, .egress)
        let transport = MemoryTransport()
        let sink = try IPFIXSink(transport: transport, options: options)
        try sink.consume(syntheticRecords(10).span, packetClock: syntheticEpoch)
        try sink.finish(packetClock: syntheticEpoch)
        var reader = IPFIXReader()
        let records = try reader.read(transport.sessions[0]).flatMap(\.records)
            .filter { $0.isOptions && $0.number(138) != nil }
        #expect(records.map { $0.number(138) } == [1, 2, 3, 4])
        #expect(records.map { $0.number(212, Self.pen) } == [1, 2, 3, nil])
        #expect(records.map { $0.number(61) } == [nil, 0, 1, nil])
    }

    @Test func optionsDataTellWhatWasExportedAndWhatWasNot() throws {
        var options = IPFIXOptions()
        options.observationPoints = [
            .init(id: 1, interfaceName: "capture.pcap", interfaceDescription: "a file"),
            .init(id: 2, observationDomainId: 9, interfaceName: "elsewhere"),
        ]
        options.observationDomainNames = [1: "replay"]
        let transport = MemoryTransport()
        let sink = try IPFIXSink(transport: transport, options: options)
        let records = syntheticRecords(700)
        try sink.consume(records.span, packetClock: syntheticEpoch)
        sink.captureStatistics.observedPackets = 12345
        sink.captureStatistics.ignoredPackets = 17
        sink.captureStatistics.undecodablePackets = 3
        sink.captureStatistics.captureLossPackets = 5
        sink.captureStatistics.duplicatePackets = 6
        (sink.captureStatistics.notSelectedPackets, sink.captureStatistics.notSelectedOctets) = (7, 800)
        try sink.finish(packetClock: syntheticEpoch)
        var reader = IPFIXReader()
        let messages = try reader.read(transport.sessions[0])
        let data = messages.flatMap(\.records).filter(\.isOptions)
        let exporter = try #require(data.last { $0.number(144) != nil })
        let before = messages.dropLast()
        #expect(exporter.domain == 0)
        #expect(exporter.number(42) == UInt64(before.flatMap(\.records).filter { !$0.isOptions }.count))
        #expect(exporter.number(41) == UInt64(before.count))
        #expect(exporter.number(40) == UInt64(before.reduce(0) { $0 + $1.length }))
        #expect(exporter.number(166) == 0 && exporter.number(167) == 0 && exporter.number(168) == 0)
        let meter = try #require(data.last { $0.number(143) != nil })
        #expect(meter.number(86) == 12345 && meter.number(164) == 17)
        #expect(meter.number(10, Self.pen) == 3 && meter.number(11, Self.pen) == 5 && meter.number(43, Self.pen) == 6)
        #expect(meter.number(44, Self.pen) == 7 && meter.number(45, Self.pen) == 800)
        let selector = try #require(data.first { $0.number(304) != nil })
        #expect(selector.number(302) == 1 && selector.number(304) == 1)
        #expect(selector.number(305) == 1 && selector.number(306) == 0)
        #expect(data.filter { $0.text(82) != nil }.map { $0.text(82) } == ["capture.pcap"])
        #expect(data.first { $0.number(149) != nil }?.text(300) == "replay")
        #expect(messages.flatMap(\.records).filter { !$0.isOptions }.allSatisfy { $0.number(302) == 1 })
        // Scopes: what each options template is about.
        let scopes = Set(messages.flatMap(\.templates).filter { $0.scopeCount > 0 }.map { $0.fields[0].id })
        #expect(scopes == [303, 302, 138, 149, 144, 143])
    }

    /// The same records give the same octets, whatever was in memory before and however they come in batches.
    @Test func outputIsDeterministic() throws {
        let records = syntheticRecords(4000)
        var outputs: [[UInt8]] = []
        for (fill, batch) in [(UInt8(0), 4000), (0xA5, 1), (0xFF, 613)] {
            var options = IPFIXOptions()
            options.messageOctets = 1400
            var builder = MessageBuilder(options: options, messageLimit: 1400, blockLength: 3000, fill: fill)
            builder.select(domain: 1)
            var output: [UInt8] = []
            for start in stride(from: 0, to: records.count, by: batch) {
                let part = Array(records[start..<min(start + batch, records.count)])
                var index = 0
                while index < part.count {
                    index = builder.encode(part.span, from: index)
                    if index < part.count {
                        for octet in 0..<builder.sealed.count { output.append(builder.sealed[octet]) }
                        builder.discard()
                    }
                }
            }
            builder.seal()
            for octet in 0..<builder.sealed.count { output.append(builder.sealed[octet]) }
            outputs.append(output)
        }
        #expect(outputs[0].count > 400_000)
        #expect(outputs[0] == outputs[1] && outputs[0] == outputs[2])
    }
}
