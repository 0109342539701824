import NetTypes

/// The beginning of a segment file. Integers are lowest octet first.
///
///      0  magic "FPSPOOL\0"        8  format version (2)     10  number of fields (2)
///     12  octets of this header (4)                          16  octets of a record (4)
///     20  checksum of the layout (4)                         24  probe id (16)
///     40  segment number (8)                                 48  made at, ns since 1970 (8)
///     56  id of its first batch (8)                          64  records made before it (8)
///     72  the fields (see `RecordLayout`), then the CRC-32C of all octets before (4)
package struct SegmentHeader: Sendable {
    static let magic: [UInt8] = Array("FPSPOOL\0".utf8)
    /// The format that is written. Formats up to this one are read: in 1, records had no attributes behind them.
    static let version: UInt16 = 2
    static let fixedLength = 72
    /// Longest header that is read.
    static let longest = 1 << 18

    /// The format that it is written in, or was.
    var format = Self.version
    var probe: ProbeId
    var number: UInt64
    var madeAt: Nanoseconds
    var firstBatch: UInt64
    var recordsBefore: UInt64
    var layout = RecordLayout.current

    /// Its octets, lowest octet first.
    package var encoded: [UInt8] {
        let fields = layout.encoded
        var octets = Self.magic
        octets.appendLittle(UInt64(format), 2)
        octets.appendLittle(UInt64(layout.fields.count), 2)
        octets.appendLittle(UInt64(Self.fixedLength + fields.count + 4), 4)
        octets.appendLittle(UInt64(layout.recordLength), 4)
        octets.appendLittle(UInt64(layout.checksum), 4)
        octets += probe.octets
        octets.appendLittle(number, 8)
        octets.appendLittle(UInt64(bitPattern: madeAt), 8)
        octets.appendLittle(firstBatch, 8)
        octets.appendLittle(recordsBefore, 8)
        octets += fields
        octets.appendLittle(UInt64(Checksum.of(octets.span)), 4)
        return octets
    }

    /// What the beginning of a file says.
    enum Parsed {
        case header(SegmentHeader, length: Int)
        /// Sound, but of a format that this program does not know.
        case unknownVersion(UInt16)
        case damaged
    }

    /// Reads the first octets of a file, as many as there are or `longest`.
    static func parse(_ octets: [UInt8]) -> Parsed {
        guard octets.count >= fixedLength + 4, Array(octets[..<8]) == magic else { return .damaged }
        let length = Int(octets.little(12, 4))
        guard length >= fixedLength + 4, length <= octets.count else { return .damaged }
        let version = UInt16(octets.little(8, 2))
        // Whatever a later format is, it keeps magic, version, length and the checksum at the end.
        guard UInt32(octets.little(length - 4, 4)) == Checksum.of(Array(octets[..<(length - 4)]).span) else {
            return .damaged
        }
        guard (1...Self.version).contains(version) else { return .unknownVersion(version) }
        guard let layout = layout(octets, length), UInt32(octets.little(20, 4)) == layout.checksum,
            let probe = ProbeId(Array(octets[24..<40])),
            [48, 56, 64].allSatisfy({ octets.little($0, 8) < BatchHeader.limit })
        else { return .damaged }
        let header = SegmentHeader(
            format: version, probe: probe, number: octets.little(40, 8),
            madeAt: Int64(bitPattern: octets.little(48, 8)),
            firstBatch: octets.little(56, 8), recordsBefore: octets.little(64, 8), layout: layout)
        return .header(header, length: length)
    }

    private static func layout(_ octets: [UInt8], _ length: Int) -> RecordLayout? {
        var fields: [RecordLayout.Field] = []
        var position = fixedLength
        for _ in 0..<octets.little(10, 2) {
            guard length - 4 - position >= 4 else { return nil }
            let nameLength = Int(octets[position + 3])
            guard length - 4 - position - 4 >= nameLength else { return nil }
            let name = String(validating: octets[(position + 4)..<(position + 4 + nameLength)], as: UTF8.self)
            guard let name else { return nil }
            fields.append(
                .init(name: name, offset: Int(octets.little(position, 2)), width: Int(octets[position + 2])))
            position += 4 + nameLength
        }
        guard position == length - 4 else { return nil }
        return RecordLayout(fields: fields, recordLength: Int(octets.little(16, 4)))
    }
}

/// Sixteen random octets that name a spool, made with it: with a batch's id they name the batch everywhere.
package struct ProbeId: Hashable, Sendable, CustomStringConvertible {
    /// 16 octets.
    package let octets: [UInt8]

    /// nil unless there are 16 octets.
    package init?(_ octets: [UInt8]) {
        guard octets.count == 16 else { return nil }
        self.octets = octets
    }

    /// A new one.
    static func random() -> ProbeId {
        var octets: [UInt8] = []
        octets.appendLittle(.random(in: .min ... .max), 8)
        octets.appendLittle(.random(in: .min ... .max), 8)
        return ProbeId(octets: octets)
    }

    private init(octets: [UInt8]) { self.octets = octets }

    /// 32 hexadecimal digits.
    package var description: String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// From 32 hexadecimal digits.
    init?(hexadecimal text: String) {
        var octets: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard let octet = UInt8(rest.prefix(2), radix: 16) else { return nil }
            octets.append(octet)
            rest = rest.dropFirst(2)
        }
        self.init(octets)
    }
}
