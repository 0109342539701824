import Foundation
import Synchronization

/// Work on a thread of its own. A detached task would wait for a place in the cooperative pool, which may be full of
/// tests that wait for what the work does.
final class Background<Value: Sendable>: Sendable {
    private let result = Mutex<Value?>(nil)
    private let done = DispatchGroup()

    init(_ body: @escaping @Sendable () -> Value) {
        done.enter()
        Thread.detachNewThread {
            let value = body()
            self.result.withLock { $0 = value }
            self.done.leave()
        }
    }

    /// What the work returned, once it has.
    var value: Value {
        done.wait()
        return result.withLock { $0! }
    }
}
