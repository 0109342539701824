import Foundation
import NetTypes
import Steer
import Testing

extension NetworkTests {
    /// `queue`: iptables to NFQUEUE, read by a small program that says what it saw and accepts it.
    @Suite(.enabled(if: NetworkLab.obstacle == nil, "\(NetworkLab.obstacle ?? "")")) struct QueueTests {
        /// Reads queue 5: one line a packet, and the verdict ACCEPT.
        private static let reader = """
            import socket, struct, sys
            s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
            s.bind((0, 0))
            def send(kind, attribute, value):
                value = struct.pack('=HH', 4 + len(value), attribute) + value + bytes(-len(value) % 4)
                s.send(struct.pack('=IHHII', 20 + len(value), 0x300 | kind, 1, 0, 0) + struct.pack('>BBH', 0, 0, 5) + value)
            send(2, 1, struct.pack('>BBH', 1, 0, 0))
            send(2, 2, struct.pack('>IB', 0xFFFF, 2))
            print('ready', flush=True)
            while True:
                data = s.recv(65536)
                at, identifier, length = 20, None, 0
                if struct.unpack_from('=H', data, 4)[0] != 0x300: continue
                while at + 4 <= len(data):
                    size, kind = struct.unpack_from('=HH', data, at)
                    if kind & 0x7FFF == 1: identifier = data[at + 4:at + 8]
                    if kind & 0x7FFF == 10: length = size - 4
                    at += (size + 3) & ~3
                print('packet', length, flush=True)
                send(1, 2, struct.pack('>I', 1) + identifier)
            """

        @Test func exactlyTheChosenTrafficArrives() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let before = try lab.fingerprint()
            let rule = bench.rule("held", .queue(number: 5)) {
                $0.protocols = [1, 17, 58]
                $0.interfaces = ["ra"]
            }
            let result = try bench.apply([rule])
            #expect(result.changes.count == 1)
            let reader = Background(lab.prefix("r") + ["python3", "-u", "-c", Self.reader])
            try reader.wait(for: "ready")
            try lab.ping("a", "10.9.2.2", count: 3)
            try lab.ping("a", "fd00:9:2::2", count: 2)
            try lab.send("a", to: "10.9.3.2", port: 4000, count: 4)
            try lab.ping("b", "10.9.3.2", count: 5)
            try lab.connect("a", to: "b", address: "10.9.2.2", port: 80)
            usleep(300_000)
            reader.stop()
            let seen = reader.text.split(separator: "\n").count { $0.hasPrefix("packet") }
            // Pings both ways, and four datagrams.
            #expect(seen == 14, "\(reader.text)")
            #expect(try bench.counted("held") == UInt64(seen))
            // Nobody reads any more: traffic passes, and is counted.
            try lab.ping("a", "10.9.2.2", count: 2)
            #expect(try bench.counted("held") == UInt64(seen) + 4)
            _ = try bench.engine().removeEverything(all: false)
            #expect(try lab.fingerprint() == before)
        }

        /// The guard takes out the rule that queues and leaves the one that counts; nothing else changes, and it comes back.
        @Test func guardTakesOutAndPutsBack() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let before = try lab.fingerprint()
            try bench.apply([bench.rule("held", .queue(number: 5)) { $0.protocols = [17] }])
            let installed = try lab.fingerprint()
            let audit = try AuditLog(bench.audit)
            let watch = QueueGuard(
                runner: SystemRunner(prefix: lab.prefix("r")), stateFolder: bench.state, audit: audit, clock: { 0 })
            func turn(waiting: Int, at seconds: Double) -> [String] {
                watch.turn("5 77 \(waiting) 2 65531 0 0 3 1\n6 78 9 2 65531 0 0 9 1\n", at: Nanoseconds(seconds * 1e9))
            }
            #expect(turn(waiting: 3, at: 0.1) == ["watches queue 5"])
            #expect(turn(waiting: 3, at: 0.25).isEmpty)
            #expect(
                turn(waiting: 3, at: 0.35).first?.contains("no verdict for 200 ms while 3 packets wait: 'held'") == true
            )
            let row = try bench.status().rules[0]
            #expect(row.isInstalled == false && row.isSuspended)
            try lab.send("a", to: "10.9.2.2", port: 4000, count: 4)
            #expect(try bench.counted("held") == 4)
            // A guard that begins now knows that the rule is out.
            #expect(turn(waiting: 0, at: 0.4).isEmpty && turn(waiting: 0, at: 1.3).isEmpty)
            #expect(turn(waiting: 0, at: 1.45) == ["queue 5: its reader is well: 'held' queues again"])
            #expect(try lab.fingerprint() == installed && bench.status().rules[0].isInstalled == true)
            #expect(try bench.auditEntries().suffix(2).map(\.action) == [.suspend, .resume])
            _ = try bench.engine().removeEverything(all: false)
            #expect(try lab.fingerprint() == before)
        }

        /// Rules of others in `mangle` are there before and after, and a rule beside one that changes keeps its counter.
        @Test func othersRulesStay() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            for program in ["iptables", "ip6tables"] {
                try lab.run("r", [program, "-t", "mangle", "-A", "FORWARD", "-m", "comment", "--comment", "theirs"])
            }
            let before = try lab.fingerprint()
            let one = bench.rule("one", .queue(number: 5)) { $0.protocols = [1] }
            var two = bench.rule("two", .queue(number: 6)) {
                $0.protocols = [17]
                $0.ports = (1...20).map { PortRange(UInt16($0 * 100), UInt16($0 * 100 + 5)) }
            }
            try bench.apply([one, two])
            try lab.ping("a", "10.9.2.2", count: 2)
            for port in [100, 105, 106, 2005, 2006] { try lab.send("a", to: "10.9.2.2", port: port, count: 1) }
            #expect(try bench.counted("one") == 4 && bench.counted("two") == 3)
            two.ports = [PortRange(9, 9)]
            try bench.apply([two, one])
            try lab.send("a", to: "10.9.2.2", port: 9, count: 2)
            #expect(try bench.counted("one") == 4 && bench.counted("two") == 2)
            _ = try bench.engine().remove(["two"])
            #expect(try bench.counted("one") == 4)
            _ = try bench.engine().removeEverything(all: false)
            #expect(try lab.fingerprint() == before)
        }
    }
}
