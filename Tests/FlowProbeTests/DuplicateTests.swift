import Foundation
import NetTypes
import Testing

extension ProbeTests {
    /// What a mirror port makes of traffic, through the whole program.
    @Suite struct DuplicateTests {
        private static let millisecond: Nanoseconds = 1_000_000

        /// Three hundred datagrams and segments, each with an identification of its own.
        private static let traffic: [Frame] = (0..<300).map { number in
            let time = Frame.start + Nanoseconds(number) * 700_000
            var frame =
                number % 2 == 0
                ? Frame.udp(time, from: (number % 7 + 1, 5000), to: (100, 53))
                : Frame.tcp(
                    time, from: (number % 5 + 1, 40_000), to: (101, 80), flags: 0x18, sequence: number, payload: 9)
            (frame.octets[18], frame.octets[19]) = (UInt8(number >> 8) | 0x40, UInt8(number & 0xFF))
            return frame
        }

        /// The same as a router's mirror port shows it: twice, in two VLANs, with another TTL and other addresses.
        private static let mirrored: [Frame] = traffic.flatMap { frame in
            var inside = frame
            inside.octets.insert(contentsOf: [0x81, 0, 0, 10], at: 12)
            var outside = frame
            outside.time += 2 * millisecond
            (outside.octets[0], outside.octets[22]) = (6, outside.octets[22] - 1)
            outside.octets.insert(contentsOf: [0x81, 0, 0, 20], at: 12)
            return [inside, outside]
        }.sorted { $0.time < $1.time }

        private func line(_ outcome: Probe.Outcome, _ start: String) -> String? {
            outcome.text.split(separator: "\n").map { $0.drop { $0 == " " } }.first { $0.hasPrefix(start) }.map(
                String.init)
        }

        @Test func dropped() throws {
            let folder = try TemporaryFolder()
            try Captures.pcap(Self.mirrored).write(to: folder.file("mirror.pcap"))
            var texts: Set<String> = []
            for workers in [1, 2, 8] {
                let outcome = try Probe.run([
                    "replay", folder.path("mirror.pcap"), "--duplicates", "drop", "--workers", "\(workers)", "--json",
                    folder.path("flows.json"), "--store", folder.path("\(workers).sqlite"),
                ])
                #expect(outcome.code == 0 && outcome.text.contains("\n  balance    every sum holds\n"))
                #expect(
                    line(outcome, "packets    600")?.contains("600 read = 300 in flows + 0 not a flow") == true
                        && outcome.text.contains("300 duplicates dropped"))
                #expect(outcome.text.contains("duplicates 300 copies of packets that had come just before, dropped"))
                texts.insert(try String(contentsOfFile: folder.path("flows.json"), encoding: .utf8))
            }
            #expect(texts.count == 1)
            let lines = try #require(texts.first).split(separator: "\n")
            #expect(lines.count == 12 && lines.allSatisfy { $0.contains("\"dot1qVlanId\":10") })
            let off = try Probe.run(["replay", folder.path("mirror.pcap"), "--json", folder.path("flows.json")])
            #expect(off.code == 0 && !off.text.contains("duplicates"))
            let all = try String(contentsOfFile: folder.path("flows.json"), encoding: .utf8).split(separator: "\n")
            #expect(all.count == 24)
        }

        @Test func counted() throws {
            let folder = try TemporaryFolder()
            try Captures.pcap(Self.mirrored).write(to: folder.file("mirror.pcap"))
            let outcome = try Probe.run(["replay", folder.path("mirror.pcap"), "--duplicates", "count"])
            #expect(outcome.code == 0 && outcome.text.contains("\n  balance    every sum holds\n"))
            #expect(line(outcome, "packets    600")?.contains("600 read = 600 in flows") == true)
            #expect(
                line(outcome, "duplicates 300")
                    == "duplicates 300 copies of packets that had come just before, counted in flows")
            // Closer than they came: none is told.
            let close = try Probe.run([
                "replay", folder.path("mirror.pcap"), "--duplicates", "count", "--duplicate-window", "1.5",
            ])
            #expect(close.code == 0 && !close.text.contains("copies of packets"))
        }

        @Test func optionsAreChecked() throws {
            for (arguments, word) in [
                (["--duplicates", "some"], "duplicates"), (["--duplicate-window", "5"], "--duplicates count or drop"),
                (["--duplicates", "drop", "--duplicate-window", "0"], "duplicate-window"),
                (["--duplicates", "drop", "--duplicate-window", "1001"], "from 1 to 1000"),
                (["--mtu", "67"], "from 68 to 65535"), (["--checksums", "maybe"], "checksums"),
            ] {
                let outcome = try Probe.run(["replay", "/dev/null"] + arguments)
                #expect(outcome.code == 2 && outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
            }
        }

        /// The checksums of the tests' frames are 0, which nobody sends: they were left out.
        @Test func checksumsAndMergedPackets() throws {
            let folder = try TemporaryFolder()
            var damaged = Self.traffic[0]
            damaged.octets[24] = 0x12
            let long = Frame.tcp(
                Frame.start + 1_000_000_000, from: (1, 40_000), to: (101, 80), flags: 0x18, payload: 14_600)
            try Captures.pcap(Array(Self.traffic.prefix(9)) + [damaged, long]).write(to: folder.file("odd.pcap"))
            let outcome = try Probe.run([
                "replay", folder.path("odd.pcap"), "--checksums", "on", "--mtu", "1500",
            ])
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(line(outcome, "odd        1 IPv4 header checksum wrong") != nil)
            #expect(line(outcome, "odd        10 checksum left to an adapter (offload)") != nil)
            #expect(line(outcome, "odd        1 longer than the link takes (GRO, LRO, TSO)") != nil)
            #expect(outcome.text.contains("merged     1 packets longer than the link takes were about 10 on the wire"))
            let plain = try Probe.run(["replay", folder.path("odd.pcap")])
            #expect(!plain.text.contains("checksum") && !plain.text.contains("merged"))
        }
    }
}
