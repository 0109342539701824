import Collector
import Exporter
import FlowTable
import Foundation
import Labels
import NetTypes
import Testing

/// Slices of every one-sided kind, exported to a file and collected: the lines are those of the JSON output.
@Suite struct OwnExportTests {
    private static func record(
        _ number: UInt64, forward: Bool, reverse: Bool, ipv6: Bool, tunnel: Bool
    ) -> FlowRecord {
        var record = FlowRecord()
        record.flowId = number
        record.firstFrameNumber = number * 3
        record.ipVersion = ipv6 ? 6 : 4
        (record.sourceHigh, record.destinationHigh) = ipv6 ? (0x2001_0db8_0000_0001, 0x2001_0db8_0000_0002) : (0, 0)
        (record.sourceLow, record.destinationLow) = (0xC000_0201, 0xC633_6402)
        (record.protocolIdentifier, record.sourcePort, record.destinationPort) = (6, 40_000, 443)
        record.presence = [.ports, .macs, .lastSlice]
        (record.sourceMAC, record.destinationMAC) = (0x0053_FF00_0001, 0x0053_FF00_0002)
        (record.tcpState, record.service, record.initiator) = (.established, .answered, .syn)
        record.endReason = .endOfFlow
        record.selectorId = UInt8(number % 7) + 1
        if forward {
            (record.packetsForward, record.octetsForward, record.layer2OctetsForward) = (2, 100, 128)
            (record.firstForward, record.lastForward) = (1_795_342_400_000_000_001, 1_795_342_400_999_999_999)
            (record.minimumTTLForward, record.maximumTTLForward, record.classOfServiceForward) = (63, 64, 8)
            (record.minimumLengthForward, record.maximumLengthForward) = (40, 60)
            (record.tcpControlBitsForward, record.vlanForward, record.segment) = (0x1B, 100, 100)
            record.presence.formUnion([.vlanForward, .segment])
        }
        if reverse {
            (record.packetsReverse, record.octetsReverse, record.layer2OctetsReverse) = (5, 900, 970)
            (record.firstReverse, record.lastReverse) = (1_795_342_400_000_000_333, 1_795_342_401_000_000_333)
            (record.minimumTTLReverse, record.maximumTTLReverse, record.classOfServiceReverse) = (53, 54, 16)
            (record.minimumLengthReverse, record.maximumLengthReverse) = (41, 1500)
            (record.tcpControlBitsReverse, record.vlanReverse, record.segment) = (0x12, 100, 100)
            record.retransmittedOctetsReverse = 77
            record.presence.formUnion([.vlanReverse, .segment])
        }
        if tunnel {
            record.presence.insert(.tunnel)
            (record.tunnelType, record.tunnelDepth) = (11, 2)
            (record.tunnelSourceHigh, record.tunnelSourceLow) = (0x2001_0db8_0000_0003, 4)
            (record.tunnelDestinationHigh, record.tunnelDestinationLow) = (0, 0xFFFF_C000_0209)
            if forward { (record.tunnelIdForward, record.tunnelDirectionForward) = (0xFEDC_BA98, 1) }
            if reverse { (record.tunnelIdReverse, record.tunnelDirectionReverse) = (77, 2) }
        }
        if number % 2 == 0 {
            record.presence.insert(.icmpError)
            record.icmpErrorTypeCode = 0x0303
            if forward { record.icmpErrorsForward = 3 }
            if reverse { record.icmpErrorsReverse = 1 }
        }
        if forward, reverse {
            record.handshakeRoundTrip = 5_000_000
            record.presence.insert(.handshakeRoundTrip)
        }
        return record
    }

    @Test func linesAreThoseOfTheJSONOutput() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "own-export-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var records: [FlowRecord] = []
        for ipv6 in [false, true] {
            for (forward, reverse) in [(true, true), (true, false), (false, true)] {
                for tunnel in [false, true] {
                    records.append(
                        Self.record(
                            UInt64(records.count + 1), forward: forward, reverse: reverse, ipv6: ipv6, tunnel: tunnel))
                    records.append(
                        Self.association(
                            UInt64(records.count + 1), forward: forward, reverse: reverse, ipv6: ipv6, tunnel: tunnel))
                }
            }
        }
        // Every second record has attributes; in the others there are none to be left out.
        var attributes: [UInt8] = []
        for index in records.indices where index % 4 < 2 {
            let list = Self.attributes(index, of: records[index])
            records[index].attributeOctets = UInt16(list.count)
            attributes += list
        }
        var options = IPFIXOptions()
        options.elements = .precise
        (options.labels, options.attributes) = (true, .all)
        let json = try JSONSink(path: folder.appending(path: "a.json").path, stitched: false)
        let ipfix = try IPFIXFileSink(path: folder.appending(path: "a.ipfix").path, options: options)
        for sink in [json, ipfix] as [any RecordSink] {
            try sink.consume(records.span, attributes: attributes.span, packetClock: 1_795_342_402_000_000_000)
            try sink.finish(packetClock: 1_795_342_402_000_000_000)
        }
        let lines = try LineFile(path: folder.appending(path: "b.json").path)
        let store = folder.appending(path: "b.sqlite").path
        let output = CollectorOutput(lines: lines, store: try SQLiteSink(path: store))
        let session = CollectorSession(name: "own", transport: .file)
        var stream = MessageStream()
        // In pieces, as a connection brings them.
        for octet in try Data(contentsOf: folder.appending(path: "a.ipfix")) {
            stream.append(CollectionOfOne(octet))
            while let message = stream.next() { session.receive(message.span, to: output) }
        }
        try output.finish(balance: "")
        #expect(stream.pending == 0 && !stream.isBroken)
        #expect(session.tally.malformed.total == 0 && session.tally.exportedRecords == 24)
        let wanted = try String(contentsOf: folder.appending(path: "a.json"), encoding: .utf8)
        #expect(try String(contentsOf: folder.appending(path: "b.json"), encoding: .utf8) == wanted)
        #expect(wanted.split(separator: "\n").count == 24)
        #expect(wanted.split(separator: "\n").count { $0.contains("\"serverName\":\"host ") } == 12)
        for name in ["tcpMaximumSegmentSize", "reverseTcpWindowScale", "sctpChunkTypes", "reverseSctpVerificationTag"] {
            #expect(wanted.contains("\"\(name)\":"), "\(name)")
        }
        // The store has the attributes of the records that have them, and of no other.
        var filter = StoreReader.Filter()
        filter.expression = try WhereExpression("server example.com")
        let found = try StoreReader(path: store).read(filter, into: TrafficSummary())
        #expect(found == 12)
    }

    /// The same over SCTP.
    private static func association(
        _ number: UInt64, forward: Bool, reverse: Bool, ipv6: Bool, tunnel: Bool
    ) -> FlowRecord {
        var record = record(number, forward: forward, reverse: reverse, ipv6: ipv6, tunnel: tunnel)
        (record.protocolIdentifier, record.tcpState, record.initiator) = (132, .none, .firstSeen)
        (record.tcpControlBitsForward, record.tcpControlBitsReverse) = (0, 0)
        (record.retransmittedOctetsReverse, record.handshakeRoundTrip) = (0, 0)
        record.presence.remove(.handshakeRoundTrip)
        return record
    }

    /// Attributes with what needs escapes; with numbers whose "not seen" is another number; of directions with packets.
    private static func attributes(_ number: Int, of record: FlowRecord) -> [UInt8] {
        var list: [UInt8] = []
        for attribute in LabelAttribute.allCases
        where attribute == .serverName || (number + Int(attribute.rawValue)) % 3 == 0 {
            switch attribute.origin {
            case .payload: break
            case .tcp: if record.protocolIdentifier != 6 { continue }
            case .sctp: if record.protocolIdentifier != 132 { continue }
            }
            if attribute.origin != .payload,
                (attribute.isReverse ? record.packetsReverse : record.packetsForward) == 0
            {
                continue
            }
            let text = Array(
                (attribute == .serverName
                    ? "host \(number)\"\\.example.com" : String(repeating: "z", count: 255 - number))
                    .utf8)
            if attribute.isNumber {
                AttributeList.append(attribute, number: UInt64(number), to: &list)
            } else {
                AttributeList.append(attribute, text: text.span, 0..<text.count, to: &list)
            }
        }
        return list
    }
}
