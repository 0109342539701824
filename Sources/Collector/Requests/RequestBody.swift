/// The body of one request: IPFIX messages, packed or not, whose records are held until it ends.
package struct RequestBody {
    private let session: CollectorSession
    private let holder: BatchHolder
    private let decoder: ContentDecoder
    private let name: String?
    private let limit: Int
    private var stream = MessageStream()
    /// Octets that were unpacked.
    package private(set) var octets = 0
    private let faults: UInt64
    private let shortages: UInt64
    /// How it ended before its end; nil while it has not.
    private var end: RequestEnd?

    /// Of a request called `name` that begins, to which at most `limit` unpacked octets belong.
    package init(
        _ session: CollectorSession, _ holder: BatchHolder, _ decoder: ContentDecoder, name: String?, limit: Int
    ) {
        (self.session, self.holder, self.decoder, self.name) = (session, holder, decoder, name)
        self.limit = limit
        (faults, shortages) = (session.faults, Self.shortages(session))
    }

    /// How often what is kept of an exporter, or of all, was not enough: that is no fault of what it sends.
    private static func shortages(_ session: CollectorSession) -> UInt64 {
        session.tally.malformed[.tooManyDomains] + session.tally.malformed[.tooManyTemplates]
    }

    /// Whether nothing more of it is wanted, whatever comes.
    package var isOver: Bool { end != nil || holder.refusal != nil }

    /// Takes what follows.
    package mutating func take(_ more: [UInt8]) {
        guard !isOver else { return }
        let isPacked = decoder.decode(more) { piece in
            octets += piece.count
            guard octets <= limit else {
                end = .tooLarge("A request may have \(limit >> 20) MiB. Let the exporter make smaller batches.")
                return false
            }
            stream.append(piece)
            while let message = stream.next() {
                session.receive(message.span, to: holder)
                if holder.refusal != nil { return false }
            }
            return !stream.isBroken
        }
        if !isPacked || stream.isBroken { end = end ?? .malformed }
        if isOver { endStream() }
    }

    private mutating func endStream() {
        session.end(pending: holder.refusal == nil ? stream.pending : 0, isBroken: stream.isBroken)
        stream = MessageStream()
    }

    /// Ends it: what became of its records.
    package mutating func finish() -> RequestEnd {
        let isWhole = !isOver && decoder.isWhole && stream.pending == 0 && session.faults == faults
        if !isOver { endStream() }
        let held = holder.endRequest(
            key: name.map { RequestKey($0, records: session.recordDigest) }, isWhole: isWhole)
        let isShort = Self.shortages(session) > shortages
        session.renew()
        switch held {
        case .malformed where isShort, .refused where isShort:
            return .notNow("More templates or observation domains came than are kept.")
        case .malformed: return end ?? held
        default: return held
        }
    }
}
