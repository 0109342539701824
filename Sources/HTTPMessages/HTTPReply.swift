/// What a receiver answered to a request.
package struct HTTPReply: Equatable, Sendable {
    /// The status code (RFC 9110 section 15).
    package var status: Int
    /// Seconds for which the receiver wants to be left alone (`Retry-After`), as it says it; nil when it does not.
    package var retryAfter: Int?
    /// The beginning of its text, printable ASCII on one line: for messages to people.
    package var text = ""
    /// Whether the connection can be used for another request.
    package var keepsAlive = false

    /// What an answer means for the records that were sent.
    package enum Verdict: Sendable, Equatable {
        /// The receiver has made them durable.
        case accepted
        /// It will never take them as they are: part of them is the fault, or the size.
        case refused
        /// It does not take them now. The fault is the receiver's, or in the address or the credentials: nothing of it is
        /// the records', and no record may be given up for it.
        case deferred
    }

    /// What the answer means.
    package var verdict: Verdict {
        switch status {
        case 200..<300: .accepted
        case 400, 413, 415, 422: .refused
        default: .deferred
        }
    }

    /// What to do about an answer that is not one of success.
    package var advice: String {
        switch status {
        case 300..<400: "Redirects are not followed: give the address that it is moved to."
        case 401: "Put credentials that are accepted into the file that token or basic names; it is read each time."
        case 403: "Check what the receiver lets this probe do."
        case 404, 405, 410: "Check the path of its address, and that it takes POST there."
        case 407: "A proxy wants credentials: let the probe reach the receiver without it."
        case 408, 425, 429, 503: "It is asked again later."
        case 500...: "Check the receiver's own log."
        default: "Check what the receiver says, and its address."
        }
    }

    /// Status and text, for the middle of a sentence.
    package var summary: String { text.isEmpty ? "\(status)" : "\(status) (\(text))" }

    /// An answer from its parts.
    package init(status: Int, retryAfter: Int? = nil, text: String = "", keepsAlive: Bool = false) {
        self.status = status
        self.retryAfter = retryAfter
        self.text = text
        self.keepsAlive = keepsAlive
    }
}
