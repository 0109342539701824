import HTTPMessages
import NetTypes

/// Reads octets as what a receiver answers to one request: the first octet says in pieces of how many octets they come and whether
/// the connection ends behind them. The status of the answer; nil when it is none, or not whole. Traps when an answer is not
/// within its bounds, or is another when it comes in one piece.
package func checkAnswer(_ input: [UInt8]) -> Int? {
    guard let choice = input.first else { return nil }
    let octets = Array(input.dropFirst())
    let ends = choice & 1 == 1
    let inPieces = read(octets, pieces: 1 + Int(choice >> 1), ends: ends)
    let whole = read(octets, pieces: max(1, octets.count), ends: ends)
    switch (inPieces, whole) {
    case (.reply(var one), .reply(var other)):
        // What follows an answer at once tells that the connection is of no more use; what comes later is not waited for.
        (one.keepsAlive, other.keepsAlive) = (false, false)
        precondition(one == other, "two answers in the same octets")
        precondition(one.text.utf8.count <= 160 && one.text.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "text")
        precondition((one.retryAfter ?? 0) >= 0, "a wait that is over")
        return one.status
    case (.malformed(let text), .malformed):
        precondition(!text.isEmpty, "nothing is said")
        return nil
    case (.incomplete, .incomplete):
        precondition(!ends, "an answer that never ends")
        return nil
    default: preconditionFailure("pieces: \(inPieces), whole: \(whole)")
    }
}

private func read(_ octets: [UInt8], pieces: Int, ends: Bool) -> HTTPExchange.Progress {
    guard let exchange = try? HTTPExchange(),
        (try? exchange.request("/", [("Host", "x"), ("Content-Length", "0")])) != nil
    else { preconditionFailure("a request cannot be made") }
    let now: Nanoseconds = 784_111_777 * nanosecondsPerSecond
    var start = 0
    while start < octets.count {
        let end = min(octets.count, start + pieces)
        let progress = exchange.take(Array(octets[start..<end]), now: now)
        if progress != .incomplete { return progress }
        start = end
    }
    return ends ? exchange.end(now: now) : .incomplete
}
