import Dispatch
import Glibc
import Synchronization

/// A wish that somebody sends by a signal, taken up when there is time for it.
final class SignalRequest {
    private let isPending: Flag
    private let source: any DispatchSourceSignal

    private final class Flag: Sendable { let value = Atomic(false) }

    /// Listens for the signal `number`, which no longer ends the program, and calls `wake` when it has come.
    init(_ number: Int32, wake: @escaping @Sendable () -> Void = {}) {
        let flag = Flag()
        isPending = flag
        signal(number, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: number, queue: DispatchQueue(label: "flowprobe.signals"))
        source.setEventHandler {
            flag.value.store(true, ordering: .relaxed)
            wake()
        }
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
