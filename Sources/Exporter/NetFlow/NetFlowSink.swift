import FlowTable
import Glibc
import NetTypes

/// Exports NetFlow version 9 or 5 in datagrams. Nobody acknowledges them; what the format cannot say is counted by reason
/// (`Inexpressible`). A record becomes one for each direction that has packets.
package final class NetFlowSink: CollectorSink {
    /// What was sent so far, and what was not; complete after `finish`.
    package private(set) var statistics = IPFIXStatistics()
    /// Of no use: NetFlow has no options data for it here.
    package var captureStatistics = ExportStatistics()
    /// Whether the host of the collector does not say that nobody takes datagrams there.
    package var isConnected: Bool { !refusal.isStanding }
    private var refusal = Refusal()

    private let version: NetFlowVersion
    private let options: IPFIXOptions
    private let destination: String
    private let deliver: (Span<UInt8>, inout UInt64) -> Bool
    private var message: NetFlowMessage
    private var format: NetFlow9Format
    private var clock = UptimeClock()
    /// Whose records the open message has.
    private var domain: UInt32 = 0
    /// By source id; for version 5 by engine.
    private var sequences: [UInt32: UInt32] = [:]
    /// Version 9: domains whose templates have been sent, in order.
    private var announced: [UInt32] = []
    private var recordsSinceAnnouncement = 0
    private var lastAnnouncement = ContinuousClock.now

    /// An export to `endpoint`, whose transport tells the version. Throws when there is no way to it.
    package convenience init(
        _ version: NetFlowVersion, endpoint: ExportEndpoint, options: IPFIXOptions = IPFIXOptions()
    ) throws(ExportError) {
        let sender = try DatagramSender(endpoint, octetsPerSecond: options.maximumOctetsPerSecond)
        self.init(
            version, destination: endpoint.name, options: options,
            limit: sender.address.family == AF_INET6 ? NetFlowMessage.longestOverIPv6 : NetFlowMessage.longest
        ) { sender.send($0, refusals: &$1) }
    }

    /// An export whose messages, of at most `limit` octets, are given to `deliver`, which tells whether it took the message, and
    /// counts refusals.
    package init(
        _ version: NetFlowVersion, destination: String, options: IPFIXOptions = IPFIXOptions(),
        limit: Int = NetFlowMessage.longest,
        deliver: @escaping (Span<UInt8>, inout UInt64) -> Bool
    ) {
        self.version = version
        self.destination = destination
        self.options = options
        self.deliver = deliver
        message = NetFlowMessage(limit: limit)
        format = NetFlow9Format(elements: options.elements)
    }

    /// Encodes the batch, and sends each message that is full.
    package func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        clock.advance(to: packetClock)
        for index in records.indices {
            let record = records[index]
            if version == .five, record.ipVersion != 4 {
                statistics.inexpressible.leaveOut(
                    packets: record.packetsForward &+ record.packetsReverse,
                    octets: record.octetsForward &+ record.octetsReverse)
                continue
            }
            let hasReverse = record.packetsReverse != 0
            if record.packetsForward != 0 || !hasReverse { add(OneWayFlow(record, isReverse: false), record) }
            if hasReverse { add(OneWayFlow(record, isReverse: true), record) }
        }
    }

    /// Sends the message that is being filled.
    package func flush() throws(ExportError) { send() }

    /// Sends the last message. Throws when records could not be sent.
    package func finish(packetClock: Nanoseconds) throws(ExportError) {
        send()
        guard statistics.failedRecords == 0 else {
            throw ExportError(
                "\(statistics.failedRecords) flow records could not be sent to \(destination): the network took no more. They "
                    + "stand for \(statistics.failedPackets) packets and \(statistics.failedOctets) octets. Check the "
                    + "collector, then run the export again.")
        }
    }

    private func add(_ flow: consuming OneWayFlow, _ record: borrowing FlowRecord) {
        if record.observationDomainId != domain {
            send()
            domain = record.observationDomainId
        }
        let (first, last) = (min(flow.first, OneWayFlow.lastMilliseconds), min(flow.last, OneWayFlow.lastMilliseconds))
        if !clock.reaches(first, last) {
            // The start is told by a message's header: what the open one has was counted from the old one.
            send()
            clock.choose(first, last)
        }
        let (begin, end) = (clock.offset(first), clock.offset(last))
        if !begin.isExact || !end.isExact || first != flow.first || last != flow.last {
            statistics.inexpressible[.time] += 1
        }
        switch version {
        case .nine: add9(flow, begin.milliseconds, end.milliseconds)
        case .five: add5(flow, begin.milliseconds, end.milliseconds)
        }
    }

    private func add9(_ flow: borrowing OneWayFlow, _ first: UInt32, _ last: UInt32) {
        announceIfDue()
        if !format.hasRoom(for: flow, in: message) { send() }
        if message.isEmpty { format.begin(&message) }
        format.append(flow, first: first, last: last, to: &message)
        recordsSinceAnnouncement += 1
    }

    private func add5(_ flow: consuming OneWayFlow, _ first: UInt32, _ last: UInt32) {
        let parts = NetFlow5Format.parts(flow)
        if parts > 1 { statistics.splitRecords += 1 }
        let (packets, octets) = (flow.packets, flow.octets)
        let largest = UInt64(UInt32.max)
        if packets / parts >= largest && packets != parts * largest
            || octets / parts >= largest && octets != parts * largest
        {
            statistics.inexpressible[.counter] += 1
        }
        for part in 0..<parts {
            if !NetFlow5Format.hasRoom(message) { send() }
            if message.isEmpty { NetFlow5Format.begin(&message) }
            flow.packets = NetFlow5Format.share(packets, part, of: parts)
            flow.octets = NetFlow5Format.share(octets, part, of: parts)
            NetFlow5Format.append(flow, first: first, last: last, to: &message)
        }
    }

    /// Sends templates before the first record of a domain, in copies, and all again when it is time (RFC 3954 section 9).
    private func announceIfDue() {
        if !announced.contains(domain) {
            send()
            announced.append(domain)
            for _ in 0..<options.templateCopies { announce() }
            (recordsSinceAnnouncement, lastAnnouncement) = (0, .now)
        } else if recordsSinceAnnouncement >= options.templateRefreshRecords
            || lastAnnouncement.duration(to: .now) >= .seconds(options.templateRefreshSeconds)
        {
            send()
            let current = domain
            for one in announced {
                domain = one
                announce()
            }
            domain = current
            (recordsSinceAnnouncement, lastAnnouncement) = (0, .now)
        }
    }

    private func announce() {
        for template in format.all {
            if !format.hasRoom(for: template, in: message) { send() }
            if message.isEmpty { format.begin(&message) }
            format.append(template, to: &message)
        }
        send()
    }

    /// Sends the open message, if there is one. Its records count as sent in the sequence, whatever becomes of it: a
    /// collector shall see the gap.
    private func send() {
        guard !message.isEmpty else { return }
        let seconds = clock.seconds(latest: message.latest)
        let upTime = clock.upTime(at: seconds)
        // Version 5 has 16 bits for what tells its exporters apart.
        let source = version == .nine ? domain : domain & 0xFFFF
        let sequence = sequences[source, default: 0]
        switch version {
        case .nine:
            format.end(&message, upTime: upTime, seconds: UInt32(seconds), sequence: sequence, domain: domain)
            sequences[source] = sequence &+ 1
        case .five:
            NetFlow5Format.end(
                &message, upTime: upTime, seconds: UInt32(seconds), sequence: sequence,
                engine: UInt16(truncatingIfNeeded: source))
            sequences[source] = sequence &+ UInt32(truncatingIfNeeded: message.records)
        }
        let refusals = statistics.refusals
        defer { refusal.note(statistics.refusals != refusals) }
        if deliver(message.octets.span, &statistics.refusals) {
            statistics.messages += 1
            statistics.octets += UInt64(message.octets.count)
            statistics.records += message.records
        } else {
            statistics.failedRecords += message.records
            statistics.failedPackets &+= message.packets
            statistics.failedOctets &+= message.flowOctets
        }
        message.clear()
    }
}
