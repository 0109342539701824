import Foundation
import Service
import Testing

/// The list of metrics, and what is written about it in docs/.
@Suite struct MetricCatalogueTests {
    /// The rules of Prometheus' documentation for names, and the project's.
    @Test func namesFollowTheRules() {
        let families = Metric.allCases.map(\.family)
        #expect(Set(families.map(\.name)).count == families.count)
        for family in families {
            #expect(family.name.wholeMatch(of: /(flowprobe|process)(_[a-z0-9]+)+/) != nil, "\(family.name)")
            #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
            #expect(family.help.hasSuffix(".") && !family.help.contains("\n"), "\(family.name)")
            #expect(Set(family.labels).count == family.labels.count && !family.labels.contains("le"), "\(family.name)")
            for label in family.labels { #expect(label.wholeMatch(of: /[a-z]+/) != nil, "\(family.name)") }
            if ["seconds", "octets", "bytes"].contains(family.unit) {
                #expect("\(family.name)_".contains("_\(family.unit)_"), "\(family.name)")
            }
        }
    }

    /// docs/metrics.md has a row for each metric, with its type, labels and unit.
    @Test func documentationIsCurrent() throws {
        let text = try String(contentsOf: Program.root.appending(path: "docs/metrics.md"), encoding: .utf8)
        var rows: [String: [String]] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `flowprobe_") || line.hasPrefix("| `process_") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            try #require(cells.count == 8, "\(line)")
            #expect(rows.updateValue(cells, forKey: String(cells[1].dropFirst().dropLast())) == nil, "\(line)")
        }
        for family in Metric.allCases.map(\.family) {
            let row = rows.removeValue(forKey: family.name)
            let cells = try #require(row, "\(family.name) is not in docs/metrics.md")
            #expect(cells[2] == family.kind.rawValue, "\(family.name)")
            #expect(cells[3].matches(of: /`([a-z]+)`/).map { String($0.1) } == family.labels, "\(family.name)")
            #expect(cells[4] == family.unit, "\(family.name)")
            #expect(!cells[5].isEmpty && !cells[6].isEmpty, "\(family.name)")
        }
        #expect(rows.isEmpty, "docs/metrics.md lists what does not exist")
    }

    /// docs/ops/sample-metrics.txt, which scripts/check-ops gives to promtool, is what the program writes. Run with
    /// FLOWPROBE_WRITE_DOCS=1 to write the file anew.
    @Test func samplePageIsCurrent() throws {
        let file = Program.root.appending(path: "docs/ops/sample-metrics.txt")
        let page = samplePage()
        #expect(page.refused == 0)
        if ProcessInfo.processInfo.environment["FLOWPROBE_WRITE_DOCS"] != nil {
            try page.text.write(to: file, atomically: true, encoding: .utf8)
        }
        let found = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        #expect(found == page.text, "run FLOWPROBE_WRITE_DOCS=1 swift test --filter samplePageIsCurrent")
        #expect(try ExpositionParser(page.text).order.count == Metric.allCases.count)
    }

    @Test(.enabled(if: Program.exists("promtool"), "promtool is missing: run scripts/bootstrap"))
    func prometheusFindsNothingWrong() async throws {
        let outcome = try await Program.run("promtool", ["check", "metrics"], input: Data(samplePage().text.utf8))
        #expect(outcome.code == 0 && outcome.text.isEmpty && outcome.errors.isEmpty, "\(outcome.text)\(outcome.errors)")
        // It does find something wrong where something is.
        let wrong = try await Program.run("promtool", ["check", "metrics"], input: Data("a_total 1\na_total 2\n".utf8))
        #expect(wrong.code != 0)
    }

    /// Every metric, with numbers of a quiet day.
    private func samplePage() -> MetricsPage {
        var page = MetricsPage()
        page.set(.buildInfo, "1.0.0", to: 1)
        page.set(.startTime, to: 1_766_000_000.25)
        ProcessMetrics(residentMemory: 185_000_000, openDescriptors: 23, processorTime: 1234.56).add(to: &page)
        page.set(.reloads, "ok", to: 2)
        page.set(.reloads, "failed", to: 0)
        for (input, factor) in [("eth0", 1), ("eth1", 3)] as [(String, UInt64)] {
            page.set(.inputPackets, input, to: factor * 7_654_321)
            page.set(.inputOctets, input, to: factor * 5_432_109_876)
            page.set(.inputDrops, input, "ring", to: factor * 12)
            page.set(.inputDrops, input, "interface", to: 0)
            page.set(.inputMalformed, input, to: 0)
            page.set(.inputUp, input, to: true)
            page.set(.inputReopens, input, to: 0)
            page.set(.inputLastPacket, input, to: 1_766_003_600.125)
            page.set(.inputVerdict, input, "port", to: 0)
            page.set(.inputVerdict, input, "one-sided", to: 2)
            page.set(.coverageGap, input, "down", to: 0.0)
            page.set(.overloadStep, input, to: factor == 1 ? 0 : 2)
            page.set(.selectionFactor, input, to: factor == 1 ? 1 : 4)
            page.set(.overloadChanges, input, "labels", to: factor - 1)
            page.set(.overloadChanges, input, "select", to: factor - 1)
            page.set(.overloadTime, input, "none", to: 3600.5)
            page.set(.overloadTime, input, "select", to: Double(factor - 1) * 60)
            page.set(.notSelectedPackets, input, to: (factor - 1) * 4242)
            page.set(.notSelectedOctets, input, to: (factor - 1) * 4_242_000)
            page.set(.workerBusy, input, "0", to: Double(factor) * 100.5)
            page.set(.workerTurns, input, "0", to: factor * 36000)
        }
        page.set(.steeredPackets, "nflog:5", "dns-to-probe", "forward", "eth1", "eth2", to: 4711)
        page.set(.packets, "flow", to: 30_600_000)
        page.set(.packets, "not_a_flow", to: 17_000)
        page.set(.packets, "not_selected", to: 8484)
        page.set(.packets, "undecodable", to: 284)
        page.set(.undecodable, "ipv4: header shorter than its length", to: 284)
        page.set(.anomalies, "truncated", to: 31)
        page.set(.tunnelledPackets, "vxlan", to: 4100)
        page.set(.opaquePackets, "esp", to: 12)
        page.set(.tunnelCopies, to: 0)
        page.set(.duplicates, "copy", to: 1200)
        page.set(.duplicates, "uncertain", to: 7)
        page.set(.mergedEstimate, to: 96)
        page.set(.waitingFragments, to: 3)
        page.set(.icmpErrors, "known", to: 410)
        page.set(.icmpErrors, "unknown", to: 7)
        page.set(.flowsBegun, to: 98_765)
        for (reason, count) in [("idle timeout", 60_000), ("end of flow", 38_000), ("lack of resources", 0)] {
            page.set(.flowsEnded, reason, to: count)
        }
        page.set(.slicesCut, "active timeout", to: 4321)
        page.set(.flowsLive, to: 765)
        page.set(.records, to: 102_321)
        page.set(.tableMemory, to: 765 * 184)
        page.set(.tableBudget, to: 512 << 20)
        page.set(.labelRefusals, to: 17)
        page.set(.labelsCutShort, to: 3)
        page.set(.fingerprintsRefused, to: 2)
        page.set(.attributesRefused, to: 0)
        page.set(.damagedHeaders, to: 5)
        let histogram = DurationHistogram()
        for index in 0..<2000 as Range<UInt64> { histogram.record(nanoseconds: index * index * 40) }
        page.set(.batchDuration, to: histogram.snapshot)
        for destination in ["192.0.2.10:4739/tcp", "/var/lib/flowprobe/flows.sqlite"] {
            page.set(.exportRecords, destination, to: 102_000)
            page.set(.exportCutAttributes, destination, to: 4)
            page.set(.exportOctets, destination, to: 16_320_000)
            page.set(.exportMessages, destination, to: 13_000)
            page.set(.exportFailed, destination, to: 0)
            page.set(.exportUp, destination, to: true)
        }
        page.set(.exportInexpressible, "netflow5://192.0.2.11:2055", "IPv6", to: 311)
        page.set(.exportFiltered, "udp://192.0.2.12:4739", to: 90_000)
        page.set(.spoolRecords, to: 9_876_543)
        page.set(.spoolLost, "disk full", to: 0)
        page.set(.spoolOctets, to: 67_108_864)
        page.set(.spoolUp, to: true)
        page.set(.deliveryAcknowledged, "tcp://192.0.2.10:4739", to: 9_876_000)
        page.set(.deliveryPending, "tcp://192.0.2.10:4739", to: 543)
        page.set(.deliveryDiscarded, "tcp://192.0.2.10:4739", "spool full", to: 0)
        page.set(.deliveryFiltered, "tcp://192.0.2.10:4739", to: 0)
        page.set(.deliveryResent, "tcp://192.0.2.10:4739", to: 8192)
        page.set(.deliveryState, "tcp://192.0.2.10:4739", "streaming", to: true)
        page.set(.deliveryState, "tcp://192.0.2.10:4739", "failing", to: false)
        page.set(.deliveryRequests, "https://collector.example:443/flows", "accepted", to: 1210)
        page.set(.deliveryActive, "failover:core", "tcp://192.0.2.10:4739", to: true)
        page.set(.deliveryActive, "failover:core", "tcp://192.0.2.11:4739", to: false)
        page.set(.deliveryActiveSince, "failover:core", to: 1_766_000_000.5)
        page.set(.deliverySwitches, "failover:core", to: 2)
        page.set(.deliveryLast, "tcp://192.0.2.10:4739", to: 1_766_003_600.25)
        page.set(.eventsSent, "syslog://192.0.2.20:6514/tls", to: 42)
        page.set(.eventsLost, "syslog://192.0.2.20:6514/tls", to: 0)
        page.set(.eventsUp, "syslog://192.0.2.20:6514/tls", to: true)
        page.set(.exportQueue, to: 321)
        page.set(.exportDiscarded, "queue full", to: 0)
        page.set(.clockSteps, to: 0)
        page.set(.clockLag, to: 0.125)
        page.set(.balance, to: true)
        return page
    }
}
