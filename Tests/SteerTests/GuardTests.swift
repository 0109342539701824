import NetTypes
import Steer
import Testing

/// When the guard takes a rule out, and when it puts it back.
@Suite struct GuardTests {
    private static let turn: Nanoseconds = 20_000_000

    /// A queue, its reader, and a guard that looks every 20 ms and does what it finds right.
    private struct Model {
        var watch = QueueWatch(isOut: false)
        var now: Nanoseconds = 1
        var waiting: UInt32 = 0
        var handed: UInt32 = 0
        var port: UInt32? = 7
        /// When the rule was taken out, and put back.
        var takenOut: [Nanoseconds] = []
        var putBack: [Nanoseconds] = []

        /// A look, before which `arrive` packets came and the reader let `pass` go on.
        mutating func turn(arrive: UInt32 = 0, pass: UInt32 = 0) {
            now += GuardTests.turn
            if !watch.isOut, port != nil {
                // What finds the queue full is not numbered.
                let taken = min(arrive, 256 - waiting)
                handed &+= taken
                waiting += taken
            }
            waiting -= min(waiting, pass)
            let reading = port.map { QueueReading(port: $0, waiting: waiting, handed: handed) }
            switch watch.observe(reading, at: now) {
            case .nothing: break
            case .takeOut:
                takenOut.append(now)
                watch.tookOut(at: now)
            case .putBack:
                putBack.append(now)
                watch.putBack(at: now)
            }
        }
    }

    @Test(arguments: [1, 10, 150] as [UInt32])
    func readerThatGivesVerdictsIsLeftAlone(_ load: UInt32) {
        var model = Model()
        // Packets wait at every look, and never the same ones.
        model.turn(arrive: 100)
        for _ in 0..<1000 { model.turn(arrive: load, pass: load) }
        #expect(model.takenOut.isEmpty && model.waiting > 0)
    }

    /// Stopped with an empty queue: nothing happens until packets wait, and then no longer than said.
    @Test(arguments: [1, 300] as [UInt32])
    func stoppedReader(_ load: UInt32) {
        var model = Model()
        for _ in 0..<500 { model.turn() }
        #expect(model.takenOut.isEmpty)
        let begun = model.now
        for _ in 0..<100 { model.turn(arrive: load) }
        #expect(model.takenOut.count == 1)
        let after = (model.takenOut.first ?? 0) - begun
        #expect(after >= QueueWatch.patience && after <= QueueWatch.patience + 3 * Self.turn)
        // It stays out for as long as nothing changes, and comes back a second after the reader does.
        for _ in 0..<500 { model.turn(arrive: load) }
        #expect(model.putBack.isEmpty)
        let mended = model.now
        for _ in 0..<100 { model.turn(arrive: load, pass: 256) }
        #expect(model.putBack.count == 1)
        #expect((model.putBack.first ?? 0) - mended <= QueueWatch.firstTrial + 3 * Self.turn)
    }

    /// A guard that was itself held up does not blame the reader for packets that have only just come.
    @Test func lateLook() {
        var watch = QueueWatch(isOut: false)
        #expect(watch.observe(QueueReading(port: 7, waiting: 0, handed: 10), at: 0) == .nothing)
        #expect(watch.observe(QueueReading(port: 7, waiting: 3, handed: 13), at: 5_000_000_000) == .nothing)
        #expect(watch.observe(QueueReading(port: 7, waiting: 9, handed: 20), at: 9_000_000_000) == .nothing)
        #expect(watch.observe(QueueReading(port: 7, waiting: 9, handed: 20), at: 9_300_000_000) == .takeOut)
    }

    /// Nobody reads: packets pass by themselves. Another reader begins anew.
    @Test func readerThatIsGone() {
        var model = Model()
        model.port = nil
        for _ in 0..<100 { model.turn(arrive: 5) }
        #expect(model.takenOut.isEmpty)
        model.port = 8
        for _ in 0..<9 { model.turn(arrive: 5) }
        #expect(model.takenOut.isEmpty)
        // While its rule is out, a reader that is killed and comes again is on trial from its beginning.
        for _ in 0..<50 { model.turn(arrive: 5) }
        #expect(model.takenOut.count == 1)
        (model.port, model.waiting) = (nil, 0)
        for _ in 0..<100 { model.turn() }
        #expect(model.putBack.isEmpty)
        model.port = 9
        let begun = model.now
        for _ in 0..<100 { model.turn() }
        #expect((model.putBack.first ?? 0) - begun >= QueueWatch.firstTrial)
    }

    /// A reader that fails again and again gets packets more and more rarely.
    @Test func trialsBecomeLonger() {
        var model = Model()
        for _ in 0..<6000 {
            // It is well while it gets nothing, and stops when it gets something.
            model.turn(arrive: 4, pass: model.watch.isOut ? 256 : 0)
        }
        let pauses = zip(model.takenOut, model.putBack).map { $1 - $0 }
        #expect(pauses.count >= 5)
        for (shorter, longer) in zip(pauses, pauses.dropFirst()) { #expect(longer > shorter) }
    }

    @Test func numbersBeginAgain() {
        var watch = QueueWatch(isOut: false)
        var handed = UInt32.max - 50
        for turn in 0..<100 {
            handed &+= 3
            let reading = QueueReading(port: 7, waiting: 3, handed: handed)
            #expect(watch.observe(reading, at: Nanoseconds(turn) * Self.turn) == .nothing)
        }
    }

    @Test func kernelsList() {
        let text =
            "    3  31280     2 2 65531     0     0       17  1\n   70 4294965  256 2   128     9     1 4294967295  1\n"
        #expect(
            QueueReading.list(text) == [
                3: QueueReading(port: 31280, waiting: 2, handed: 17),
                70: QueueReading(port: 4_294_965, waiting: 256, handed: .max),
            ])
        for length in 0..<text.utf8.count { #expect(QueueReading.list(String(text.prefix(length))).count <= 2) }
        #expect(QueueReading.list("a b c d e f g h\n65536 1 1 1 1 1 1 1 1\n-1 1 1 1 1 1 1 1\n\n3 1").isEmpty)
    }
}

/// What a probe says has arrived.
@Suite struct ProbeArrivalTests {
    private static func rule(_ name: String, _ action: SteeringAction) throws -> SteeringRule {
        let text = """
            rules:
              - {name: \(name), authorisation: A, owner: O, validUntil: "2037-01-01T00:00:00Z", action: {log: {group: 1}}}
            """
        var rule = try SteeringPolicy(text: text, name: "policy").rules[0]
        rule.action = action
        return rule
    }

    private static let page = """
        # TYPE flowprobe_steered_packets_total counter
        flowprobe_input_packets_total{input="nflog:5"} 99
        flowprobe_steered_packets_total{source="nflog:5",rule="dns",hook="forward",from="eth1",to="eth2"} 7
        flowprobe_steered_packets_total{source="nflog:5",rule="dns",hook="input",from="eth1",to=""} 4
        flowprobe_steered_packets_total{source="nflog:5",rule="a \\"b\\" \\\\ \\n}",hook="forward",from="",to=""} 100
        flowprobe_steered_packets_total{source="nflog:6",rule="dns",hook="forward",from="",to=""} 1000
        flowprobe_steered_packets_total{source="nfqueue:3",rule="",hook="forward",from="eth1",to="eth2"} 55

        """

    @Test func sumsByRule() throws {
        let said = try ProbeArrivals(page: Self.page)
        let rules = [
            try Self.rule("dns", .log(group: 5, snapLength: nil)), try Self.rule("web", .log(group: 5, snapLength: 9)),
            try Self.rule("held", .queue(number: 3)), try Self.rule("copied", .mirror(.device("eth9"))),
        ]
        #expect(said.packets(of: rules) == ["dns": 11, "web": 0, "held": 55])
        // A packet of a queue does not say which of two rules put it there.
        let shared = rules + [try Self.rule("other", .queue(number: 3))]
        #expect(said.packets(of: shared) == ["dns": 11, "web": 0])
        var both = said
        both.add(said)
        #expect(both.packets(of: rules)["dns"] == 22)
    }

    @Test func pagesThatAreNotOurs() throws {
        #expect(try ProbeArrivals(page: "").packets(of: []).isEmpty)
        for line in Self.page.split(separator: "\n") where line.hasPrefix("flowprobe_steered") {
            _ = try ProbeArrivals(page: String(line))
            let start = "flowprobe_steered_packets_total{".count
            // A number that is cut is a number; everything before it is needed.
            let brace = line.distance(from: line.startIndex, to: line.lastIndex(of: "}") ?? line.startIndex)
            for length in start...brace + 1 {
                #expect(throws: SteerError.self) { try ProbeArrivals(page: String(line.prefix(length))) }
            }
        }
        #expect(throws: SteerError.self) {
            try ProbeArrivals(page: "flowprobe_steered_packets_total{source=\"a\",rule=\"b\"} -1")
        }
    }
}
