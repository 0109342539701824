import Foundation
import Service
import Synchronization
import Testing

@Suite struct WatchdogTests {
    /// A clock that tests turn by hand.
    private final class Clock: Sendable {
        private let time = Mutex<UInt64>(1_000_000_000_000)
        var now: UInt64 { time.withLock { $0 } }
        func advance(_ nanoseconds: UInt64) { time.withLock { $0 += nanoseconds } }
    }

    @Test(
        arguments: [
            (["WATCHDOG_USEC": "30000000"], 30_000_000_000),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"], 30_000_000_000),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"], nil), ([:], nil), (["WATCHDOG_USEC": "0"], nil),
            (["WATCHDOG_USEC": "-1"], nil), (["WATCHDOG_USEC": "x"], nil),
            (["WATCHDOG_USEC": "18446744073709551615"], nil),
        ] as [([String: String], UInt64?)])
    func interval(environment: [String: String], expected: UInt64?) {
        #expect(Watchdog.interval(environment: environment, process: 7) == expected)
    }

    @Test func fedOnlyWhileEveryLoopTurns() throws {
        let clock = Clock()
        let fed = Atomic(0)
        let reported = Mutex<[Heartbeats.Stale]>([])
        let interval: UInt64 = 20_000_000_000
        let heartbeats = Heartbeats(limit: Watchdog.heartbeatLimit(interval)) { clock.now }
        let watchdog = Watchdog(
            interval: interval, heartbeats: heartbeats, notify: { fed.wrappingAdd(1, ordering: .relaxed) },
            onStale: { stale in reported.withLock { $0 += stale } })
        #expect(watchdog.turn())
        let first = heartbeats.add("eth0 worker 1")
        let second = heartbeats.add("eth0 worker 2")
        // A loop counts as turning from the moment it was added.
        clock.advance(9_999_999_999)
        #expect(watchdog.turn() && heartbeats.verdict == .passing)
        first.beat(at: clock.now)
        clock.advance(1)
        #expect(!watchdog.turn())
        #expect(reported.withLock { $0.map { "\($0.name) \($0.age)" } } == ["eth0 worker 2 10000000000"])
        #expect(heartbeats.verdict == .failing(["eth0 worker 2 has not turned for 10 s."]))
        clock.advance(60_000_000_000)
        #expect(heartbeats.stale.count == 2)
        second.beat(at: clock.now)
        first.beat(at: clock.now)
        #expect(watchdog.turn())
        // One that has ended as it should is not missed.
        clock.advance(9_000_000_000)
        first.beat(at: clock.now)
        clock.advance(9_000_000_000)
        #expect(!watchdog.turn())
        heartbeats.remove(second)
        #expect(watchdog.turn())
        // A time before the last turn is no age.
        first.beat(at: clock.now + 5)
        #expect(first.age(at: clock.now) == 0 && watchdog.turn())
        #expect(fed.load(ordering: .relaxed) == 5)
    }

    /// The whole chain with a real socket and a real clock: a loop that stops turning silences the watchdog.
    @Test(.timeLimit(.minutes(10))) func aStuckLoopIsNotFed() async throws {
        let folder = try TemporaryFolder()
        let receiver = try #require(DatagramReceiver(folder.path("n")))
        let environment = ["NOTIFY_SOCKET": folder.path("n"), "WATCHDOG_USEC": "4000000"]
        let notifier = try #require(try ServiceNotifier(environment: environment))
        let interval = try #require(Watchdog.interval(environment: environment))
        #expect(interval == 4_000_000_000)
        let heartbeats = Heartbeats(limit: Watchdog.heartbeatLimit(interval))
        let watchdog = Watchdog(interval: interval, heartbeats: heartbeats, notify: { notifier.send(.watchdog) })
        let heartbeat = heartbeats.add("loop")
        let isStuck = Atomic(false)
        let isOver = Atomic(false)
        let loop = Task.detached {
            try await Background.value {
                while !isOver.load(ordering: .relaxed) {
                    if !isStuck.load(ordering: .relaxed) { heartbeat.beat() }
                    usleep(20_000)
                }
            }
        }
        watchdog.start()
        for _ in 0..<3 {
            #expect(try await Background.value { receiver.receive(milliseconds: 20_000) } == "WATCHDOG=1")
        }
        isStuck.store(true, ordering: .relaxed)
        // Fed for at most half the interval more, then not at all.
        try await Task.sleep(for: .milliseconds(2500))
        while receiver.receive(milliseconds: 0) != nil {}
        #expect(try await Background.value { receiver.receive(milliseconds: 2500) } == nil)
        #expect(heartbeats.stale.map(\.name) == ["loop"])
        isStuck.store(false, ordering: .relaxed)
        #expect(try await Background.value { receiver.receive(milliseconds: 20_000) } == "WATCHDOG=1")
        watchdog.stop()
        isOver.store(true, ordering: .relaxed)
        try await loop.value
    }
}
