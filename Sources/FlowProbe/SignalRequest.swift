import Dispatch
import Glibc
import Synchronization

/// A wish that somebody sends by a signal, taken up when there is time for it.
final class SignalRequest {
    private let isPending: Flag
    private let source: any DispatchSourceSignal

    private final class Flag: Sendable { let value = Atomic(false) }

    /// Listens for the signal `number`, which no longer ends the program.
    init(_ number: Int32) {
        let flag = Flag()
        isPending = flag
        signal(number, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: number, queue: DispatchQueue(label: "flowprobe.signals"))
        source.setEventHandler { flag.value.store(true, ordering: .relaxed) }
        source.resume()
    }

    deinit { source.cancel() }

    /// Whether the signal has come since the last call.
    func take() -> Bool { taker() }

    /// `take` for another thread. Listening ends with this object all the same.
    var taker: @Sendable () -> Bool {
        let flag = isPending
        return { flag.value.exchange(false, ordering: .relaxed) }
    }
}
