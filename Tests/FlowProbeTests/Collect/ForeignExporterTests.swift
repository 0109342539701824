import Foundation
import Testing

extension ProbeTests {
    /// Datagrams of another exporter: pmacctd's nfprobe reads the capture that we read, and both count the same.
    @Suite struct ForeignExporterTests {
        private static let hasPmacctd = FileManager.default.isExecutableFile(atPath: "/usr/sbin/pmacctd")

        private struct Sums: Equatable {
            var packets = 0
            var octets = 0

            /// Of lines of JSON, both directions; `ipv4Only` leaves out what NetFlow 5 has no place for.
            init(_ text: String, ipv4Only: Bool) throws {
                for line in text.split(separator: "\n") {
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
                    if ipv4Only, object["ipVersion"] as? Int != 4 { continue }
                    for (name, path) in [("packetDeltaCount", \Sums.packets), ("octetDeltaCount", \Sums.octets)] {
                        let reverse = "reverse" + name.prefix(1).uppercased() + name.dropFirst()
                        for member in [name, reverse] { self[keyPath: path] += object[member] as? Int ?? 0 }
                    }
                }
            }
        }

        @Test(.enabled(if: hasPmacctd, "pmacctd is missing: another exporter was NOT heard"), arguments: [5, 9, 10])
        func countsWhatPmacctdCounts(version: Int) throws {
            let folder = try TemporaryFolder()
            let collector = try RunningCollector(["udp"], ["--json", folder.path("c.json")])
            try run(
                folder,
                """
                plugins: nfprobe
                nfprobe_receiver: 127.0.0.1:\(collector.port("udp"))
                nfprobe_version: \(version)
                aggregate: src_host, dst_host, src_port, dst_port, proto, tos
                """)
            let outcome = try collector.stop()
            #expect(outcome.code == 0 && outcome.text.contains(" 0 lost, 0 messages twice"), "\(outcome.text)")
            let own = try Probe.run(["replay", Captures.bundled[0], "--quiet", "--json", "-"])
            let wanted = try Sums(own.text, ipv4Only: version == 5)
            let sums = try Sums(String(contentsOf: folder.file("c.json"), encoding: .utf8), ipv4Only: version == 5)
            #expect(sums == wanted && wanted.packets > 100)
        }

        /// Samples of sFlow, here each packet: its plugin sfprobe keeps the last datagram, of at most seven samples, when
        /// it is not full. No direction has more than there was.
        @Test(.enabled(if: hasPmacctd, "pmacctd is missing: another exporter of sFlow was NOT heard"))
        func countsWhatSfprobeSamples() throws {
            let folder = try TemporaryFolder()
            let collector = try RunningCollector(["udp"], ["--json", folder.path("c.json")])
            try run(
                folder,
                """
                plugins: sfprobe
                sfprobe_receiver: 127.0.0.1:\(collector.port("udp"))
                sfprobe_agentsubid: 77
                """)
            let outcome = try collector.stop()
            #expect(outcome.code == 0 && outcome.text.contains(" 0 lost, 0 messages twice"), "\(outcome.text)")
            #expect(outcome.text.contains("domain 77:"))
            let own = try Directions(Probe.run(["replay", Captures.bundled[0], "--quiet", "--json", "-"]).text).packets
            let sampled = try Directions(String(contentsOf: folder.file("c.json"), encoding: .utf8)).packets
            for (direction, packets) in sampled { #expect(packets <= own[direction] ?? 0, "\(direction)") }
            let (seen, all) = (sampled.values.reduce(0, +), own.values.reduce(0, +))
            #expect(seen <= all && seen >= all - 7 && all > 100, "\(seen) of \(all)")
        }

        /// Packets of each direction of lines of JSON: addresses, ports and protocol.
        private struct Directions {
            var packets: [String: Int] = [:]

            init(_ text: String) throws {
                for line in text.split(separator: "\n") {
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
                    func end(_ side: String) -> String {
                        let address = object[side + "IPv4Address"] ?? object[side + "IPv6Address"] ?? ""
                        return "\(address) \(object[side + "TransportPort"] ?? 0)"
                    }
                    let (source, destination) = (end("source"), end("destination"))
                    let number = "\(object["protocolIdentifier"] ?? 0)"
                    packets["\(number) \(source) \(destination)", default: 0] += object["packetDeltaCount"] as? Int ?? 0
                    packets["\(number) \(destination) \(source)", default: 0] +=
                        object["reversePacketDeltaCount"] as? Int ?? 0
                }
            }
        }

        /// Has pmacctd read the capture, to its end, with what `plugin` says of its plugin.
        private func run(_ folder: TemporaryFolder, _ plugin: String) throws {
            // The delay lets the plugin, a process of its own, begin before the capture is over.
            let configuration = """
                daemonize: false
                pcap_savefile: \(Captures.bundled[0])
                pcap_savefile_delay: 2
                \(plugin)

                """
            try Data(configuration.utf8).write(to: folder.file("pmacctd.conf"))
            // Threads of tests block signals, and pmacctd ends by one: Python starts it without that mask.
            let launch = """
                import signal, subprocess, sys
                signal.pthread_sigmask(signal.SIG_SETMASK, [])
                with open(sys.argv[1], "w") as log:
                    run = subprocess.Popen(sys.argv[2:], stdout=log, stderr=log, start_new_session=True)
                    try:
                        run.wait(30)
                    except subprocess.TimeoutExpired:
                        import os
                        os.killpg(run.pid, signal.SIGKILL)
                print(open(sys.argv[1]).read())
                """
            let pmacctd = try Program.run(
                "/usr/bin/python3",
                ["-c", launch, folder.path("log"), "/usr/sbin/pmacctd", "-f", folder.path("pmacctd.conf")])
            // The plugin says that it has sent what it had; whether its core hears of it before it ends is a race of theirs.
            #expect(pmacctd.output.contains("Shutting down on user request"), "\(pmacctd.output)")
        }
    }
}
