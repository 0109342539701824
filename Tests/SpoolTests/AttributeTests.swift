import FlowTable
import Foundation
import Labels
import Spool
import Testing

/// Attributes of labels in segments.
@Suite struct AttributeTests {
    private static func list(_ number: UInt64) -> [UInt8] {
        guard number % 3 != 0 else { return [] }
        let text = Array("host-\(number).example".utf8)
        var list: [UInt8] = []
        AttributeList.append(.serverName, text: text.span, 0..<text.count, to: &list)
        AttributeList.append(.statusCode, number: 200, to: &list)
        return list
    }

    private func add(_ numbers: Range<UInt64>, to spool: Spool) {
        var (records, attributes): ([FlowRecord], [UInt8]) = ([], [])
        for number in numbers {
            var one = record(number, domain: UInt32(number % 2) + 1)
            let list = Self.list(number)
            one.attributeOctets = UInt16(list.count)
            records.append(one)
            attributes += list
        }
        spool.append(records.span, attributes: attributes.span, packetClock: epoch, now: epoch)
        spool.tick(now: epoch + second)
    }

    /// What a destination gets: each record's number, and its attributes.
    private func deliver(_ spool: Spool) throws -> [UInt64: [UInt8]] {
        let reader = try #require(SpoolReader(spool, destination: "a"))
        var found: [UInt64: [UInt8]] = [:]
        while case .records = try reader.next(within: 0) {
            let block = reader.block
            let octets = block.attributes
            var walk = AttributeWalk()
            for index in 0..<block.count {
                let record = block.records[index]
                found[record.flowId] = Array(octets[walk.next(record.attributeOctets, of: octets.count)])
            }
        }
        return found
    }

    @Test(arguments: [SpoolConfiguration.Compression.none, .zstd])
    func attributesComeBack(compression: SpoolConfiguration.Compression) throws {
        let folder = try Folder()
        let spool = try Spool(configuration(folder) { $0.compression = compression }, now: epoch)
        add(1..<400, to: spool)
        add(400..<401, to: spool)
        spool.close(now: epoch + second)
        let found = try deliver(spool)
        #expect(found.count == 400)
        for (number, list) in found { #expect(list == Self.list(number), "record \(number)") }
    }

    /// Any octet of a batch that is another one costs the batch, and nothing is read of it.
    @Test func damageIsSeen() throws {
        let folder = try Folder()
        var spool: Spool? = try Spool(configuration(folder), now: epoch)
        spool.map { add(1..<2, to: $0) }
        spool?.close(now: epoch + second)
        spool = nil
        let path = try #require(folder.segments.first)
        let whole = try Data(contentsOf: URL(filePath: path))
        let text = try #require(whole.range(of: Data("host-1.example".utf8)))
        for place in text.lowerBound - 2..<text.upperBound {
            var damaged = whole
            damaged[place] ^= 0x80
            try damaged.write(to: URL(filePath: path))
            let reader = try SegmentReader(SegmentFile.open(path))
            let block = RecordBlock()
            if case .records = try reader.next(limit: UInt64(damaged.count), into: block) {
                Issue.record("octet \(place) was changed, and the batch was read")
            }
            #expect(block.count == 0)
        }
    }

    /// A batch whose checksum is right, and whose lists are not: lengths that do not add up, text that no probe makes.
    @Test func listsThatAreNotSoundAreDamage() throws {
        let sound = Self.list(1)
        var unprintable = sound
        unprintable[2] = 0
        for (list, claimed) in [
            (sound, sound.count - 1), (sound, sound.count + 1), (unprintable, sound.count), (sound, 0),
        ] {
            let folder = try Folder()
            let spool = try Spool(configuration(folder), now: epoch)
            var one = record(1)
            one.attributeOctets = UInt16(list.count)
            let records = [one]
            spool.append(records.span, attributes: list.span, packetClock: epoch, now: epoch)
            spool.close(now: epoch + second)
            // Rewritten with another length in the record, and with checksums that are right.
            let path = try #require(folder.segments.first)
            var octets = [UInt8](try Data(contentsOf: URL(filePath: path)))
            let header = try #require(octets.firstRange(of: Array("FPBT".utf8))).lowerBound
            let payload = header + BatchHeader.length
            let offset = payload + (MemoryLayout<FlowRecord>.offset(of: \.attributeOctets) ?? 0)
            octets[offset] = UInt8(claimed & 255)
            octets[offset + 1] = UInt8(claimed >> 8)
            let end = payload + MemoryLayout<FlowRecord>.stride + list.count
            let sum = Checksum.of(Array(octets[payload..<end]).span)
            for index in 0..<4 { octets[header + 76 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
            let own = Checksum.of(Array(octets[header..<header + 84]).span)
            for index in 0..<4 { octets[header + 84 + index] = UInt8(truncatingIfNeeded: own >> UInt32(8 * index)) }
            try Data(octets).write(to: URL(filePath: path))
            let block = RecordBlock()
            if case .records = try SegmentReader(SegmentFile.open(path)).next(limit: UInt64(octets.count), into: block)
            {
                Issue.record("a list of \(list.count) octets that says \(claimed) was read")
            }
        }
    }
}
