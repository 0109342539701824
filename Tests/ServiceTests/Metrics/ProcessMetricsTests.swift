import Foundation
import Service
import Testing

@Suite struct ProcessMetricsTests {
    @Test func ofThisProcess() throws {
        let metrics = ProcessMetrics.current()
        let memory = try #require(metrics.residentMemory)
        #expect(memory > 1 << 20 && memory < 1 << 36)
        #expect(try #require(metrics.openDescriptors) >= 3)
        let before = try #require(metrics.processorTime)
        var sum: UInt64 = 0
        let until = ContinuousClock.now + .milliseconds(300)
        while ContinuousClock.now < until { sum = sum &* 31 &+ 1 }
        let after = try #require(ProcessMetrics.current().processorTime)
        #expect(after - before > 0.05, "\(sum)")
        var page = MetricsPage()
        metrics.add(to: &page)
        #expect(try ExpositionParser(page.text).order.count == 3)
    }

    @Test func hostileNames() {
        let rest = " S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 1 0"
        for name in ["a", "a b", ") S 1 (", "))))", ""] {
            #expect(ProcessMetrics.processorTime(stat: "7 (\(name))\(rest)", ticksPerSecond: 100) == 2.0, "\(name)")
        }
    }

    @Test func everyTruncation() {
        let stat = "7 (a) S 1 2 3 4 5 6 7 8 9 10 150 50 0"
        for count in 0..<stat.count {
            let value = ProcessMetrics.processorTime(stat: String(stat.prefix(count)), ticksPerSecond: 100)
            #expect(value == nil || value == 1.55 || value == 2.0)
        }
        for text in ["", "1", "1 x", "1 -1", "1 18446744073709551615"] {
            #expect(ProcessMetrics.residentMemory(statm: text, pageSize: 4096) == nil)
        }
        #expect(ProcessMetrics.residentMemory(statm: "9 3 1", pageSize: 4096) == 12288)
        #expect(ProcessMetrics.processorTime(stat: stat, ticksPerSecond: 0) == nil)
    }
}
