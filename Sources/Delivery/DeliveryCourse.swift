import Exporter

/// How records get from a spool to one kind of collector. Used by its destination's thread alone.
protocol DeliveryCourse: AnyObject {
    /// Connects, sends what is pending and hears what becomes of it, until everything has been delivered or it cannot go on.
    /// `captureStatistics` are asked for once in a while, for options data; `isLeft` tells whether nobody wants it to go on.
    /// Throws a message for people when there is no connection to be had.
    func run(captureStatistics: () -> ExportStatistics, isLeft: () -> Bool) throws(ExportError) -> DeliveryEnd

    /// Forgets what it has in hand: somebody else has delivered from the same account meanwhile.
    func takeOver()

    /// Seconds to wait now that `run` has thrown.
    func nextPause() -> Int
}

/// How a course came to its end.
enum DeliveryEnd {
    /// The spool is closed, and the collector has everything.
    case finished
    /// It cannot go on: why, a sentence, and seconds after which it may be tried again.
    case lost(String, retryAfter: Int)
}
