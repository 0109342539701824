import NetTypes

extension CollectorSession {
    /// A message of NetFlow version 9 (RFC 3954 section 5.1): version, count, sysUptime, UNIX seconds, sequence number of
    /// the message, source id. The count is checked against nothing: exporters count it in different ways.
    func receiveNetFlow9(_ message: Span<UInt8>, _ receiver: any CollectedRecordReceiver) {
        guard message.count >= 20 else { return count(.messageCut, at: message.count) }
        let upTime = Int64(message.unsigned(at: 4, 4))
        let seconds = UInt32(truncatingIfNeeded: message.unsigned(at: 8, 4))
        let number = UInt32(truncatingIfNeeded: message.unsigned(at: 12, 4))
        guard let domain = domain(UInt32(truncatingIfNeeded: message.unsigned(at: 16, 4))) else { return }
        if domain.sequence.isRepeated(number, exportTime: seconds, octets: message.count) { return }
        let context = RecordContext(
            domain: domain.id, exportTime: Nanoseconds(seconds) * nanosecondsPerSecond,
            initMilliseconds: Int64(seconds) * 1000 - upTime)
        let reader = WireReader(message, 20..<message.count)
        _ = takeSets(reader, message, domain, context, receiver, version: 9)
        domain.sequence.take(number, count: 1, exportTime: seconds, octets: message.count)
    }

    /// The fixed record of version 5, as a template of IANA's elements.
    static func version5() -> CollectedTemplate {
        let fields: [(id: UInt16, length: UInt16)] = [
            (8, 4), (12, 4), (15, 4), (10, 2), (14, 2), (2, 4), (1, 4), (22, 4), (21, 4), (7, 2), (11, 2), (210, 1),
            (6, 1), (4, 1), (5, 1), (16, 2), (17, 2), (9, 1), (13, 1), (210, 2),
        ]
        return CollectedTemplate(
            id: 0, scopeCount: 0,
            fields: fields.map { CollectedField(id: $0.id, enterpriseNumber: 0, length: $0.length) })
    }

    /// A message of NetFlow version 5: a header of 24 octets (version, count, sysUptime, UNIX seconds, nanoseconds,
    /// sequence number in flows, engine, sampling) and at most 30 records of 48.
    func receiveNetFlow5(_ message: Span<UInt8>, _ receiver: any CollectedRecordReceiver) {
        guard message.count >= 24 else { return count(.messageCut, at: message.count) }
        let stated = Int(message.unsigned(at: 2, 2))
        let present = (message.count - 24) / 48
        if stated != present { count(.recordCount, at: 2) }
        let upTime = Int64(message.unsigned(at: 4, 4))
        let seconds = UInt32(truncatingIfNeeded: message.unsigned(at: 8, 4))
        let nanoseconds = min(Nanoseconds(message.unsigned(at: 12, 4)), 999_999_999)
        let number = UInt32(truncatingIfNeeded: message.unsigned(at: 16, 4))
        guard let domain = domain(UInt32(truncatingIfNeeded: message.unsigned(at: 20, 2))) else { return }
        if domain.sequence.isRepeated(number, exportTime: seconds, octets: message.count) { return }
        let context = RecordContext(
            domain: domain.id, exportTime: Nanoseconds(seconds) * nanosecondsPerSecond + nanoseconds,
            initMilliseconds: Int64(seconds) * 1000 + nanoseconds / 1_000_000 - upTime)
        var reader = WireReader(message, 24..<24 + min(stated, present) * 48)
        let records = takeData(&reader, message, version5Template, domain, context, to: receiver)
        domain.sequence.take(number, count: records, exportTime: seconds, octets: message.count)
    }
}
