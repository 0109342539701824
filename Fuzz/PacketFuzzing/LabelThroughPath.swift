import FlowTable
import Labels
import NetTypes
import PacketDecode

/// What came of a flow that went the whole way: the label in its record, whether that could be compared, and what was wrong.
package struct LabelledOutcome: Sendable {
    /// Selector of the label of the first client's record; 0 for none.
    package var selector = 0
    /// What told it; 0 for nothing.
    package var source: UInt8 = 0
    /// Whether the records were held against what the inspector says of the same payloads by itself.
    package var isCompared = false
    /// What was wrong, as sentences.
    package var mistakes: [String] = []
}

/// Sends the flow of `octets` (`FlowInput` says what they mean), once each for two clients in turns, through decoder, flow table
/// and labels to its records, and says what is wrong with their labels.
///
/// Whatever headers are around a flow, and whatever flow goes beside it, its label is what the inspector says of its
/// payloads alone. Not compared are flows that the decoder sees otherwise than they were made, as a tunnel's port lets it,
/// and inputs that ask for room for one flow at a time: there the flows take the inspector from each other.
package func labelThroughPath(_ octets: [UInt8]) -> LabelledOutcome {
    var outcome = LabelledOutcome()
    guard let input = FlowInput(octets), !input.segments.isEmpty else { return outcome }
    let (records, packets) = sendThrough(input)
    for record in records {
        if !record.labelIsSound { outcome.mistakes.append("the label of flow \(record.flowId) contradicts itself") }
    }
    let clients: [UInt8] = [1, 2]
    guard records.count == clients.count, records.reduce(0, { $0 + $1.packetsForward + $1.packetsReverse }) == packets,
        records.allSatisfy({
            $0.protocolIdentifier == input.transport && $0.tunnelDepth == input.wrapping.depth
                && ($0.ipVersion == 6) == input.wrapping.isIPv6
        })
    else { return outcome }
    (outcome.selector, outcome.source) = (records[0].applicationSelector, records[0].labelSource)
    guard !input.isCrowded else { return outcome }
    outcome.isCompared = true
    for record in records {
        let expected = expectation(input, isBegunByClient: record.isBegunByClient)
        let found = (record.applicationSelector, record.labelSource, record.labelConfidence)
        if found != expected {
            outcome.mistakes.append("the record's label is \(found), the inspector's is \(expected)")
        }
    }
    return outcome
}

/// The records of both clients' flows in the order of their first packets, and how many packets they had in all.
private func sendThrough(_ input: FlowInput) -> (records: [FlowRecord], packets: UInt64) {
    let clients: [UInt8] = [1, 2]
    var frames = input.transport == 6 ? clients.map { input.frame(nil, client: $0) } : []
    for segment in input.segments { frames += clients.map { input.frame(segment, client: $0) } }
    let source = FuzzedSource(FuzzedInput(frames: frames, timeStep: 500_000))
    var configuration = FlowTableConfiguration()
    configuration.memoryOctets = 1
    configuration.labels = LabelConfiguration()
    if input.isCrowded { configuration.labels?.flowsAtOnce = 1 }
    let table = FlowTable(configuration: configuration)
    var decoder = PacketDecoder()
    let batch = PacketBatch(capacity: 32)
    let facts = FactsBatch(capacity: 32)
    var partition = Partition(capacity: 32)
    let output = RecordBuffer()
    var records: [FlowRecord] = []
    func take(_ buffer: RecordBuffer) {
        for index in 0..<buffer.count { records.append(buffer.records[index]) }
    }
    var (packets, last): (UInt64, UInt64) = (0, 0)
    while source.fill(batch) {
        decoder.decode(batch, into: facts)
        packets += UInt64(batch.count)
        last = batch.frameNumber(batch.count - 1)
        table.partition(facts, into: &partition)
        for stripe in 0..<FlowTable.stripeCount {
            table.apply(facts, partition, stripe: stripe, packets: batch, output: output)
        }
    }
    take(output)
    table.flush(now: FuzzedSource.start, at: last) { take($0) }
    return (records, packets)
}

/// What the inspector says of the flow's payloads by itself: selector, source, confidence.
private func expectation(_ input: FlowInput, isBegunByClient: Bool) -> (Int, UInt8, UInt8) {
    guard let transport = LabelTransport(protocolIdentifier: input.transport),
        input.segments.contains(where: { !$0.payload.isEmpty })
    else { return (0, 0, 0) }
    var inspector = LabelInspector()
    var budget = LabelBudget(nanosecondsPerSecond: 1_000_000_000)
    let ports = (input.clientPort, input.serverPort)
    inspector.begin(
        transport: transport, initiatorPort: isBegunByClient ? ports.0 : ports.1,
        responderPort: isBegunByClient ? ports.1 : ports.0)
    for segment in input.segments {
        let packet = LabelPacket(
            isFromInitiator: segment.isFromClient == isBegunByClient, sequence: segment.sequence,
            time: FuzzedSource.start)
        inspector.inspect(segment.payload.span, of: packet, budget: &budget)
    }
    let standing = inspector.standing
    guard let label = standing.label else { return (0, 0, 0) }
    return (Int(label.rawValue), standing.source.rawValue, standing.confidence.rawValue)
}

extension FlowRecord {
    /// Whether label, source and confidence agree with each other.
    var labelIsSound: Bool {
        guard presence.contains(.label) else { return applicationId == 0 && labelSource == 0 && labelConfidence == 0 }
        return ApplicationLabel(rawValue: UInt16(applicationSelector)) != nil
            && applicationId >> 56 == FlowRecord.applicationEngine && (1...3).contains(labelSource)
            && (1...3).contains(labelConfidence) && (labelSource == 1) == (labelConfidence == 1)
            && LabelTransport(protocolIdentifier: protocolIdentifier) != nil
    }

    /// Whether the flow's initiator is one of the clients of a `FlowInput`, whose last octet is 1 or 2.
    fileprivate var isBegunByClient: Bool { sourceLow & 0xFFFF == sourceLow & 3 || sourceLow >> 8 == 0xC0_0002 }
}
