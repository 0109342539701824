import FlowTable
import NetTypes

/// The exporting process (RFC 7011) for one destination: announces each domain, encodes records, hands blocks of
/// messages to a transport, keeps the books. `IPFIXFileSink`, `IPFIXUDPSink` and `IPFIXTCPSink` give it its transport.
package class IPFIXSink: CollectorSink {
    /// What was sent so far, and what was not; complete after `finish`.
    package private(set) var statistics = IPFIXStatistics()
    /// The capture side's numbers, for options data. Set them before `finish`.
    package var captureStatistics = ExportStatistics()
    /// Records that whoever feeds this sink has given up, for options data: they count as not sent beside those that failed.
    package var givenUp: UInt64 = 0

    private let options: IPFIXOptions
    private let transport: any MessageTransport
    private var builder: MessageBuilder
    private let templates: [FlowTemplate]
    private var announcements: [UInt32: Announcement] = [:]
    /// Domains announced in this session, in order.
    private var announced: [UInt32] = []
    private var recordsSinceAnnouncement = 0
    /// The latest packet clock.
    private var packetClock: Nanoseconds = 0
    /// What this session's collector knows of the inputs.
    private var toldMirror: [MirrorState] = []
    private var toldOverload: [OverloadState] = []
    private var lastAnnouncement = ContinuousClock.now
    private var lastStatistics = ContinuousClock.now
    /// Why the session is over, while there is none.
    private var lost: String?
    private var lastAttempt: ContinuousClock.Instant?
    private var failure: String?
    private var refusal = Refusal()

    /// An export to `transport`. Throws when `options` are out of range.
    package init(transport: any MessageTransport, options: IPFIXOptions) throws(ExportError) {
        try Self.check(options)
        let limit = min(options.messageOctets ?? transport.messageLimit, transport.messageLimit)
        var fitting = options
        fitting.templateOctets = limit - MessageBuilder.headerLength - MessageBuilder.setHeaderLength
        self.options = fitting
        self.transport = transport
        templates = FlowTemplate.all(options: fitting)
        if !transport.isConnected {
            lost = "there has been no connection yet"
            statistics.sessions = 0
        }
        builder = MessageBuilder(options: fitting, messageLimit: limit, blockLength: transport.blockLength)
    }

    private static func check(_ options: IPFIXOptions) throws(ExportError) {
        if let octets = options.messageOctets, !(512...65535).contains(octets) {
            throw ExportError(
                "An IPFIX message cannot be limited to \(octets) octets. Choose a number from 512 to 65535.")
        }
        guard (1...10).contains(options.templateCopies), options.templateRefreshSeconds >= 1,
            options.templateRefreshRecords >= 1, options.maximumOctetsPerSecond >= 0
        else {
            throw ExportError(
                "The IPFIX template options are out of range. Use 1 to 10 copies, a refresh after 1 second or more and "
                    + "1 record or more, and a rate of 0 or more octets a second.")
        }
        guard (1...3600).contains(options.timeoutSeconds), options.retrySeconds >= 1 else {
            throw ExportError(
                "The IPFIX timeouts are out of range. Use a timeout of 1 to 3600 seconds and a retry of 1 or more.")
        }
    }

    /// Encodes the batch; sends when a block is full.
    package func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        try consume(records, attributes: Span(), packetClock: packetClock)
    }

    /// Encodes the batch with its attributes.
    package func consume(
        _ records: Span<FlowRecord>, attributes: Span<UInt8>, packetClock: Nanoseconds
    ) throws(ExportError) {
        self.packetClock = max(self.packetClock, packetClock)
        builder.advance(to: packetClock)
        var index = 0
        var walk = AttributeWalk()
        while index < records.count {
            if lost != nil, !reconnect() {
                countUnsent(records, from: index)
                return
            }
            let domain = records[index].observationDomainId
            if !announced.contains(domain) { try begin(domain) }
            if transport.isDatagram, refreshIsDue { try announceAgain() }
            guard lost == nil else { continue }
            builder.select(domain: domain)
            let next = builder.encode(records, from: index, attributes: attributes, &walk)
            recordsSinceAnnouncement += next - index
            index = next
            if index < records.count, builder.isFull { try send() }
        }
    }

    /// Sends what has been collected, complete messages or not: for live use, so that a quiet network's records leave.
    package func flush() throws(ExportError) {
        advance()
        // A quiet link has to be readable as well.
        if transport.isDatagram, lost == nil, !announced.isEmpty, refreshIsDue { try announceAgain() }
        if options.statisticsSeconds > 0, lost == nil, announced.contains(0),
            lastStatistics.duration(to: .now) >= .seconds(options.statisticsSeconds)
        {
            lastStatistics = .now
            try addStatistics()
            try addStates()
        }
        try tellMirror()
        try tellOverload()
        try send()
    }

    /// Ends the transport session, with `statistics` of the processes if asked, and begins another in the place that `change`
    /// makes: sequence numbers from 0, templates again before their data.
    package func renewSession(
        statistics wantsStatistics: Bool, _ change: () throws(ExportError) -> Void
    ) throws(ExportError) {
        try send()
        if wantsStatistics, lost == nil, !announced.isEmpty {
            try addStatistics()
            try send()
        }
        try change()
        // A file that is read by itself has to say how things stand; requests follow one another too fast for that.
        if wantsStatistics { (toldMirror, toldOverload) = ([], []) }
        beginSession()
    }

    private func beginSession() {
        announced = []
        builder.restart()
        // A host's clock that was set back is right now.
        if options.isLive { advance() } else { builder.advance(to: packetClock) }
        statistics.sessions += 1
    }

    /// In live use messages are sent when they are made, whether there are packets or not.
    private func advance() { if options.isLive { builder.advance(to: HostClock.timeOfDay) } }

    /// Tells how the inputs are when that is news, even in a session that has had no records: a dead port has none.
    private func tellMirror() throws(ExportError) {
        let mirror = captureStatistics.mirror
        let isKnown =
            mirror.count == toldMirror.count && zip(mirror, toldMirror).allSatisfy { !$0.isNews(after: $1) }
        guard options.tellsMirror, !isKnown, lost == nil || reconnect() else { return }
        try addMirror()
    }

    private func addMirror() throws(ExportError) {
        for state in captureStatistics.mirror {
            try add(.mirrorVerdict, state.values, domain: state.observationDomainId)
        }
        toldMirror = captureStatistics.mirror
    }

    /// Tells what is given up under overload when that has changed.
    private func tellOverload() throws(ExportError) {
        let isKnown = captureStatistics.overload == toldOverload
        guard options.tellsOverload, !isKnown, lost == nil || reconnect() else { return }
        try addOverload()
    }

    private func addOverload() throws(ExportError) {
        for state in captureStatistics.overload {
            try add(.overload, state.values, domain: state.observationDomainId)
        }
        toldOverload = captureStatistics.overload
    }

    private func addStates() throws(ExportError) {
        if options.tellsMirror { try addMirror() }
        if options.tellsOverload { try addOverload() }
    }

    /// Goes on counting where earlier sessions with the same destination ended. What failed in them is sent again, and is no
    /// failure of this one. Call it before the first record.
    package func resume(_ earlier: IPFIXStatistics) {
        statistics = earlier
        (statistics.failedRecords, statistics.failedPackets, statistics.failedOctets) = (0, 0, 0)
        statistics.sessions += 1
    }

    /// Adds a record of options data to `domain`, which is announced first when it has not been.
    package func add(_ template: OptionsTemplate, _ values: [OptionsValue], domain: UInt32) throws(ExportError) {
        guard lost == nil else { return }
        advance()
        if !announced.contains(domain) { try begin(domain) }
        builder.select(domain: domain)
        try add(template.record(values), setId: template.id)
    }

    /// Whether records can be sent now, as far as is known.
    package var isConnected: Bool { lost == nil && !refusal.isStanding }

    private func send() throws(ExportError) {
        builder.seal()
        statistics.cutAttributes += builder.takeCutAttributes()
        guard builder.sealedLength > 0 else { return }
        let result = try transport.send(builder.sealed)
        refusal.note(result.refusals > 0)
        account(result)
        builder.discard()
        if let reason = result.lost {
            lost = reason
            (toldMirror, toldOverload) = ([], [])
            failure = failure ?? reason
        }
    }

    /// Sends the last records and the final statistics, and ends the session. Throws when records could not be sent.
    package func finish(packetClock: Nanoseconds) throws(ExportError) {
        builder.advance(to: packetClock)
        if lost == nil {
            // Records first, so that the statistics count them.
            try send()
        }
        if lost == nil {
            if !announced.contains(0) { try begin(0) }
            try addStatistics()
            try send()
        }
        if lost == nil { try transport.close() }
        guard statistics.failedRecords == 0, lost == nil else {
            throw ExportError(
                "\(statistics.failedRecords) flow records could not be sent to \(transport.destination): "
                    + "\(failure ?? lost ?? "messages were too long for the network"). "
                    + "They stand for \(statistics.failedPackets) packets and \(statistics.failedOctets) octets. "
                    + "Check the collector, then run the export again.")
        }
    }
}

extension IPFIXSink {
    private var refreshIsDue: Bool {
        recordsSinceAnnouncement >= options.templateRefreshRecords
            || lastAnnouncement.duration(to: .now) >= .seconds(options.templateRefreshSeconds)
    }

    /// Announces `domain` for the first time in this session, after domain 0.
    private func begin(_ domain: UInt32) throws(ExportError) {
        if domain != 0, !announced.contains(0) { try begin(0) }
        announced.append(domain)
        for _ in 0..<(transport.isDatagram ? options.templateCopies : 1) { try announce(domain) }
        (recordsSinceAnnouncement, lastAnnouncement) = (0, .now)
    }

    private func announceAgain() throws(ExportError) {
        for domain in announced { try announce(domain) }
        try addStatistics()
        try addStates()
        (recordsSinceAnnouncement, lastAnnouncement) = (0, .now)
    }

    private func announce(_ domain: UInt32) throws(ExportError) {
        let announcement = announcements[domain] ?? Announcement(domain: domain, options: options)
        announcements[domain] = announcement
        builder.select(domain: domain)
        for part in announcement.parts { try add(part.octets, setId: part.setId) }
        // Templates leave before data: a message of their own, so that a lost datagram of data takes none with it.
        builder.seal()
    }

    private func addStatistics() throws(ExportError) {
        builder.select(domain: 0)
        let exported = OptionsTemplate.exportingProcess.record([
            .number(1), .number(statistics.octets), .number(statistics.messages), .number(statistics.records),
            .number(statistics.failedRecords &+ givenUp), .number(statistics.failedPackets),
            .number(statistics.failedOctets),
        ])
        try add(exported, setId: OptionsTemplate.exportingProcess.id)
        let capture = captureStatistics
        let metered = OptionsTemplate.meteringProcess.record([
            .number(1), .number(capture.observedPackets), .number(capture.observedOctets),
            .number(capture.ignoredPackets), .number(capture.ignoredOctets), .number(capture.undecodablePackets),
            .number(capture.captureLossPackets), .number(capture.duplicatePackets),
            .number(capture.notSelectedPackets), .number(capture.notSelectedOctets),
        ])
        try add(metered, setId: OptionsTemplate.meteringProcess.id)
    }

    private func add(_ octets: [UInt8], setId: UInt16) throws(ExportError) {
        if builder.add(octets, setId: setId) || lost != nil { return }
        try send()
        _ = builder.add(octets, setId: setId)
    }

    /// Begins a new session when one was lost and enough time has passed; the first attempt is made at once.
    private func reconnect() -> Bool {
        if let lastAttempt, lastAttempt.duration(to: .now) < .seconds(options.retrySeconds) { return false }
        lastAttempt = .now
        guard transport.reconnect() else { return false }
        lost = nil
        (toldMirror, toldOverload) = ([], [])
        beginSession()
        return true
    }

    private func account(_ result: SendResult) {
        let block = builder.sealed
        var messages = 0
        var start = 0
        while let length = MessageTally.messageLength(block, at: start) {
            messages += 1
            start += length
        }
        var records = builder.sealedFlowRecords
        var octets = block.count
        for range in result.unsent {
            let unsent = block.extracting(range)
            let tally = MessageTally(unsent, templates: templates)
            records -= Int(tally.records)
            octets -= range.count
            start = 0
            while let length = MessageTally.messageLength(unsent, at: start) {
                messages -= 1
                start += length
            }
            statistics.failedRecords += tally.records
            statistics.failedPackets &+= tally.packets
            statistics.failedOctets &+= tally.octets
        }
        statistics.records += UInt64(max(0, records))
        statistics.messages += UInt64(max(0, messages))
        statistics.octets += UInt64(max(0, octets))
        statistics.refusals += result.refusals
    }

    /// Books records that came while there was no session, as the data records they would have become.
    private func countUnsent(_ records: Span<FlowRecord>, from first: Int) {
        for index in first..<records.count {
            let record = records[index]
            let ways = (record.packetsForward > 0 ? 1 : 0) + (record.packetsReverse > 0 ? 1 : 0)
            let splits = options.uniflow || TemplateShape.biflowIndex(record) == nil
            statistics.failedRecords += UInt64(splits ? max(1, ways) : 1)
            statistics.failedPackets &+= record.packetsForward &+ record.packetsReverse
            statistics.failedOctets &+= record.octetsForward &+ record.octetsReverse
        }
    }
}
