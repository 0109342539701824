import Foundation
import NetTypes
import Steer
import Testing

extension NetworkTests {
    /// `mirror`: tc to a device, and into VXLAN.
    @Suite(.enabled(if: NetworkLab.obstacle == nil, "\(NetworkLab.obstacle ?? "")")) struct MirrorTests {
        @Test func exactlyTheChosenTrafficArrives() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let before = try lab.fingerprint()
            let rule = bench.rule("dns", .mirror(.device("rt"))) {
                $0.protocols = [6, 17]
                $0.ports = [PortRange(53, 53), PortRange(1000, 1999)]
                $0.interfaces = ["ra"]
            }
            try bench.apply([rule])
            let observer = try Observer(lab, "p", device: "seen")
            for port in [52, 53, 54, 999, 1000, 1500, 1999, 2000] {
                try lab.send("a", to: "10.9.2.2", port: port, count: 2)
                try lab.send("a", to: "fd00:9:2::2", port: port, count: 3)
                // Answers leave by ra, from these ports.
                try lab.send("b", to: "10.9.1.2", port: 40_000, from: port, count: 1)
                // Towards a, but not as answers.
                try lab.send("b", to: "10.9.1.2", port: port, from: 39_999, count: 1)
                // Not by ra.
                try lab.send("b", to: "10.9.3.2", port: port, count: 1)
            }
            try lab.ping("a", "10.9.2.2", count: 2)
            try lab.connect("a", to: "b", address: "10.9.2.2", port: 1234)
            try lab.connect("a", to: "b", address: "10.9.2.2", port: 2234)
            let packets = observer.packets()
            for port in [53, 1000, 1500, 1999] {
                #expect(
                    packets.count {
                        $0.contains("> 10.9.2.2.\(port):") && $0.contains("UDP") || $0.contains("> 10.9.2.2.\(port): ")
                    } == 2)
                #expect(packets.count { $0.contains("> fd00:9:2::2.\(port):") } == 3)
                #expect(packets.count { $0.contains("10.9.2.2.\(port) > 10.9.1.2.40000") } == 1)
            }
            let connection = packets.filter { $0.contains(".1234") }
            #expect(connection.count >= 8 && connection.count { $0.contains("Flags [S.]") } == 1)
            #expect(packets.count == 4 * 6 + connection.count, "\(packets.joined(separator: "\n"))")
            #expect(try bench.counted("dns") == UInt64(packets.count))
            _ = try bench.engine().removeEverything(all: false)
            #expect(try lab.fingerprint() == before)
        }

        /// What a fixed offset would miss: IPv4 options, extension headers; and what has no ports: later fragments.
        @Test func optionsExtensionHeadersAndFragments() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let rule = bench.rule("odd", .mirror(.device("rt"))) {
                $0.protocols = [17]
                $0.ports = [PortRange(53, 53)]
                $0.interfaces = ["ra"]
            }
            try bench.apply([rule])
            let observer = try Observer(lab, "p", device: "seen")
            let program = """
                import socket
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                s.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, bytes([1, 1, 1, 0]))
                for port in (53, 54): s.sendto(b'options', ('10.9.2.2', port))
                s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, bytes([0, 0, 1, 4, 0, 0, 0, 0]))
                for port in (53, 54): s.sendto(b'headers', ('fd00:9:2::2', port))
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                s.sendto(bytes(4000), ('10.9.2.2', 53))
                s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
                s.sendto(bytes(4000), ('fd00:9:2::2', 53))
                """
            try lab.run("a", ["python3", "-c", program])
            let packets = observer.packets()
            // Of the fragmented ones the first fragment each: only it says which port.
            #expect(packets.count == 4, "\(packets.joined(separator: "\n"))")
            #expect(try bench.counted("odd") == 4)
        }

        /// A tag that the kernel takes off is no obstacle; what is not IP to tc is not chosen.
        @Test func taggedFrames() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let rule = bench.rule("tagged", .mirror(.device("rt"))) {
                $0.protocols = [17]
                $0.ports = [PortRange(53, 53)]
                $0.interfaces = ["ra"]
            }
            try bench.apply([rule])
            let observer = try Observer(lab, "p", device: "seen")
            let program = """
                import socket, struct
                def frame(tags, port):
                    packet = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 32, 1, 0, 9, 17, 0, bytes([10, 9, 1, 2]), bytes([10, 9, 2, 2]))
                    packet += struct.pack('>HHHH', 9, port, 12, 0) + b'data'
                    return bytes([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]) + tags + bytes([8, 0]) + packet
                s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
                s.bind(('e0', 0))
                one = bytes([0x81, 0, 0, 5])
                for tags in (b'', one, one + one): s.send(frame(tags, 53)); s.send(frame(tags, 54))
                """
            try lab.run("a", ["python3", "-c", program])
            let packets = observer.packets()
            #expect(packets.count == 2, "\(packets.joined(separator: "\n"))")
            #expect(try bench.counted("tagged") == 2)
        }

        /// The copies leave by the interface that is mirrored, and are not mirrored themselves.
        @Test func intoVXLAN() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let before = try lab.fingerprint()
            var tunnel = VXLANTunnel(remote: try #require(IPAddress("10.9.3.2")), vni: 77)
            tunnel.local = IPAddress("10.9.3.1")
            let all = bench.rule("all", .mirror(.vxlan(tunnel))) {
                $0.from = []
                $0.protocols = [1, 17]
                $0.interfaces = ["rp"]
            }
            let pings = bench.rule("pings", .mirror(.vxlan(tunnel))) {
                $0.protocols = [1, 58]
                $0.interfaces = ["ra"]
            }
            try bench.apply([all, pings])
            let observer = try Observer(lab, "p", device: "e0", filter: "udp port 4789")
            try lab.ping("a", "10.9.2.2", count: 3)
            try lab.ping("a", "fd00:9:2::2", count: 2)
            try lab.ping("b", "10.9.3.2", count: 4)
            try lab.send("b", to: "10.9.3.2", port: 53, count: 5)
            try lab.send("a", to: "10.9.2.2", port: 53, count: 5)
            let packets = observer.packets()
            #expect(packets.count { $0.contains("VXLAN, flags [I] (0x08), vni 77") } == packets.count)
            #expect(try bench.counted("all") == 13 && bench.counted("pings") == 10)
            #expect(packets.count == 23, "\(packets.joined(separator: "\n"))")
            _ = try bench.engine().removeEverything(all: false)
            #expect(try lab.fingerprint() == before)
        }

        /// A second tunnel is excluded in the programs of rules that stay, which keep their counters.
        @Test func aSecondTunnelComesAndGoes() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let one = bench.rule("one", .mirror(.device("rt"))) {
                $0.from = []
                $0.protocols = [17]
                $0.interfaces = ["rp"]
            }
            let two = bench.rule("two", .mirror(.vxlan(.init(remote: try #require(IPAddress("10.9.3.2")), vni: 5)))) {
                $0.protocols = [1]
                $0.interfaces = ["ra"]
            }
            try bench.apply([one])
            try lab.send("b", to: "10.9.3.2", port: 9999, count: 3)
            let first = try bench.counted("one")
            try bench.apply([one, two])
            #expect(try bench.counted("one") == first)
            try lab.ping("a", "10.9.2.2", count: 3)
            #expect(try bench.counted("one") == first)
            #expect(try bench.counted("two") == 6)
            try bench.apply([one])
            #expect(try bench.counted("one") == first)
            #expect(try lab.run("r", ["ip", "link", "show", "type", "vxlan"]).isEmpty)
        }

        @Test func oneInFour() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            try bench.apply([
                bench.rule("some", .mirror(.device("rt"))) {
                    $0.protocols = [17]
                    $0.interfaces = ["ra"]
                    $0.sample = 4
                }
            ])
            let observer = try Observer(lab, "p", device: "seen")
            try lab.send("a", to: "10.9.2.2", port: 53, count: 2000)
            let counted = try #require(try bench.counted("some"))
            let arrived = observer.packets(atLeast: Int(counted)).count
            #expect(counted == UInt64(arrived))
            #expect((380...620).contains(arrived))
        }

        /// Others' filters keep working behind ours, and stay when ours go.
        @Test func othersFiltersStay() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            try lab.run("r", ["tc", "qdisc", "add", "dev", "ra", "clsact"])
            let theirs = [
                "tc", "filter", "add", "dev", "ra", "ingress", "pref", "40000", "protocol", "ip", "u32", "match", "u32",
                "0", "0", "action", "mirred", "egress", "mirror", "dev", "rt",
            ]
            try lab.run("r", theirs)
            let before = try lab.fingerprint()
            let rule = bench.rule("mine", .mirror(.device("rt"))) {
                $0.protocols = [1]
                $0.interfaces = ["ra"]
                $0.isBidirectional = false
            }
            try bench.apply([rule])
            let observer = try Observer(lab, "p", device: "seen")
            try lab.ping("a", "10.9.2.2", count: 3)
            #expect(observer.packets().count == 6)
            #expect(try bench.counted("mine") == 3)
            _ = try bench.engine().removeEverything(all: true)
            #expect(try lab.fingerprint() == before)
            // One that comes ahead of ours could keep packets from it: refused.
            try lab.run("r", theirs.map { $0 == "40000" ? "10" : $0 })
            let error = #expect(throws: PlanError.self) { try bench.apply([rule]) }
            #expect(error?.description.contains("priority 10") ?? false)
        }
    }
}
