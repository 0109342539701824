import Exporter
import FlowTable
import NetTypes
import Testing

/// What is chosen for one destination alone: its filter and its template set.
@Suite struct DestinationTests {
    private static func options(_ address: String) throws -> IPFIXOptions {
        IPFIXOptions().adapted(to: try ExportEndpoint(parsing: address))
    }

    /// Names of the fields of all templates.
    private static func names(_ options: IPFIXOptions) -> Set<String> {
        Set(FlowTemplate.all(options: options).flatMap(\.fields).map(\.name))
    }

    @Test func templateSets() throws {
        let usual = Self.names(IPFIXOptions())
        var minimal = IPFIXOptions()
        minimal.elements = .minimal
        let least = Self.names(minimal)
        #expect(try Self.names(Self.options("udp://h")) == usual)
        #expect(try Self.names(Self.options("udp://h?elements=minimal")) == least)
        #expect(try Self.names(Self.options("tcp://h?elements=uniflow")).allSatisfy { !$0.hasPrefix("reverse") })
        #expect(
            try Self.names(Self.options("tcp://h?elements=tcpControlBits+dot1qVlanId"))
                == least.union(["tcpControlBits", "reverseTcpControlBits", "dot1qVlanId", "reverseDot1qVlanId"]))
        #expect(
            try Self.names(Self.options("tcp://h?elements=standard+flowStartNanoseconds"))
                == usual.union(["flowStartNanoseconds", "reverseFlowStartNanoseconds"]))
        #expect(try Self.names(Self.options("tls://h?elements=precise+biflow")).contains("flowEndNanoseconds"))
    }

    /// What only an operator knows of a path: in the address, and back in its text.
    @Test func datagrams() throws {
        let text = "udp://192.0.2.1:4739?message=1472&refresh=30&rate=0"
        let endpoint = try ExportEndpoint(parsing: text)
        #expect(endpoint.description == text && !endpoint.needsSpool)
        let options = try Self.options(text)
        #expect(options.messageOctets == 1472 && options.templateRefreshSeconds == 30)
        #expect(options.maximumOctetsPerSecond == 0)
        let usual = try Self.options("udp://192.0.2.1")
        #expect(usual.messageOctets == nil && usual.templateRefreshSeconds == 60)
        #expect(try Self.options("netflow9://h?rate=1000").maximumOctetsPerSecond == 1000)
        for wrong in [
            "udp://h?message=511", "udp://h?refresh=0", "udp://h?rate=-1", "tcp://h?message=512",
            "netflow9://h?refresh=9",
        ] {
            #expect(throws: ExportError.self, "\(wrong)") { try ExportEndpoint(parsing: wrong) }
        }
    }

    /// A chosen set is read back with exactly its values: those of the same records in the standard set.
    @Test(arguments: [
        "minimal+sourceMacAddress+destinationMacAddress", "segmentId+tunnelId", "minimal+dot1qVlanId+uniflow",
        "flowStartNanoseconds", "maximumTTL+tcpControlBits+initiatorEvidence",
    ])
    func chosenSetsAreRead(words: String) throws {
        let records = syntheticRecords(800)
        func read(_ options: IPFIXOptions) throws -> [[IPFIXReader.Element: [UInt8]]] {
            let transport = MemoryTransport()
            let sink = try IPFIXSink(transport: transport, options: options)
            try sink.consume(records.span, packetClock: syntheticEpoch)
            try sink.finish(packetClock: syntheticEpoch)
            var reader = IPFIXReader()
            return try reader.read(transport.sessions[0]).flatMap(\.records).filter { !$0.isOptions }.map(\.values)
        }
        var options = try Self.options("tcp://h?elements=\(words)")
        let chosen = try read(options)
        options.elements = .precise
        let all = try read(options)
        #expect(chosen.count == all.count && chosen.count >= records.count)
        for (some, whole) in zip(chosen, all) {
            #expect(some.count < whole.count)
            // A template may have a field that the shape of the larger one lacks, for what is absent: 0.
            for (element, value) in some {
                #expect(whole[element].map { $0 == value } ?? value.allSatisfy { $0 == 0 }, "\(element)")
            }
        }
        let names = try Self.names(Self.options("tcp://h?elements=\(words)"))
        for word in words.split(separator: "+") where !["minimal", "uniflow"].contains(word) {
            #expect(names.contains(String(word)))
        }
    }

    @Test(arguments: [
        "udp://h?filter=port 53 and not address 10.0.0.0/8", "udp://h?elements=minimal",
        "netflow5://h?filter=protocol tcp",
        "netflow9://h?elements=minimal", "tcp://h?ack=batch&filter=port 1&elements=minimal+uniflow+tcpControlBits",
        "https://h/?format=ndjson&filter=port 1&query=a=b&filter=c", "kafka://h/t?filter=port 53",
        "kafka://h/t?format=ipfix&elements=minimal",
    ])
    func addressesSurvive(address: String) throws {
        let endpoint = try ExportEndpoint(parsing: address)
        #expect(try ExportEndpoint(parsing: endpoint.description) == endpoint)
        #expect(!endpoint.name.contains("filter") && endpoint.parameters != ConnectionParameters())
    }

    @Test func whatNeedsASpool() throws {
        #expect(try !ExportEndpoint(parsing: "tcp://h?filter=port 1&elements=minimal").needsSpool)
        #expect(try ExportEndpoint(parsing: "tcp://h?filter=port 1&ack=batch").needsSpool)
    }

    @Test(arguments: [
        ("udp://h?filter=colour red", "wrong at character 1"), ("udp://h?filter=port", "wrong at character 5"),
        ("udp://h?filter=", "no NAME=VALUE"), ("udp://h?filter=port 1&filter=port 2", "is there twice"),
        ("udp://h?retry=5", "message, refresh and rate alone"), ("udp://h?elements=colour", "which is no element"),
        ("udp://h?elements=minimal+precise", "two sets"), ("udp://h?elements=biflow+uniflow", "twice"),
        ("udp://h?elements=minimal+", "which is no element"),
        ("netflow5://h?elements=minimal", "NetFlow cannot choose"),
        ("netflow9://h?elements=biflow", "NetFlow cannot choose"),
        ("netflow9://h?elements=tcpControlBits", "NetFlow cannot choose"),
        ("https://h/?format=ndjson&elements=minimal", "JSON lines have all members"),
        ("kafka://h/t?elements=minimal", "JSON lines have all members"),
        ("kafka://h/t?filter=x", "wrong at character 1"),
    ])
    func nonsenseIsRefused(address: String, message: String) {
        let error = #expect(throws: ExportError.self) { try ExportEndpoint(parsing: address) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    /// A sink behind a filter gets what `WhereExpression` holds for, with the right attributes, and the rest is counted.
    @Test(arguments: ["protocol tcp", "address 192.0.2.0/25 and not port 443", "port 1"])
    func filteredSinks(text: String) throws {
        let records = syntheticRecords(2000)
        let filter = try RecordFilter(text)
        let sink = FilteredSink(filter, to: NetFlowSink(.nine, destination: "memory") { _, _ in true })
        try sink.consume(records.span, packetClock: syntheticEpoch)
        try sink.finish(packetClock: syntheticEpoch)
        let kept = records.filter { filter.condition.matches($0) }
        #expect(sink.statistics.filtered == UInt64(records.count - kept.count))
        let ways = kept.reduce(0) { $0 + ($1.packetsForward > 0 ? 1 : 0) + ($1.packetsReverse > 0 ? 1 : 0) }
        #expect(sink.statistics.records == UInt64(ways))
    }

    /// `server` looks at each record's own attributes.
    @Test func serverNames() throws {
        final class Keeper: CollectorSink {
            var statistics = IPFIXStatistics()
            var captureStatistics = ExportStatistics()
            let isConnected = true
            var ids: [UInt64] = []
            var octets: [UInt8] = []
            func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {}
            func consume(
                _ records: Span<FlowRecord>, attributes: Span<UInt8>, packetClock: Nanoseconds
            ) throws(ExportError) {
                for index in records.indices { ids.append(records[index].flowId) }
                for index in attributes.indices { octets.append(attributes[index]) }
            }
            func finish(packetClock: Nanoseconds) throws(ExportError) {}
        }
        var records = syntheticRecords(3)
        let lists: [[UInt8]] = ["www.example.com", "", "example.org"].map { name in
            name.isEmpty ? [] : [1, UInt8(name.utf8.count)] + Array(name.utf8)
        }
        for index in records.indices { records[index].attributeOctets = UInt16(lists[index].count) }
        let attributes = lists.flatMap { $0 }
        let keeper = Keeper()
        let filter = try RecordFilter("server example.org or not server example.com")
        #expect(filter.needsLabels)
        let sink = FilteredSink(filter, to: keeper)
        try sink.consume(records.span, attributes: attributes.span, packetClock: 0)
        #expect(keeper.ids == [records[1].flowId, records[2].flowId] && keeper.octets == lists[2])
        #expect(sink.statistics.filtered == 1)
    }
}
