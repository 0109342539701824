import Exporter
import FlowTable
import Labels
import Testing

/// Attributes of labels on the wire, read by a reader that shares no code with the exporter.
@Suite struct AttributeIPFIXTests {
    private static let enterprise: UInt32 = 4711

    private static func options(_ attributes: AttributeSelection = .all) -> IPFIXOptions {
        var options = IPFIXOptions()
        options.labels = true
        options.enterpriseNumber = enterprise
        options.attributes = attributes
        return options
    }

    private struct Exported {
        var sink: IPFIXSink
        var messages: [IPFIXReader.Message]
        var flows: [IPFIXReader.Record]
    }

    private static func export(_ batch: AttributedRecords, _ options: IPFIXOptions) throws -> Exported {
        let transport = MemoryTransport(messageLimit: options.messageOctets ?? 65535)
        let sink = try IPFIXSink(transport: transport, options: options)
        try batch.feed(to: sink)
        var reader = IPFIXReader()
        let messages = try reader.read(transport.sessions[0])
        return Exported(sink: sink, messages: messages, flows: messages.flatMap(\.records).filter { !$0.isOptions })
    }

    private static func text(_ record: IPFIXReader.Record, _ attribute: LabelAttribute) -> String? {
        record.values[IPFIXReader.Element(enterprise: enterprise, id: attribute.element.id)]
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func number(_ record: IPFIXReader.Record, _ attribute: LabelAttribute) -> UInt64? {
        record.number(attribute.element.id, attribute.enterpriseNumber(project: enterprise) ?? 0)
    }

    @Test func numbersFollowThoseOfAttributes() {
        let own = LabelAttribute.allCases.filter { $0.element.registry == .project }
        #expect(
            own.map(\.element.id)
                == own.map { UInt16(($0.isReverse ? $0.rawValue - 1 : $0.rawValue) + 21) | ($0.isReverse ? 0x4000 : 0) }
        )
        #expect(own.count == LabelAttribute.allCases.count - 2 && own.prefix(21).map(\.element.id) == Array(22...42))
        // RFC 5103: IANA's element, and its reverse under an enterprise number of its own.
        let scales = [LabelAttribute.tcpWindowScale, .reverseTcpWindowScale]
        #expect(scales.map(\.element.id) == [238, 238])
        #expect(scales.map { $0.enterpriseNumber(project: 7) } == [nil, 29305])
        #expect(InformationElement.Option.attributes.map(\.name) == LabelAttribute.allCases.map(\.name))
    }

    @Test func recordsWithAttributesHaveATemplateOfTheirOwn() throws {
        var batch = AttributedRecords()
        batch.add(
            AttributedRecords.flow(1), AttributedRecords.list([(.serverName, "a.example"), (.tlsVersion, "772")]))
        batch.add(AttributedRecords.flow(2), [])
        batch.add(
            AttributedRecords.flow(3),
            AttributedRecords.list([(.dnsResponseCode, "0"), (.ja4, String(repeating: "j", count: 255))]))
        let exported = try Self.export(batch, Self.options())
        #expect(exported.flows.map { $0.number(148) } == [1, 2, 3])
        #expect(exported.flows.map { $0.templateId >= 384 && $0.templateId < 512 } == [true, false, true])
        let (first, third) = (exported.flows[0], exported.flows[2])
        #expect(Self.text(first, .serverName) == "a.example" && Self.number(first, .tlsVersion) == 772)
        #expect(Self.text(first, .userAgent) == "", "absent is empty")
        #expect(Self.number(first, .statusCode) == 0 && Self.number(first, .dnsResponseCode) == 255)
        #expect(Self.number(third, .dnsResponseCode) == 0 && Self.text(third, .ja4)?.utf8.count == 255)
        #expect(Self.text(exported.flows[1], .serverName) == nil)
        #expect(exported.sink.statistics.cutAttributes == 0 && exported.sink.statistics.records == 3)
    }

    /// RFC 5610: type, semantics and name of each element that templates use.
    @Test func everyElementIsDescribed() throws {
        var batch = AttributedRecords()
        batch.add(AttributedRecords.flow(1), [])
        let records = try Self.export(batch, Self.options()).messages.flatMap(\.records)
        for attribute in LabelAttribute.allCases where attribute.element.registry == .project {
            let described = records.first {
                $0.isOptions && $0.number(303) == UInt64(attribute.element.id)
                    && $0.number(346) == UInt64(Self.enterprise)
            }
            #expect(described?.text(341) == attribute.name)
            #expect(described?.number(339) == UInt64(attribute.element.type.rawValue))
            #expect(described?.text(340)?.isEmpty == false)
        }
        let few = try Self.export(batch, Self.options(.technical))
        #expect(
            few.messages.flatMap(\.records).allSatisfy { $0.text(341) != "serverName" },
            "what does not leave is not named")
    }

    @Test func onlyWhatIsSelectedHasAField() throws {
        var batch = AttributedRecords()
        batch.add(AttributedRecords.flow(1), AttributedRecords.list([(.serverName, "secret"), (.statusCode, "200")]))
        let technical = try Self.export(batch, Self.options(.technical)).flows[0]
        #expect(Self.text(technical, .serverName) == nil && Self.number(technical, .statusCode) == 200)
        for options in [Self.options(.none), ConformanceTests.options(.minimal, uniflow: false), IPFIXOptions()] {
            let flow = try Self.export(batch, options).flows[0]
            #expect(flow.templateId < 384 && Self.number(flow, .statusCode) == nil)
        }
    }

    /// Records of one direction each both carry what is known of the flow.
    @Test func bothRecordsOfAUniflowExport() throws {
        var options = Self.options()
        options.uniflow = true
        var batch = AttributedRecords()
        let list = AttributedRecords.list([(.serverName, "a.example")])
        batch.add(AttributedRecords.flow(1), list)
        batch.add(AttributedRecords.flow(2, forward: false), list)
        let flows = try Self.export(batch, options).flows
        #expect(flows.count == 3 && flows.allSatisfy { Self.text($0, .serverName) == "a.example" })
        #expect(flows.map { $0.number(2) } == [2, 3, 3])
    }

    private static func flow(_ number: UInt64, over transport: UInt8, forward: Bool = true, reverse: Bool = true)
        -> FlowRecord
    {
        var flow = AttributedRecords.flow(number, forward: forward, reverse: reverse)
        flow.protocolIdentifier = transport
        return flow
    }

    /// What TCP or SCTP alone has stands in their own templates; others carry nothing for it.
    @Test func eachTransportHasItsOwn() throws {
        var batch = AttributedRecords()
        for transport in [6, 17, 132] as [UInt8] {
            batch.add(
                Self.flow(UInt64(transport), over: transport),
                AttributedRecords.list(AttributedRecords.everything(transport)))
        }
        let flows = try Self.export(batch, Self.options()).flows
        #expect(Set(flows.map(\.templateId)).count == 3 && flows.allSatisfy { (384..<512).contains($0.templateId) })
        for (flow, transport) in zip(flows, [6, 17, 132] as [UInt8]) {
            let expected = Dictionary(uniqueKeysWithValues: AttributedRecords.everything(transport))
            for attribute in LabelAttribute.allCases where attribute.isNumber {
                let value = Self.number(flow, attribute)
                #expect(value == expected[attribute].flatMap { UInt64($0) }, "\(attribute) over \(transport)")
            }
        }
        // Without SCTP's attributes its records are as others with ports are.
        let few = try Self.export(batch, Self.options(.init([.statusCode]))).flows
        #expect(few[1].templateId == few[2].templateId)
    }

    /// The largest values there are.
    @Test func numbersInFull() throws {
        var batch = AttributedRecords()
        batch.add(
            Self.flow(1, over: 6),
            AttributedRecords.list([(.tcpSynOptions, "281474976710655"), (.reverseMptcpVersion, "0")]))
        batch.add(Self.flow(2, over: 132), AttributedRecords.list([(.reverseSctpVerificationTag, "4294967295")]))
        let flows = try Self.export(batch, Self.options()).flows
        #expect(
            Self.number(flows[0], .tcpSynOptions) == 1 << 48 - 1 && Self.number(flows[0], .reverseMptcpVersion) == 0)
        #expect(Self.number(flows[0], .mptcpVersion) == 255 && Self.number(flows[0], .tcpWindowScale) == 0)
        #expect(Self.number(flows[1], .reverseSctpVerificationTag) == UInt64(UInt32.max))
    }

    /// A record of one direction has that direction's values, from its sender's side, and no field of the other.
    @Test(arguments: [false, true]) func recordsOfOneDirection(uniflow: Bool) throws {
        var options = Self.options()
        options.uniflow = uniflow
        let list: [(LabelAttribute, String)] = [
            (.serverName, "a"), (.tcpMaximumSegmentSize, "1460"), (.reverseTcpMaximumSegmentSize, "1024"),
            (.reverseTcpWindowScale, "3"),
        ]
        var batch = AttributedRecords()
        batch.add(Self.flow(1, over: 6), AttributedRecords.list(list))
        batch.add(Self.flow(2, over: 6, forward: false), AttributedRecords.list([list[0], list[2], list[3]]))
        batch.add(Self.flow(3, over: 6, reverse: false), AttributedRecords.list([list[0], list[1]]))
        let flows = try Self.export(batch, options).flows
        let sizes = flows.map { Self.number($0, .tcpMaximumSegmentSize) }
        #expect(sizes == (uniflow ? [1460, 1024, 1024, 1460] : [1460, 1024, 1460]))
        #expect(flows.map { Self.number($0, .tcpWindowScale) } == (uniflow ? [0, 3, 3, 0] : [0, 3, 0]))
        let reverse = flows.map { Self.number($0, .reverseTcpMaximumSegmentSize) }
        #expect(reverse == (uniflow ? [nil, nil, nil, nil] : [1024, nil, nil]))
        #expect(flows.allSatisfy { Self.text($0, .serverName) == "a" })
    }

    /// A template is in one message or in none: in the smallest ones the longest go without the last attributes.
    @Test func templatesFitIntoTheirMessages() throws {
        var options = Self.options()
        options.elements = .precise
        options.templateOctets = 492
        let templates = FlowTemplate.all(options: options).map { $0.encoded(enterpriseNumber: Self.enterprise) }
        #expect(templates.allSatisfy { $0.count <= 492 })
        options.templateOctets = .max
        let whole = FlowTemplate.all(options: options).map { $0.encoded(enterpriseNumber: Self.enterprise) }
        #expect(whole.count == templates.count && whole.contains { $0.count > 492 })
        let same = zip(templates, whole).count { $0 == $1 }
        #expect(same > whole.count / 2, "most have room for all: \(same) of \(whole.count)")
    }

    /// What does not fit into a small message is left out and counted; no record is lost and no message is too long.
    @Test(arguments: [512, 600, 1472], [false, true])
    func messagesStayWithinTheirLimit(octets: Int, uniflow: Bool) throws {
        var options = Self.options()
        options.messageOctets = octets
        options.elements = .precise
        options.uniflow = uniflow
        let texts = LabelAttribute.allCases.filter { !$0.isNumber }
        var batch = AttributedRecords()
        for index in 0..<200 {
            var record = AttributedRecords.flow(UInt64(index + 1), forward: index % 3 != 1, reverse: index % 3 != 0)
            record.ipVersion = index % 2 == 0 ? 4 : 6
            if index % 5 == 0 { record.presence.formUnion([.macs, .tunnel, .vlanForward, .vlanReverse]) }
            let count = index % texts.count
            let values = texts.prefix(count).map { ($0, String(repeating: "x", count: 1 + index * 7 % 255)) }
            batch.add(record, AttributedRecords.list(values + [(.statusCode, "\(index + 1)")]))
        }
        let exported = try Self.export(batch, options)
        #expect(exported.messages.allSatisfy { $0.length <= octets })
        let ways = batch.records.reduce(0) { $0 + ($1.packetsForward > 0 && $1.packetsReverse > 0 && uniflow ? 2 : 1) }
        #expect(exported.flows.count == ways && exported.sink.statistics.failedRecords == 0)
        #expect(exported.flows.allSatisfy { [$0.number(148), nil].contains(Self.number($0, .statusCode)) })
        // A text is there as a whole or not at all.
        var cut: Set<UInt64> = []
        for flow in exported.flows {
            let index = Int(flow.number(148) ?? 0) - 1
            if Self.number(flow, .statusCode) == nil { cut.insert(UInt64(index)) }
            for (place, attribute) in texts.enumerated() {
                let whole = place < index % texts.count ? String(repeating: "x", count: 1 + index * 7 % 255) : ""
                let text = Self.text(flow, attribute)
                #expect(text == whole || text == "" || text == nil)
                if text ?? "" != whole { cut.insert(UInt64(index)) }
            }
        }
        #expect(exported.sink.statistics.cutAttributes == UInt64(cut.count))
        #expect(!cut.isEmpty && cut.count < batch.records.count)
    }

    /// Messages that could not be sent are counted record by record, although records differ in length.
    @Test func unsentRecordsAreCounted() throws {
        var batch = AttributedRecords()
        for index in 0..<300 {
            let text = String(repeating: "y", count: index % 255)
            batch.add(
                AttributedRecords.flow(UInt64(index + 1)),
                index % 3 == 0
                    ? [] : AttributedRecords.list([(.serverName, text), (.userAgent, text), (.statusCode, "200")]))
        }
        var options = Self.options()
        options.messageOctets = 1400
        options.retrySeconds = 3600
        // The session breaks forty messages before its end: after the templates, and in the middle of the records.
        let messages = try Self.export(batch, options).messages.count
        let transport = MemoryTransport(messageLimit: 1400)
        transport.reconnects = false
        transport.messagesUntilLost = messages - 40
        let sink = try IPFIXSink(transport: transport, options: options)
        #expect(throws: ExportError.self) { try batch.feed(to: sink, size: 50) }
        var reader = IPFIXReader()
        let sent = try reader.read(transport.sessions[0]).flatMap(\.records).filter { !$0.isOptions }
        #expect(sink.statistics.records == UInt64(sent.count))
        #expect(sink.statistics.failedRecords == UInt64(300 - sent.count))
        #expect(sent.count > 0 && sent.count < 300)
        #expect(sink.statistics.failedPackets == UInt64(300 - sent.count) * 5)
        #expect(sink.statistics.failedOctets == UInt64(300 - sent.count) * 1100)
    }
}
