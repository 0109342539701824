import Foundation
import NetTypes
import Steer
import Testing

extension NetworkTests {
    /// `log`: nft to NFLOG, seen by tcpdump as the group's listener.
    @Suite(.enabled(if: NetworkLab.obstacle == nil, "\(NetworkLab.obstacle ?? "")")) struct LogTests {
        @Test func exactlyTheChosenTrafficArrives() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let before = try lab.fingerprint()
            let rule = bench.rule("web", .log(group: 7, snapLength: nil)) {
                $0.protocols = [6, 17]
                $0.ports = [PortRange(53, 53), PortRange(8000, 8080)]
            }
            #expect(try bench.apply([rule]).changes.count == 1)
            let observer = try Observer(lab, "r", device: "nflog:7")
            try lab.send("a", to: "10.9.2.2", port: 53, count: 3)
            try lab.send("a", to: "fd00:9:2::2", port: 8080, count: 4)
            try lab.send("a", to: "10.9.2.2", port: 8081, count: 5)
            try lab.send("a", to: "10.9.2.2", port: 9, from: 53, count: 5)
            try lab.send("b", to: "10.9.3.2", port: 53, count: 5)
            try lab.send("b", to: "10.9.1.2", port: 40_000, from: 53, count: 2)
            try lab.send("b", to: "10.9.1.2", port: 53, count: 5)
            // To the router itself, which sends an ICMP error back: that is not chosen.
            try lab.send("a", to: "10.9.1.1", port: 53, count: 1)
            try lab.ping("a", "10.9.2.2", count: 2)
            try lab.connect("a", to: "b", address: "10.9.2.2", port: 8000)
            try lab.connect("a", to: "b", address: "fd00:9:2::2", port: 8010)
            try lab.connect("a", to: "b", address: "10.9.2.2", port: 7999)
            let packets = observer.packets()
            #expect(packets.count { $0.contains("10.9.1.2") && $0.contains("10.9.2.2.53:") } == 3)
            #expect(packets.count { $0.contains("fd00:9:2::2.8080:") } == 4)
            #expect(packets.count { $0.contains("10.9.2.2.53 > 10.9.1.2.40000") } == 2)
            #expect(packets.count { $0.contains("10.9.1.1.53:") } == 1)
            let connections = packets.filter { $0.contains(".8000") || $0.contains(".8010") }
            // SYN, SYN-ACK, ACK, question, answer, their acknowledgements, FIN from both: not fewer, whatever is merged.
            #expect(connections.count >= 16 && connections.count { $0.contains("Flags [S.]") } == 2)
            #expect(packets.count == 3 + 4 + 2 + 1 + connections.count, "\(packets.joined(separator: "\n"))")
            #expect(try bench.counted("web") == UInt64(packets.count))
            let same = try bench.status(arrived: ["web": UInt64(packets.count)])
            #expect(same.isSound && same.rules.first?.isReconciled == true)
            let other = try bench.status(arrived: ["web": UInt64(packets.count) - 1])
            #expect(!other.isSound && other.text.contains("MISMATCH, 1 did not arrive"))
            _ = try bench.engine().removeEverything(all: false)
            #expect(try lab.fingerprint() == before)
        }

        @Test func interfacesAndEitherPort() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let rule = bench.rule("either", .log(group: 8, snapLength: 64)) {
                $0.from = []
                $0.protocols = [17]
                $0.ports = [PortRange(53, 53)]
                $0.portSide = .either
                $0.interfaces = ["ra"]
            }
            try bench.apply([rule])
            let observer = try Observer(lab, "r", device: "nflog:8")
            try lab.send("a", to: "10.9.2.2", port: 53, from: 53, count: 1)
            try lab.send("a", to: "10.9.2.2", port: 9, from: 53, count: 2)
            try lab.send("b", to: "10.9.1.2", port: 53, count: 3)
            try lab.send("b", to: "10.9.3.2", port: 53, count: 4)
            let packets = observer.packets()
            #expect(packets.count { $0.contains("10.9.3.2") } == 0)
            let counted = try bench.counted("either")
            #expect(packets.count == 6 && counted == 6, "\(packets.joined(separator: "\n"))")
        }

        /// A rule that does not change keeps its counter, whatever is applied beside it; one that changes begins anew.
        @Test func applyingAgainKeepsCounters() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let before = try lab.fingerprint()
            let one = bench.rule("one", .log(group: 7, snapLength: nil)) { $0.protocols = [17] }
            var two = bench.rule("two", .log(group: 8, snapLength: nil)) { $0.protocols = [1] }
            try bench.apply([one])
            try lab.send("a", to: "10.9.2.2", port: 53, count: 5)
            #expect(try bench.counted("one") == 5)
            let again = try bench.apply([one])
            #expect(again.changes.isEmpty && again.unchanged == 1)
            let result = try bench.apply([one, two])
            #expect(result.changes.map(\.rule.name) == ["two"] && result.unchanged == 1)
            try lab.ping("a", "10.9.2.2", count: 2)
            #expect(try bench.counted("one") == 5 && bench.counted("two") == 4)
            two.isBidirectional = false
            #expect(try bench.apply([one, two]).changes.map(\.kind) == [.replace])
            #expect(try bench.counted("one") == 5 && bench.counted("two") == 0)
            try lab.ping("a", "10.9.2.2", count: 2)
            #expect(try bench.counted("two") == 2)
            _ = try bench.engine().remove(["two"])
            #expect(try bench.counted("one") == 5 && bench.status().rules.count == 1)
            _ = try bench.engine().remove(["one"])
            #expect(try lab.fingerprint() == before)
        }

        @Test func oneInFour() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            try bench.apply([
                bench.rule("some", .log(group: 7, snapLength: nil)) {
                    $0.protocols = [17]
                    $0.sample = 4
                }
            ])
            let observer = try Observer(lab, "r", device: "nflog:7")
            try lab.send("a", to: "10.9.2.2", port: 53, count: 2000)
            let arrived = observer.packets().count
            #expect(try bench.counted("some") == UInt64(arrived))
            // 500 expected, with a standard deviation of 19.
            #expect((380...620).contains(arrived))
        }

        /// nft stops by itself: nobody has to come and remove the rule.
        @Test func stopsAtItsEnd() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let rule = bench.rule("short", .log(group: 7, snapLength: nil)) {
                $0.validUntil = bench.now + 3 * nanosecondsPerSecond
                $0.protocols = [17]
            }
            try bench.apply([rule])
            try lab.send("a", to: "10.9.2.2", port: 53, count: 2)
            let early = try bench.counted("short")
            usleep(3_500_000)
            try lab.send("a", to: "10.9.2.2", port: 53, count: 7)
            // The first two may have come late on a busy machine; the last ones are late in any case.
            #expect(try bench.counted("short") == early)
            #expect((early ?? 9) <= 2)
        }
    }
}
