import NIOCore

/// Runs tasks on an event loop's thread, and so away from the cooperative pool, which the rest of the program may have
/// filled with waiting.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // SAFETY: the job is run once, here, and the executor is kept alive by the closure.
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
