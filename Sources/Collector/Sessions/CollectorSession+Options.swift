import Exporter

extension CollectorSession {
    /// Takes a record of options data.
    func takeOptions(
        _ octets: Span<UInt8>, _ range: Range<Int>, _ template: CollectedTemplate, _ domain: ObservationDomain,
        _ receiver: any CollectedRecordReceiver
    ) {
        tally.optionsRecords += 1
        let plan = template.optionsPlan(learned)
        func number(_ field: Int) -> UInt64 {
            let place = template.places[field]
            return octets.unsigned(at: range.lowerBound + place.offset, place.length)
        }
        if let totals = plan.exporterTotals {
            tally.exportedRecords = number(totals.records)
            tally.notSentRecords = totals.notSent.map(number)
        }
        if let start = plan.initTime { domain.initMilliseconds = Int64(clamping: number(start)) }
        if let batch = plan.batch { takeBatch(batch, octets, range, template, domain, receiver) }
        guard let information = plan.typeInformation else { return }
        let place = template.places[information.name]
        var name: [UInt8] = []
        for index in 0..<min(place.length, 65) { name.append(octets[range.lowerBound + place.offset + index]) }
        while name.last == 0 { name.removeLast() }
        // Names become members of JSON and are compared with ours: letters and digits, as RFC 7012 has them.
        let isName =
            (1...64).contains(name.count)
            && name.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x5F }
        let enterpriseNumber = UInt32(clamping: number(information.enterpriseNumber))
        guard isName, let type = UInt8(exactly: number(information.type)).flatMap(ElementType.init(rawValue:)) else {
            return count(.elementDescription, at: range.lowerBound)
        }
        if enterpriseNumber == 0 { return }
        let description = ElementDescription(
            name: String(decoding: name, as: UTF8.self), type: type,
            isIdentifier: information.semantics.map { number($0) == 4 } ?? false, isPrivate: true)
        let id = UInt16(truncatingIfNeeded: number(information.element)) & 0x7FFF
        if !learned.learn(id, enterpriseNumber: enterpriseNumber, description) {
            count(.tooManyElements, at: range.lowerBound)
        }
    }

    /// Takes the record that closes a batch.
    private func takeBatch(
        _ batch: OptionsPlan.Batch, _ octets: Span<UInt8>, _ range: Range<Int>, _ template: CollectedTemplate,
        _ domain: ObservationDomain, _ receiver: any CollectedRecordReceiver
    ) {
        let (id, probe) = (template.places[batch.id], template.places[batch.probe])
        guard (1...8).contains(id.length), probe.length == 16 else {
            return count(.batchIdentifier, at: range.lowerBound)
        }
        let (idAt, probeAt) = (range.lowerBound + id.offset, range.lowerBound + probe.offset)
        let name = CollectedBatch(
            probe: CollectedBatch.Probe(
                high: octets.unsigned(at: probeAt, 8), low: octets.unsigned(at: probeAt + 8, 8)),
            number: octets.unsigned(at: idAt, id.length))
        let isWhole = domain.faults == 0 && domain.strayFaults == strayFaults
        (domain.faults, domain.strayFaults) = (0, strayFaults)
        receiver.close(name, domain: domain.id, isWhole: isWhole)
    }
}
