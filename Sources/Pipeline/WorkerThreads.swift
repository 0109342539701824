import Foundation

/// Threads that run one function and are waited for.
enum WorkerThreads {
    /// Runs `body` on `count` threads, the caller's among them, and returns when all have returned.
    static func run(count: Int, _ body: @escaping @Sendable () -> Void) {
        let group = DispatchGroup()
        for number in 0..<max(0, count - 1) {
            group.enter()
            let thread = Thread {
                body()
                group.leave()
            }
            thread.name = "flow worker \(number)"
            thread.start()
        }
        body()
        group.wait()
    }
}
