import Foundation
import Testing

extension ProbeTests {
    /// `collect` on sockets: what our own exporter and hostile ones send, and what the report says of it.
    @Suite struct CollectSocketTests {
        /// Over every transport and both versions of IP the lines are those of the JSON output.
        @Test(arguments: [("udp", "127.0.0.1"), ("tcp", "127.0.0.1"), ("udp", "[::1]"), ("tcp", "[::1]")])
        func takesWhatReplayExports(transport: String, address: String) throws {
            let folder = try TemporaryFolder()
            let collector = try RunningCollector(
                [transport],
                ["--until-idle", "8", "--json", folder.path("c.json"), "--store", folder.path("c.sqlite")],
                address: address)
            let replay = try Probe.run([
                "replay", Captures.bundled[0], "--quiet", "--elements", "precise", "--json", folder.path("r.json"),
                "--labels", "on", "--label-attributes", "all",
                "--export", "\(transport)://\(address):\(collector.port(transport))",
            ])
            #expect(replay.code == 0, "\(replay.errors)")
            let outcome = try collector.probe.wait(atMost: 180)
            #expect(outcome.code == 0, "\(outcome.errors)\(outcome.text)")
            let wanted = try String(contentsOf: folder.file("r.json"), encoding: .utf8)
            #expect(try String(contentsOf: folder.file("c.json"), encoding: .utf8) == wanted)
            let count = wanted.split(separator: "\n").count
            #expect(outcome.text.contains("domain 1: \(count) records, 0 lost, 0 messages twice, 0 late, 0 restarts"))
            #expect(outcome.text.contains("says \(count) flow records sent, 0 not sent"))
            #expect(try Probe.run(["report", folder.path("c.sqlite")]).code == 0)
        }

        /// Every connection is a session of its own; --connections counts them, and lines say whose they are.
        @Test func endsAfterSoManyConnections() throws {
            let collector = try RunningCollector(["tcp"], ["--connections", "2", "--json", "-", "--exporters"])
            for first in [0, 100] {
                #expect(try Program.exporter(collector.port("tcp"), "plain", "data:\(first):100").isEmpty)
            }
            let outcome = try collector.probe.wait(atMost: 180)
            #expect(outcome.code == 0)
            let lines = outcome.text.split(separator: "\n")
            #expect(lines.count == 200 && lines.allSatisfy { $0.contains(",\"exporterIPv4Address\":\"127.0.0.1\",") })
            #expect(outcome.errors.contains("All 2 sessions") && outcome.errors.contains("connections  2 taken"))
        }

        /// What is cut, and what is no message, costs only the connection that it comes on.
        @Test func cutConnectionsAndJunk() throws {
            let collector = try RunningCollector(["tcp", "udp"], [])
            let port = collector.port("tcp")
            #expect(try Program.exporter(port, "plain", "data:0:5", "half").isEmpty)
            #expect(try Program.exporter(port, "plain", "data:0:5", "junk", "wait") == ["closed"])
            #expect(try Program.exporter(port, "orphans:3", "plain", "data:0:7").isEmpty)
            let junk =
                "import socket,sys; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n"
                + "for i in range(50): s.sendto(bytes([i])*i, ('127.0.0.1', int(sys.argv[1])))"
            #expect(try Program.run("/usr/bin/python3", ["-c", junk, collector.port("udp")]).code == 0)
            collector.waitForReport(of: "datagrams    50 that are no message", "records      17 of flows")
            let outcome = try collector.stop()
            #expect(outcome.code == 1, "what was malformed is told by the exit code")
            #expect(outcome.text.contains("records      17 of flows"))
            #expect(outcome.text.contains("malformed    1 times: a message ends before its header does"))
            #expect(outcome.text.contains("malformed    1 times: what comes next on a connection is no IPFIX message"))
            #expect(outcome.text.contains("malformed    1 times: data came before their template"))
            #expect(outcome.text.contains("datagrams    50 that are no message"))
            #expect(outcome.errors.contains("what comes at octet"))
        }

        /// More sources than are kept, each with a message that makes sense: the real exporter's session stays.
        @Test func aFloodOfSources() throws {
            let collector = try RunningCollector(["udp"], [])
            let script = """
                import socket, struct, sys
                to = ('127.0.0.1', int(sys.argv[1]))
                flow = struct.pack(">HHHHHHHHHHHH", 256, 5, 8, 4, 12, 4, 4, 1, 1, 8, 148, 8)
                record = struct.pack(">IIBQQ", 0xC0000201, 0xC6336402, 17, 100, 1)
                def message(number, set_id, body):
                    return struct.pack(">HHIIIHH", 10, 20 + len(body), 1795342400, number, 7, set_id, 4 + len(body)) + body
                real = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                real.sendto(message(0, 2, flow), to)
                for i in range(9000):
                    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    one.sendto(message(i, 999, record), to)
                    one.close()
                    if i % 100 == 0: real.sendto(message(i // 100, 256, record), to)
                """
            #expect(try Program.run("/usr/bin/python3", ["-c", script, collector.port("udp")]).code == 0)
            collector.waitForReport(of: "\n  messages     9091, ")
            #expect(collector.probe.errorsSoFar.contains("All "), "SIGUSR1 prints the report so far")
            let outcome = try collector.stop()
            #expect(outcome.text.contains("domain 7: 90 records, 0 lost"), "\(outcome.text.prefix(2000))")
            #expect(
                outcome.text.contains("\n  messages     9091, "),
                "every datagram is in the sums: \(outcome.text.prefix(600))")
            #expect(outcome.text.contains("malformed    9000 times: data came before their template"))
        }

        /// The kernel's drops are in the report: a reader that stands still, and more than its buffer takes.
        @Test func kernelDropsAreCounted() throws {
            let collector = try RunningCollector(["udp"], [])
            kill(collector.probe.identifier, SIGSTOP)
            let script = """
                import socket, sys
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                for i in range(4000): s.sendto(bytes(60000), ('127.0.0.1', int(sys.argv[1])))
                """
            #expect(try Program.run("/usr/bin/python3", ["-c", script, collector.port("udp")]).code == 0)
            kill(collector.probe.identifier, SIGCONT)
            for _ in 0..<120 where Self.read(collector.probe.errorsSoFar).map({ $0.dropped + $0.stray }) != 4000 {
                kill(collector.probe.identifier, SIGUSR1)
                usleep(500_000)
            }
            let (dropped, stray) = try #require(Self.read(try collector.stop().text))
            #expect(dropped > 0 && dropped + stray == 4000, "\(dropped) dropped, \(stray) read")
        }

        /// Datagrams that the kernel dropped, and that were read and are no message, in the last report of `text`.
        private static func read(_ text: String) -> (dropped: Int, stray: Int)? {
            guard let dropped = text.matches(of: /octets, (\d+) datagrams dropped/).last.flatMap({ Int($0.1) }),
                let stray = text.matches(of: /datagrams +(\d+) that are no message/).last.flatMap({ Int($0.1) })
            else { return nil }
            return (dropped, stray)
        }

        @Test func saysWhatIsWrongWithTheCommandLine() throws {
            for (arguments, words) in [
                (["--udp", "localhost:1"], "no numeric address"), (["--tcp", "[::1:9"], "lacks the bracket"),
                (["--udp", "127.0.0.1:70000"], "no port from 0 to 65535"),
                (["--ack", "--udp", "127.0.0.1:0"], "--ack"),
                (["--ack", "--tcp", "127.0.0.1:0"], "on disk"), (["--tls", "127.0.0.1:0"], "--certificate"),
                (["--tcp", "127.0.0.1:0", "--file", "x"], "commands of their own"),
                (["--file", "x", "--until-idle", "1"], "--until-idle"),
            ] {
                let outcome = try Probe.run(["collect"] + arguments)
                #expect(outcome.code == 2 && outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
            }
            let taken = try RunningCollector(["tcp", "udp"], [])
            for transport in ["tcp", "udp"] {
                let outcome = try Probe.run(["collect", "--\(transport)", "127.0.0.1:\(taken.port(transport))"])
                #expect(outcome.code == 3 && outcome.errors.contains("Listening at \(transport)://127.0.0.1"))
                #expect(outcome.errors.contains("ss -lntup"), "\(outcome.errors)")
            }
            #expect(try taken.stop().code == 0)
        }

        /// An output that takes nothing ends the run, with the report and a reason.
        @Test func anOutputThatFails() throws {
            let collector = try RunningCollector(["tcp"], ["--json", "/dev/full"])
            #expect(try Program.exporter(collector.port("tcp"), "plain", "data:0:5", "wait") == ["closed"])
            let outcome = try collector.probe.wait(atMost: 180)
            #expect(outcome.code == 4 && outcome.errors.contains("Writing to /dev/full failed"))
            #expect(outcome.errors.contains("records      5 of flows"))
        }
    }
}
