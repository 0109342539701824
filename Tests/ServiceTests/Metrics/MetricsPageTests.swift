import Foundation
import Service
import Testing

@Suite struct MetricsPageTests {
    private let counter = MetricFamily("a_total", .counter, labels: ["x", "y"], help: "Help.")

    @Test func exactText() throws {
        var page = MetricsPage()
        let gauge = MetricFamily("b_seconds", .gauge, help: "Line one\nand \\ two \"q\".")
        page.set(gauge, to: 0.25)
        page.set(counter, "2", "b", to: UInt64.max)
        page.set(counter, "1", "q\"b\\n\nl", to: 7)
        #expect(
            page.text == """
                # HELP a_total Help.
                # TYPE a_total counter
                a_total{x="1",y="q\\"b\\\\n\\nl"} 7
                a_total{x="2",y="b"} 18446744073709551615
                # HELP b_seconds Line one\\nand \\\\ two "q".
                # TYPE b_seconds gauge
                b_seconds 0.25

                """)
        #expect(MetricsPage().text.isEmpty)
    }

    @Test(arguments: [
        (0.0, "0"), (-1.5, "-1.5"), (1e-5, "1e-05"), (1e300, "1e+300"), (.nan, "NaN"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (1_766_000_000.125, "1766000000.125"), (3.0, "3"),
    ])
    func numbers(value: Double, text: String) throws {
        var page = MetricsPage()
        page.set(MetricFamily("a", .gauge, help: "h"), to: value)
        #expect(page.text.hasSuffix("\na \(text)\n"))
    }

    @Test func aSampleIsThereOnce() throws {
        var page = MetricsPage()
        page.set(counter, "1", "2", to: 1)
        page.set(counter, "1", "2", to: 5)
        // Control characters all become the same: still one sample.
        page.set(counter, "1", "\u{1}", to: 8)
        page.set(counter, "1", "\u{2}", to: 9)
        let samples = try #require(try ExpositionParser(page.text).families["a_total"]?.samples)
        #expect(samples.map(\.value) == ["5", "9"])
        #expect(page.refused == 0)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        var page = MetricsPage()
        page.set(counter, "1", to: 1)
        page.set(counter, "1", "2", to: DurationHistogram().snapshot)
        page.set(.batchDuration, to: 3)
        #expect(page.refused == 3 && page.text.isEmpty)
        page.set(counter, "1", "2", to: 1)
        page.set(MetricFamily("a_total", .gauge, labels: ["x", "y"], help: "Help."), "3", "4", to: 1)
        #expect(page.refused == 4)
        #expect(try ExpositionParser(page.text).families["a_total"]?.samples.count == 1)
    }

    @Test func orderDoesNotDependOnTheOrderOfSetting() throws {
        var texts: Set<String> = []
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var page = MetricsPage()
            for index in Array(0..<50).shuffled(using: &random) {
                page.set(.undecodable, "reason \(index)", to: index)
                page.set(.inputPackets, "eth\(index)", to: index)
            }
            texts.insert(page.text)
        }
        #expect(texts.count == 1)
        let page = try ExpositionParser(try #require(texts.first))
        #expect(page.order == page.order.sorted())
    }

    @Test func histogram() throws {
        let histogram = DurationHistogram()
        for nanoseconds in [0, 10_000, 10_001, 999_999_999, 1_000_000_000, 1_000_000_001, 7_000_000_000] as [UInt64] {
            histogram.record(nanoseconds: nanoseconds)
        }
        var page = MetricsPage()
        page.set(.batchDuration, to: histogram.snapshot)
        let family = try #require(try ExpositionParser(page.text).families["flowprobe_batch_duration_seconds"])
        let buckets = family.samples.filter { $0.name.hasSuffix("_bucket") }
        #expect(buckets.count == 17)
        #expect(buckets.first?.labels["le"] == "1e-05" && buckets.first?.value == "2")
        #expect(buckets[1].labels["le"] == "2.5e-05" && buckets[1].value == "3")
        #expect(buckets[15].labels["le"] == "1" && buckets[15].value == "5")
        #expect(buckets[16].labels["le"] == "+Inf" && buckets[16].value == "7")
        #expect(buckets.compactMap { Double($0.labels["le"] ?? "") }.count == 17)
        #expect(family.samples.suffix(2).map(\.value) == ["10.000020001", "7"])
    }

    /// Whatever a label holds, an independent reader gets it back, and Prometheus' own finds nothing wrong.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func hostileLabels(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        var page = MetricsPage()
        var expected: [String: String] = [:]
        for index in 0..<500 {
            let text = random.hostileText(upTo: 60)
            page.set(counter, String(index), text, to: index)
            var printable = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                printable.append(
                    scalar != "\n" && (scalar.value < 32 || (127...159).contains(scalar.value)) ? "\u{FFFD}" : scalar)
            }
            expected[String(index)] = String(printable)
        }
        let family = try #require(try ExpositionParser(page.text).families["a_total"])
        #expect(family.samples.count == 500)
        for sample in family.samples {
            let text = try #require(expected[sample.labels["x"] ?? ""])
            #expect(Array((sample.labels["y"] ?? "").unicodeScalars) == Array(text.unicodeScalars), "seed \(seed)")
        }
        guard Program.exists("promtool") else {
            return print("promtool is missing: NOT checked by Prometheus' own reader")
        }
        let outcome = try await Program.run("promtool", ["check", "metrics"], input: Data(page.text.utf8))
        #expect(outcome.code == 0, "seed \(seed): \(outcome.errors)")
    }

    @Test func longLabelsAreCut() throws {
        var page = MetricsPage()
        page.set(counter, String(repeating: "é", count: 10_000), "", to: 1)
        let sample = try #require(try ExpositionParser(page.text).families["a_total"]?.samples.first)
        #expect(sample.labels["x"]?.unicodeScalars.count == 200)
    }
}
