import Collector
import HTTPMessages

/// The body of one request: IPFIX messages, packed or not, whose records are held until it ends.
package struct RequestBody {
    private let session: CollectorSession
    private let holder: BatchHolder
    private let decoder: ContentDecoder
    private let key: String?
    private let limit: Int
    private var stream = MessageStream()
    /// Octets that were unpacked.
    package private(set) var octets = 0
    private let faults: UInt64
    /// How it ended before its end; nil while it has not.
    private var end: RequestEnd?

    /// Of a request that begins, to which at most `limit` unpacked octets belong.
    package init(
        _ session: CollectorSession, _ holder: BatchHolder, _ decoder: ContentDecoder, key: String?, limit: Int
    ) {
        session.renew()
        (self.session, self.holder, self.decoder, self.key) = (session, holder, decoder, key)
        self.limit = limit
        faults = session.faults
    }

    /// Takes what follows. Whether a message became whole.
    package mutating func take(_ more: [UInt8]) -> Bool {
        guard end == nil else { return false }
        let messages = session.tally.messages
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
        if !isPacked { end = .malformed }
        return session.tally.messages != messages
    }

    /// Ends it: what became of its records.
    package mutating func finish() -> RequestEnd {
        let isWhole = end == nil && decoder.isWhole && stream.pending == 0 && session.faults == faults
        // Of what is refused the rest was not looked at.
        if end == nil, holder.refusal == nil { session.end(pending: stream.pending, isBroken: stream.isBroken) }
        let held = holder.endRequest(key: key, isWhole: isWhole)
        return held == .malformed ? end ?? held : held
    }
}
