import FlowTable
import NetTypes
import Pipeline
import Testing

/// What is given up, when, and in which order. Time is an argument: nothing here waits.
@Suite struct OverloadControllerTests {
    private typealias Reading = OverloadController.Reading
    private let second = nanosecondsPerSecond

    private static func reading(
        lost: UInt64 = 0, backlog: Double = 0, busy: Double = 0, turnover: Double = 0
    ) -> OverloadController.Reading {
        var reading = OverloadController.Reading()
        (reading.lost, reading.backlog, reading.busy, reading.turnover) = (lost, backlog, busy, turnover)
        return reading
    }

    private func controller(
        _ limit: OverloadPolicy.Limit = .select, labels: Bool = true, at time: Nanoseconds = 0
    ) -> OverloadController {
        var policy = OverloadPolicy()
        (policy.limit, policy.after, policy.calm) = (limit, 3 * second, 10 * second)
        return OverloadController(policy, labels: labels, at: time)
    }

    /// "second step factor" of each change, with readings a second apart from `first` on.
    private func changes(
        _ controller: inout OverloadController, _ readings: [OverloadController.Reading], from first: Int64 = 1
    ) -> [String] {
        var found: [String] = []
        for (index, reading) in readings.enumerated() {
            let time = first + Int64(index)
            guard let change = controller.observe(reading, at: time * second) else { continue }
            #expect(change.to == controller.state && change.from != change.to)
            found.append("\(time) \(change.to.step) \(change.to.selector.factor)")
        }
        return found
    }

    private let calm = reading(busy: 0.3)

    @Test func nothingIsGivenUpWhenAllIsWell() {
        var controller = controller()
        #expect(changes(&controller, Array(repeating: Self.reading(busy: 0.9), count: 600)).isEmpty)
        #expect(controller.state == OverloadController.State() && controller.state.step == 0)
    }

    /// Labels first, then flows, each step after three seconds more; 1:64 is the last.
    @Test func stepsComeInOrderAndEnd() {
        var controller = controller()
        let found = changes(&controller, Array(repeating: Self.reading(lost: 1), count: 60))
        #expect(found == ["4 1 1", "7 2 2", "10 2 4", "13 2 8", "16 2 16", "19 2 32", "22 2 64"])
        #expect(!controller.state.inspectsLabels && controller.state.selector == .strictest)
        // And back in the other order, after ten calm seconds each.
        let back = changes(&controller, Array(repeating: calm, count: 100), from: 61)
        #expect(
            back.map { String($0.split(separator: " ").dropFirst().joined(separator: " ")) }
                == ["2 32", "2 16", "2 8", "2 4", "2 2", "1 1", "0 1"])
        #expect(back.first == "71 2 32" && back.last == "131 0 1")
        #expect(controller.state == OverloadController.State())
    }

    @Test func limitsHold() {
        for (limit, labels, last) in [
            (OverloadPolicy.Limit.off, true, 0), (.labels, true, 1), (.labels, false, 0), (.select, false, 6),
        ] {
            var controller = controller(limit, labels: labels)
            let found = changes(&controller, Array(repeating: Self.reading(lost: 1), count: 60))
            #expect(found.count == last, "\(limit) \(labels) \(found)")
            #expect(controller.state.inspectsLabels == (!labels || limit == .off))
        }
    }

    /// A burst is what a ring is for.
    @Test func aBurstChangesNothing() {
        var controller = controller()
        var readings: [OverloadController.Reading] = []
        for _ in 0..<20 {
            readings += Array(repeating: Self.reading(lost: 1000), count: 3) + Array(repeating: calm, count: 5)
        }
        #expect(changes(&controller, readings).isEmpty)
    }

    /// The kernel's counters are read by others: a reading in between may show nothing.
    @Test func pressureWithAGapIsOnePressure() {
        var controller = controller()
        let readings = (0..<8).map { $0 % 2 == 0 ? Self.reading(lost: 5) : calm }
        #expect(changes(&controller, readings) == ["5 1 1"])
    }

    /// Each signal does it, and being busy alone costs no packet.
    @Test func signals() {
        for (reading, signal) in [
            (Self.reading(lost: 1), OverloadController.Signal.loss), (Self.reading(backlog: 0.5), .backlog),
            (Self.reading(turnover: 0.1), .table), (Self.reading(busy: 0.96), .busy),
        ] {
            var controller = controller()
            var found: [OverloadController.Change] = []
            for time in 1...8 as ClosedRange<Int64> {
                if let change = controller.observe(reading, at: time * second) { found.append(change) }
            }
            #expect(found.allSatisfy { $0.signal == signal })
            #expect(found.count == (signal == .busy ? 1 : 2), "\(signal)")
        }
        var unlabelled = controller(labels: false)
        #expect(changes(&unlabelled, Array(repeating: Self.reading(busy: 1), count: 60)).isEmpty)
    }

    /// Between pressure and calm nothing moves, however long it lasts.
    @Test func neitherPressureNorCalm() {
        var controller = controller()
        #expect(changes(&controller, Array(repeating: Self.reading(lost: 1), count: 5)) == ["4 1 1"])
        for reading in [Self.reading(backlog: 0.3), Self.reading(busy: 0.8), Self.reading(turnover: 0.07)] {
            #expect(changes(&controller, Array(repeating: reading, count: 200), from: 300).isEmpty)
        }
    }

    /// A controller and its time, with a reading a second.
    private struct Course {
        var controller: OverloadController
        var time: Int64 = 1

        /// Repeats `reading` until the selector is as wanted, for 10,000 seconds at most. How many it took.
        mutating func go(_ reading: OverloadController.Reading, until isReached: (FlowSelector) -> Bool) -> Int64 {
            let begun = time
            while !isReached(controller.state.selector), time - begun < 10_000 {
                _ = controller.observe(reading, at: time * nanosecondsPerSecond)
                time += 1
            }
            return time - begun
        }
    }

    /// However many steps lead up again after a way back that came too early, the next takes twice as long, not more.
    @Test func manyStepsUpAreOneLesson() {
        var course = Course(controller: controller(labels: false))
        _ = course.go(Self.reading(lost: 1)) { $0 == .strictest }
        let once = course.go(calm) { $0 < .strictest }
        let further = FlowSelector(exponent: 4)
        _ = course.go(calm) { $0 <= further }
        _ = course.go(Self.reading(lost: 1)) { $0 == .strictest }
        let twice = course.go(calm) { $0 < .strictest }
        #expect(twice >= 2 * once - 2 && twice <= 2 * once + 2, "\(once) \(twice)")
    }

    /// Who goes back too early waits twice as long the next time, and no longer than sixteen times.
    @Test func goingBackTooEarlyIsLearnedFrom() {
        var course = Course(controller: controller(labels: false))
        func waits(pause: Int64) -> [Int64] {
            (0..<8).map { _ in
                _ = course.go(Self.reading(lost: 1)) { $0 != .all }
                defer { course.time += pause }
                return course.go(calm) { $0 == .all }
            }
        }
        let early = waits(pause: 0)
        #expect(early == early.sorted() && early[0] <= 11 && early[1] >= 20 && early[2] >= 40, "\(early)")
        #expect(early.last.map { $0 >= 160 && $0 <= 162 } == true, "\(early)")
        // What has held for long is forgotten.
        course.time += 4000
        let late = waits(pause: 4000)
        #expect(late.last.map { $0 <= 12 } == true, "\(late)")
    }

    /// A clock that is set back makes nothing longer, one that jumps ahead no more than a step at a time.
    @Test func clockSteps() {
        var controller = controller(at: 1000 * second)
        var found: [String] = []
        for time in [1001, 1002, 1003, 500, 501, 502] as [Int64] {
            if let change = controller.observe(Self.reading(lost: 1), at: time * second) {
                found.append("\(time) \(change.to.step)")
            }
        }
        #expect(found == ["501 1"])
        #expect(controller.observe(Self.reading(lost: 1), at: 90_000 * second)?.to.selector.factor != 4)
        var calmly = 0
        for time in 100_000..<100_012 as Range<Int64> where controller.observe(calm, at: time * second) != nil {
            calmly += 1
        }
        #expect(calmly == 1)
    }

    /// The same readings at the same times give the same steps.
    @Test func isDeterministic() {
        let seed: UInt64 = 0x0E1
        var random = SplitMix64(seed: seed)
        let readings = (0..<3000).map { _ in
            Self.reading(
                lost: random.next() % 3 == 0 ? 7 : 0, backlog: Double(random.next() % 60) / 100,
                busy: Double(random.next() % 100) / 100)
        }
        var (one, other) = (controller(), controller())
        let found = changes(&one, readings)
        #expect(!found.isEmpty && found == changes(&other, readings), "seed \(seed)")
    }
}
