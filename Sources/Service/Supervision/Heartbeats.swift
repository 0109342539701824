import Synchronization

/// Shows that one loop of the program still turns: the loop stores the time at each turn, with work or without.
package final class Heartbeat: Sendable {
    /// Which loop, for messages.
    package let name: String
    private let lastTurn: Atomic<UInt64>

    init(name: String, now: UInt64) {
        self.name = name
        lastTurn = Atomic(now)
    }

    /// A turn at `now`, nanoseconds of the monotonic clock. One store.
    package func beat(at now: UInt64) { lastTurn.store(now, ordering: .relaxed) }

    /// A turn now.
    package func beat() { beat(at: MonotonicClock.nanoseconds) }

    /// Nanoseconds since the last turn; 0 when that is not over yet.
    package func age(at now: UInt64) -> UInt64 {
        let last = lastTurn.load(ordering: .relaxed)
        return now > last ? now - last : 0
    }
}

/// The heartbeats of all loops, of which none may stop.
package final class Heartbeats: Sendable {
    /// A loop that has not turned for too long.
    package struct Stale: Equatable, Sendable, CustomStringConvertible {
        /// Which loop.
        package let name: String
        /// Nanoseconds since its last turn.
        package let age: UInt64

        /// A sentence for a person.
        package var description: String { "\(name) has not turned for \(age / 1_000_000_000) s." }
    }

    /// A loop that has not turned for this long is stuck; in nanoseconds.
    package let limit: UInt64
    private let now: @Sendable () -> UInt64
    private let all = Mutex<[Heartbeat]>([])

    /// No heartbeats yet. `now` is a monotonic clock in nanoseconds.
    package init(limit: UInt64 = 10_000_000_000, now: @escaping @Sendable () -> UInt64 = { MonotonicClock.nanoseconds })
    {
        self.limit = limit
        self.now = now
    }

    /// A heartbeat for a loop that begins now.
    package func add(_ name: String) -> Heartbeat {
        let heartbeat = Heartbeat(name: name, now: now())
        all.withLock { $0.append(heartbeat) }
        return heartbeat
    }

    /// Forgets a loop that has ended as it should.
    package func remove(_ heartbeat: Heartbeat) { all.withLock { $0.removeAll { $0 === heartbeat } } }

    /// The loops that are stuck.
    package var stale: [Stale] {
        let time = now()
        return all.withLock { heartbeats in
            heartbeats.compactMap { heartbeat in
                let age = heartbeat.age(at: time)
                return age < limit ? nil : Stale(name: heartbeat.name, age: age)
            }
        }
    }

    /// For `/healthz`.
    package var verdict: HealthVerdict { HealthVerdict(problems: stale.map(\.description)) }
}
