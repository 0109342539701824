import NetTypes

extension CollectorSession {
    //   0                   1                   2                   3
    //   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    //  +-------------------------------+-------------------------------+
    //  |       Version Number (10)     |            Length             |
    //  +-------------------------------+-------------------------------+
    //  |                           Export Time                         |
    //  +---------------------------------------------------------------+
    //  |                       Sequence Number                         |
    //  +---------------------------------------------------------------+
    //  |                    Observation Domain ID                      |
    //  +---------------------------------------------------------------+

    /// An IPFIX message (RFC 7011 section 3.1).
    func receiveIPFIX(_ message: Span<UInt8>, _ receiver: any CollectedRecordReceiver) {
        guard message.count >= 16 else { return count(.messageCut, at: message.count) }
        let length = Int(message.unsigned(at: 2, 2))
        guard length >= 16 else { return count(.messageLength, at: 2) }
        if length > message.count { count(.messageCut, at: message.count) }
        if length < message.count { count(.messageLength, at: 2) }
        let exportTime = UInt32(truncatingIfNeeded: message.unsigned(at: 4, 4))
        let number = UInt32(truncatingIfNeeded: message.unsigned(at: 8, 4))
        guard let domain = domain(UInt32(truncatingIfNeeded: message.unsigned(at: 12, 4))) else { return }
        current = domain
        // On a connection nothing comes twice by accident; what is sent again there has numbers of its own.
        if transport == .udp, domain.sequence.isRepeated(number, exportTime: exportTime, octets: message.count) {
            return
        }
        if !domain.sequence.expects(number) { countFault(of: domain) }
        let context = RecordContext(
            domain: domain.id, exportTime: Nanoseconds(exportTime) * nanosecondsPerSecond,
            initMilliseconds: domain.initMilliseconds)
        let reader = WireReader(message, 16..<length)
        let records = takeSets(reader, message, domain, context, receiver, version: 10)
        domain.sequence.take(number, count: records, exportTime: exportTime, octets: message.count)
    }

    /// Takes the sets of a message, IPFIX (template sets 2 and 3) or NetFlow version 9 (0 and 1). How many data records
    /// there were; nil when that cannot be known.
    func takeSets(
        _ sets: consuming WireReader, _ message: Span<UInt8>, _ domain: ObservationDomain, _ context: RecordContext,
        _ receiver: any CollectedRecordReceiver, version: Int
    ) -> UInt32? {
        var records: UInt32? = 0
        let templateSet: UInt16 = version == 10 ? 2 : 0
        while sets.remaining >= 4 {
            let start = sets.offset
            guard let id = sets.u16(), let length = sets.u16() else { break }
            guard length >= 4 else {
                count(.setTooShort, at: start)
                return nil
            }
            guard sets.skip(Int(length) - 4) else {
                count(.setCut, at: start)
                return nil
            }
            var set = WireReader(message, start + 4..<start + Int(length))
            switch id {
            case templateSet, templateSet + 1:
                takeTemplates(&set, domain, receiver, isOptions: id != templateSet, version: version)
            case 256...:
                guard let template = domain.templates[id] else {
                    count(.unknownTemplate, at: start)
                    records = nil
                    continue
                }
                let taken = takeData(&set, message, template, domain, context, to: receiver)
                records = records.flatMap { sum in taken.map { sum &+ $0 } }
            default: count(.reservedSet, at: start)
            }
        }
        return records
    }

    private func takeTemplates(
        _ set: inout WireReader, _ domain: ObservationDomain, _ receiver: any CollectedRecordReceiver,
        isOptions: Bool, version: Int
    ) {
        while set.remaining >= 4 {
            let offset = set.offset
            let outcome =
                version == 10
                ? TemplateReader.ipfix(&set, isOptions: isOptions)
                : isOptions ? TemplateReader.netFlow9Options(&set) : TemplateReader.netFlow9(&set)
            switch outcome {
            case .template(let template):
                keep(template, in: domain, at: offset)
                if isOptions, template.optionsPlan(learned).batch != nil { receiver.expectBatches(domain: domain.id) }
            case .withdrawal(let id):
                // Octets of zero fill a set up.
                if id == 0 { return }
                withdraw(id, in: domain, isOptions: isOptions, at: offset)
            case .malformed(let kind): count(kind, at: offset)
            case .broken(let kind): return count(kind, at: offset)
            }
        }
    }
}
