import Collector
import CollectorService
import Exporter
import Foundation
import Synchronization

/// A server on a thread of its own, with limits small enough to be reached.
final class RunningServer: Sendable {
    private let server: CollectorServer
    private let told = Told()
    private let done = DispatchSemaphore(value: 0)
    private let outcome = Mutex<CollectorServer.Outcome?>(nil)

    init(_ configuration: CollectorConfiguration) throws {
        let told = told
        server = CollectorServer(
            configuration,
            CollectorListener(note: { told.add($0) }, wantsReport: { false }, report: { _ in }))
        let (server, done) = (server, done)
        Thread.detachNewThread { [weak self] in
            let result = try? server.run { _ in
                configuration.acknowledges
                    ? try CollectorOutput(batchLines: NoLines(), store: nil) : CollectorOutput(lines: nil, store: nil)
            }
            self?.outcome.withLock { $0 = result }
            done.signal()
        }
    }

    private final class Told: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    var said: [String] { told.all }

    /// The port, once it listens.
    func port() throws -> Int {
        for _ in 0..<12_000 {
            if let line = told.all.first, let port = line.dropLast().split(separator: ":").last.flatMap({ Int($0) }) {
                return port
            }
            usleep(5000)
        }
        throw ExportError("it does not listen")
    }

    func stop() -> CollectorServer.Outcome? {
        server.stop()
        done.wait()
        return outcome.withLock { $0 }
    }
}

/// Lines that nobody reads, as if a disk had them.
private final class NoLines: BatchLines {
    var ledger = BatchLedger()

    func write(_ lines: [UInt8], closing change: BatchLedger.Change?) { if let change { ledger.apply(change) } }
    func synchronize() {}
}
