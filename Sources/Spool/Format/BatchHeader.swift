import NetTypes

/// The beginning of a batch in a segment; its payload follows. Integers are lowest octet first.
///
///      0  magic "FPBT"                  4  octets of this header (2)    6  kind (1)    7  flags (1)
///      8  batch id (8)                 16  observation domain (4)      20  number of records (4)
///     24  octets of the payload as stored (4)                          28  as it was before compression (4)
///     32  records made before it (8)   40  committed at, ns since 1970 (8)
///     48  packet clock (8)             56  packets observed so far (8)
///     64  packets in records made so far, its own included (8)
///     72  checksum of the records' layout (4)                          76  CRC-32C of the payload as stored (4)
///     80  zero (4)                     84  CRC-32C of the 84 octets before (4)
package struct BatchHeader: Equatable, Sendable {
    static let magic: UInt32 = 0x5442_5046
    /// Octets of a header.
    package static let length = 88
    /// Largest payload that is written or read, stored or not.
    static let longestPayload = 64 << 20
    /// Most records in a batch that is read.
    static let mostRecords = 1 << 18
    /// Ids, numbers of records and times that are read are below this, so that sums with them do not overflow.
    static let limit: UInt64 = 1 << 62

    /// What a batch is.
    enum Kind: UInt8, Sendable {
        /// Flow records of one observation domain.
        case records = 1
        /// A time that no record covers (`CoverageGap`).
        case gap = 2
        /// The end of a run that ended in good order.
        case close = 3
    }

    var kind = Kind.records
    var isCompressed = false
    /// Names the batch within its spool.
    package internal(set) var id: UInt64
    var domain: UInt32 = 0
    /// Records in it; none unless it is a batch of records.
    package internal(set) var recordCount = 0
    /// Octets of the payload as it is in the segment.
    package internal(set) var storedLength = 0
    var plainLength = 0
    var recordsBefore: UInt64
    var committedAt: Nanoseconds
    var packetClock: Nanoseconds
    var observedPackets: UInt64 = 0
    var recordedPackets: UInt64 = 0
    var layoutChecksum: UInt32 = 0
    var payloadChecksum: UInt32 = 0

    /// Records made up to its end.
    var recordsAfter: UInt64 { recordsBefore &+ UInt64(recordCount) }

    /// Its `length` octets, lowest octet first.
    package var encoded: [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(Self.length)
        octets.appendLittle(UInt64(Self.magic), 4)
        octets.appendLittle(UInt64(Self.length), 2)
        octets.append(kind.rawValue)
        octets.append(isCompressed ? 1 : 0)
        octets.appendLittle(id, 8)
        octets.appendLittle(UInt64(domain), 4)
        octets.appendLittle(UInt64(recordCount), 4)
        octets.appendLittle(UInt64(storedLength), 4)
        octets.appendLittle(UInt64(plainLength), 4)
        octets.appendLittle(recordsBefore, 8)
        octets.appendLittle(UInt64(bitPattern: committedAt), 8)
        octets.appendLittle(UInt64(bitPattern: packetClock), 8)
        octets.appendLittle(observedPackets, 8)
        octets.appendLittle(recordedPackets, 8)
        octets.appendLittle(UInt64(layoutChecksum), 4)
        octets.appendLittle(UInt64(payloadChecksum), 4)
        octets.appendLittle(0, 4)
        octets.appendLittle(UInt64(Checksum.of(octets.span)), 4)
        return octets
    }
}

extension BatchHeader {
    /// From `length` octets at `offset`; nil when they are not a sound header.
    init?(_ octets: [UInt8], at offset: Int = 0) {
        guard octets.count - offset >= Self.length, octets.little(offset, 4) == UInt64(Self.magic) else { return nil }
        let own = Array(octets[offset..<(offset + Self.length)])
        guard UInt32(own.little(84, 4)) == Checksum.of(Array(own[..<84]).span),
            own.little(4, 2) == UInt64(Self.length), let kind = Kind(rawValue: own[6]), own[7] <= 1,
            own.little(80, 4) == 0
        else { return nil }
        self.init(
            kind: kind, isCompressed: own[7] == 1, id: own.little(8, 8), domain: UInt32(own.little(16, 4)),
            recordCount: Int(own.little(20, 4)), storedLength: Int(own.little(24, 4)),
            plainLength: Int(own.little(28, 4)), recordsBefore: own.little(32, 8),
            committedAt: Int64(bitPattern: own.little(40, 8)), packetClock: Int64(bitPattern: own.little(48, 8)),
            observedPackets: own.little(56, 8), recordedPackets: own.little(64, 8),
            layoutChecksum: UInt32(own.little(72, 4)), payloadChecksum: UInt32(own.little(76, 4)))
        guard storedLength <= Self.longestPayload, plainLength <= Self.longestPayload,
            recordCount <= (kind == .records ? Self.mostRecords : 0), isCompressed || storedLength == plainLength,
            recordsBefore < Self.limit, id < Self.limit, UInt64(bitPattern: committedAt) < Self.limit,
            UInt64(bitPattern: packetClock) < Self.limit
        else { return nil }
    }
}
