import Exporter
import FlowTable
import NetTypes
import Testing

/// What options data say of flow selection and of what is given up under overload.
@Suite struct OverloadExportTests {
    private static let pen: UInt32 = 32473

    /// Every selector that a record may name is described, so that counts can be scaled.
    @Test func selectorsAreDescribed() throws {
        var options = IPFIXOptions()
        options.tellsOverload = true
        var record = FlowRecord()
        record.selectorId = 7
        let data = try ConformanceTests.export([record], options).flatMap(\.records)
        #expect(data.filter { !$0.isOptions }.map { $0.number(302) } == [7])
        let selectors = data.filter { $0.number(390) != nil }
        #expect(selectors.map { $0.number(302) } == [1, 2, 3, 4, 5, 6, 7])
        for selector in selectors {
            let id = try #require(selector.number(302).flatMap { FlowSelector(id: UInt8($0)) })
            #expect(selector.number(390) == 4)
            let probability = try #require(selector.number(311).map(Double.init(bitPattern:)))
            #expect(probability * Double(id.factor) == 1)
            #expect(try #require(selector.text(335)).contains(id == .all ? "every flow" : "one of \(id.factor) flows"))
        }
        // Without, nothing is said of it: replays count every flow.
        #expect(try ConformanceTests.export([record]).flatMap(\.records).allSatisfy { $0.number(390) == nil })
    }

    /// Each step is told at once, with its time, and again in a new session.
    @Test func stepsAreTold() throws {
        var options = IPFIXOptions()
        options.tellsOverload = true
        let transport = MemoryTransport()
        let sink = try IPFIXSink(transport: transport, options: options)
        func told() throws -> [[UInt64?]] {
            var reader = IPFIXReader()
            return try reader.read(transport.sessions.last ?? []).flatMap(\.records)
                .filter { $0.isOptions && $0.number(210, Self.pen) != nil }
                .map {
                    [
                        UInt64($0.domain), $0.number(149), $0.number(210, Self.pen), $0.number(302),
                        $0.number(211, Self.pen),
                    ]
                }
        }
        var state = OverloadState(
            observationDomainId: 3, step: 0, selector: .all, since: 1_700_000_000_123_456_789)
        sink.captureStatistics.overload = [state]
        try sink.flush()
        try sink.flush()
        #expect(try told() == [[3, 3, 0, 1, 1_700_000_000_123]])
        (state.step, state.selector, state.since) = (2, FlowSelector(exponent: 2), state.since + 5_000_000_000)
        sink.captureStatistics.overload = [state]
        try sink.flush()
        #expect(try told().last == [3, 3, 2, 3, 1_700_000_005_123])
        transport.messagesUntilLost = 0
        state.step = 1
        sink.captureStatistics.overload = [state]
        try sink.flush()
        try sink.flush()
        #expect(transport.sessions.count == 2)
        #expect(try told().map { $0[2] } == [1])
    }
}
