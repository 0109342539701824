import Foundation
import NetTypes
import Steer
import Testing

/// Everything that works in network namespaces; one test after the other, since they measure what arrives when.
@Suite(.serialized) enum NetworkTests {}

/// A virtual router between two hosts and a probe, each a network namespace of its own:
///
///     a (10.9.1.2, fd00:9:1::2) ── ra ┐
///     b (10.9.2.2, fd00:9:2::2) ── rb ┤ router
///     p (10.9.3.2, fd00:9:3::2) ── rp ┤
///     tap end "seen"            ── rt ┘ for mirrors to a device
///
/// Nothing is done outside of these namespaces. They go when the lab goes.
final class NetworkLab {
    /// Why labs cannot be made here; nil where they can.
    static let obstacle: String? = {
        guard geteuid() == 0 else { return "not root: network namespaces cannot be made" }
        for program in ["ip", "tc", "nft", "iptables", "ping", "tcpdump", "python3"]
        where SystemRunner.path(of: program) == nil {
            return "\(program) is not installed: run scripts/bootstrap"
        }
        let name = "fps-try-\(getpid())"
        let runner = SystemRunner()
        guard (try? runner.run(SteeringCommand(["ip", "netns", "add", name])))?.code == 0 else {
            return "'ip netns add' fails here"
        }
        _ = try? runner.run(SteeringCommand(["ip", "netns", "del", name]))
        return nil
    }()

    private static let counter = Counter()
    private final class Counter: @unchecked Sendable {
        private let lock = NSLock()
        private var value = 0
        func next() -> Int {
            lock.withLock {
                value += 1; return value
            }
        }
    }

    private let name: String
    private let hosts = ["r", "a", "b", "p"]
    let folder: URL

    init() throws {
        name = "fps\(getpid())x\(Self.counter.next())"
        folder = FileManager.default.temporaryDirectory.appending(path: "flowprobe-\(name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for host in hosts {
            try outside(["ip", "netns", "add", namespace(host)])
            try run(host, ["ip", "link", "set", "lo", "up"])
            // Link-local addresses, which neighbour discovery needs, hold at once.
            try run(host, ["tee", "/proc/sys/net/ipv6/conf/default/accept_dad"], input: "0\n")
        }
        for (index, host) in ["a", "b", "p"].enumerated() {
            let net = index + 1
            try run(
                "r", ["ip", "link", "add", "r\(host)", "type", "veth", "peer", "name", "e0", "netns", namespace(host)])
            for (place, device, last) in [("r", "r\(host)", 1), (host, "e0", 2)] {
                // Segments as they are on the wire: counters of packets and captures then agree.
                try run(place, ["ip", "link", "set", "dev", device, "gso_max_segs", "1", "up"])
                try run(place, ["ip", "address", "add", "10.9.\(net).\(last)/24", "dev", device])
                try run(place, ["ip", "-6", "address", "add", "fd00:9:\(net)::\(last)/64", "dev", device, "nodad"])
            }
            try run(host, ["ip", "route", "add", "default", "via", "10.9.\(net).1"])
            try run(host, ["ip", "-6", "route", "add", "default", "via", "fd00:9:\(net)::1"])
        }
        try run("r", ["ip", "link", "add", "rt", "type", "veth", "peer", "name", "seen", "netns", namespace("p")])
        for (host, device) in [("r", "rt"), ("p", "seen")] {
            // Nothing but copies on it.
            try run(host, ["tee", "/proc/sys/net/ipv6/conf/\(device)/disable_ipv6"], input: "1\n")
            try run(host, ["ip", "link", "set", "dev", device, "up"])
        }
        for key in ["ipv4/ip_forward", "ipv6/conf/all/forwarding"] {
            try run("r", ["tee", "/proc/sys/net/\(key)"], input: "1\n")
        }
        // Hosts keep quiet about closed ports, so that what is sent is all there is.
        let quiet = """
            add table inet quiet
            add chain inet quiet output { type filter hook output priority 0; }
            add rule inet quiet output icmp type destination-unreachable drop
            add rule inet quiet output icmpv6 type destination-unreachable drop

            """
        for host in ["a", "b", "p"] { try run(host, ["nft", "-f", "-"], input: quiet) }
        // Neighbours are known before anything is counted.
        try ping("a", "10.9.2.2", count: 1)
        try ping("a", "fd00:9:2::2", count: 1)
        try ping("a", "10.9.3.2", count: 1)
    }

    deinit {
        for host in hosts { _ = try? SystemRunner().run(SteeringCommand(["ip", "netns", "del", namespace(host)])) }
        try? FileManager.default.removeItem(at: folder)
    }

    func namespace(_ host: String) -> String { "\(name)-\(host)" }

    private func outside(_ arguments: [String]) throws {
        _ = try SystemRunner().require(SteeringCommand(arguments))
    }

    /// Words that make a command run in a host's namespace.
    func prefix(_ host: String) -> [String] { ["ip", "netns", "exec", namespace(host)] }

    /// Runs a command in a host's namespace; its standard output.
    @discardableResult
    func run(_ host: String, _ arguments: [String], input: String? = nil) throws -> String {
        try SystemRunner(prefix: prefix(host)).require(SteeringCommand(arguments, input: input))
    }

    func ping(_ host: String, _ target: String, count: Int, size: Int = 56) throws {
        try run(host, ["ping", "-q", "-c", "\(count)", "-i", "0.02", "-W", "2", "-s", "\(size)", target])
    }

    /// Sends datagrams from a host, and waits for nothing.
    func send(_ host: String, to target: String, port: Int, from source: Int = 0, count: Int) throws {
        let program = """
            import socket, time
            family = socket.AF_INET6 if ':' in '\(target)' else socket.AF_INET
            s = socket.socket(family, socket.SOCK_DGRAM)
            s.bind(('', \(source)))
            for i in range(\(count)):
                # Between hosts a busy kernel holds back a thousand packets at most, and drops the others.
                if i % 50 == 49: time.sleep(0.01)
                s.sendto(b'x' * 20, ('\(target)', \(port)))
            """
        try run(host, ["python3", "-c", program])
    }

    /// A TCP exchange between two hosts: connect, a line each way, close.
    func connect(_ host: String, to server: String, address: String, port: Int) throws {
        let listen = """
            import socket
            s = socket.socket(socket.AF_INET6 if ':' in '\(address)' else socket.AF_INET)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(('\(address)', \(port))); s.listen(); s.settimeout(10)
            c, _ = s.accept(); c.recv(100); c.sendall(b'answer'); c.recv(100)
            """
        let background = Background(prefix(server) + ["python3", "-c", listen])
        let speak = """
            import socket, time
            for i in range(100):
                try:
                    c = socket.create_connection(('\(address)', \(port)), 5); break
                except OSError: time.sleep(0.05)
            c.sendall(b'question'); c.recv(100); c.close()
            """
        try run(host, ["python3", "-c", speak])
        background.wait()
    }

    /// What there is in the router that steering could have changed, as text without counts.
    func fingerprint() throws -> String {
        var text = try run("r", ["nft", "list", "ruleset"])
        for command in [
            ["ip", "-details", "link", "show"], ["tc", "qdisc", "show"], ["tc", "actions", "list", "action", "mirred"],
            ["tc", "filter", "show", "dev", "ra", "ingress"], ["tc", "filter", "show", "dev", "ra", "egress"],
            ["tc", "filter", "show", "dev", "rb", "ingress"], ["tc", "filter", "show", "dev", "rb", "egress"],
        ] {
            // Without a clsact there is no such side, which tc says as an error or as nothing.
            let outcome = try SystemRunner(prefix: prefix("r")).run(SteeringCommand(command))
            text += "\n# \(command.joined(separator: " "))\n" + outcome.output
        }
        return text.replacing(/packets [0-9]+ bytes [0-9]+/, with: "")
    }
}

/// A program that runs beside the test.
final class Background {
    private let process = Process()
    private let output: URL

    init(_ arguments: [String]) {
        output = FileManager.default.temporaryDirectory.appending(path: "flowprobe-out-\(UUID().uuidString)")
        try? Data().write(to: output)
        process.executableURL = SystemRunner.path(of: arguments[0]).map { URL(filePath: $0) }
        process.arguments = Array(arguments.dropFirst())
        let file = try? FileHandle(forWritingTo: output)
        (process.standardOutput, process.standardError) = (file, file)
        process.standardInput = FileHandle.nullDevice
        try? process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: output)
    }

    var text: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    /// Waits until the output contains `text`, a minute at most.
    func wait(for text: String) throws {
        for _ in 0..<12_000 where !self.text.contains(text) { usleep(5000) }
        try #require(self.text.contains(text), "no '\(text)' in: \(self.text)")
    }

    /// Ends it. tcpdump on a netlink group would wait for one more packet, and is ended the hard way.
    func stop() {
        process.interrupt()
        for _ in 0..<100 where process.isRunning { usleep(5000) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func wait() {
        for _ in 0..<12_000 where process.isRunning { usleep(5000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }
}

/// tcpdump on a host's device, or on a netlink group.
struct Observer {
    private let tcpdump: Background
    private let delay: useconds_t

    init(_ lab: NetworkLab, _ host: String, device: String, filter: String = "") throws {
        // Every packet at once, with numbers for names.
        tcpdump = Background(
            lab.prefix(host) + ["tcpdump", "-n", "-l", "-i", device, "--immediate-mode", "-B", "16384"]
                + (filter.isEmpty ? [] : [filter]))
        // The kernel hands netlink packets over in batches, a second apart at most.
        delay = device.hasPrefix("nflog") ? 1_300_000 : 200_000
        try tcpdump.wait(for: "listening on")
    }

    /// Ends it, and gives one line per packet: until nothing more comes, and at least `wanted` have or ten seconds passed.
    func packets(atLeast wanted: Int = 0) -> [String] {
        for _ in 0..<50 where wanted > 0 && lines.count < wanted { usleep(200_000) }
        // A machine that is busy gives tcpdump its turn late.
        var seen: Int
        var turns = 0
        repeat {
            seen = tcpdump.text.utf8.count
            usleep(delay)
            turns += 1
        } while tcpdump.text.utf8.count != seen && turns < 50
        tcpdump.stop()
        return lines
    }

    /// A packet's line begins with its time; what is inside a tunnel is a line of its own.
    private var lines: [String] {
        tcpdump.text.split(separator: "\n").map(String.init).filter { $0.contains(" IP") }
    }
}
