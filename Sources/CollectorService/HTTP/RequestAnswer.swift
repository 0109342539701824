import Collector
import NIOHTTP1

/// What a request is answered with (docs/export-contract.md): 2xx when its records are on disk, 4xx of 400, 413, 415 and 422
/// alone when part of them is the fault. An exporter gives records up for those: what is wrong with a request's form is
/// answered with something else. Thrown where a request is not looked at.
struct RequestAnswer: Error {
    let status: HTTPResponseStatus
    /// For people: a sentence.
    let text: String
    var fields: [(String, String)] = []

    /// Seconds after which who could not be served may come again.
    private static let retryAfter = ("Retry-After", "5")

    static func wrongMethod() -> RequestAnswer {
        RequestAnswer(
            status: .methodNotAllowed, text: "Batches are taken by POST.", fields: [("Allow", "POST")])
    }

    static func unauthorized() -> RequestAnswer {
        RequestAnswer(
            status: .unauthorized, text: "The collector wants the token that its --token file has.",
            fields: [("WWW-Authenticate", "Bearer")])
    }

    static func unknownForm(_ text: String) -> RequestAnswer { RequestAnswer(status: .notImplemented, text: text) }

    static func later(_ text: String) -> RequestAnswer {
        RequestAnswer(status: .serviceUnavailable, text: text, fields: [retryAfter])
    }

    static func ended(_ end: RequestEnd) -> RequestAnswer {
        switch end {
        case .durable: RequestAnswer(status: .ok, text: "The records are on disk.")
        case .refused: RequestAnswer(status: .unprocessableEntity, text: "The batch came twice and was not whole.")
        case .malformed: RequestAnswer(status: .badRequest, text: "The body is no IPFIX, or was not whole.")
        case .tooLarge(let reason): RequestAnswer(status: .payloadTooLarge, text: reason)
        case .notNow(let reason): later(reason)
        }
    }
}

/// How requests were answered.
struct RequestTally {
    /// With success.
    private(set) var taken: UInt64 = 0
    /// That what was sent is not taken (4xx).
    private(set) var refused: UInt64 = 0
    /// That they cannot be served, now or at all (5xx).
    private(set) var deferred: UInt64 = 0

    mutating func count(_ status: HTTPResponseStatus) {
        switch status.code {
        case ..<300: taken += 1
        case ..<500: refused += 1
        default: deferred += 1
        }
    }
}
