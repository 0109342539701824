import Delivery
import Exporter
import Foundation
import Glibc
import NetTypes
import Testing

/// Events on their way to receivers of syslog messages: rsyslog, and one that breaks.
@Suite(.serialized) struct SyslogTests {
    private static let program = "/usr/sbin/rsyslogd"
    private static let isThere =
        Laboratory.isThere && FileManager.default.isExecutableFile(atPath: program)
        && FileManager.default.fileExists(atPath: "/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_ossl.so")

    /// rsyslog on one transport, which writes what it understood into the file `got`, fields between bars.
    private final class Receiver {
        let lab: Laboratory
        let port: UInt16
        private let process = Process()

        init(_ lab: Laboratory, _ transport: String, port: UInt16) throws {
            self.lab = lab
            self.port = port
            let input =
                switch transport {
                case "udp": "module(load=\"imudp\")\ninput(type=\"imudp\" address=\"127.0.0.1\" port=\"\(port)\")"
                case "tcp": "module(load=\"imtcp\")\ninput(type=\"imtcp\" address=\"127.0.0.1\" port=\"\(port)\")"
                default:
                    """
                    module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1"
                        streamDriver.authMode="x509/certvalid")
                    input(type="imtcp" address="127.0.0.1" port="\(port)")
                    """
                }
            let text = """
                global(workDirectory="\(lab.folder)" defaultNetstreamDriverCAFile="\(lab.path("ca.pem"))"
                    defaultNetstreamDriverCertFile="\(lab.path("address.pem"))"
                    defaultNetstreamDriverKeyFile="\(lab.path("address.key"))")
                \(input)
                template(name="fields" type="string" string="%PRI%|%protocol-version%|%timestamp:::date-rfc3339%|%hostname%|%app-name%|%procid%|%msgid%|%structured-data%|%msg%\\n")
                action(type="omfile" file="\(lab.path("got"))" template="fields")

                """
            try Data(text.utf8).write(to: URL(filePath: lab.path("rsyslog.conf")))
            process.executableURL = URL(filePath: SyslogTests.program)
            process.arguments = ["-n", "-f", lab.path("rsyslog.conf"), "-i", lab.path("pid")]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
        }

        deinit {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        var lines: [String] {
            let text = (try? String(contentsOfFile: lab.path("got"), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").map(String.init)
        }
    }

    private func event(_ number: Int, _ text: String = "happened") -> SyslogEvent {
        SyslogEvent(
            "test-\(number)", .warning, at: 1_766_003_600_123_456_789, text, [("v", "a\"b\\c]d"), ("n", "\(number)")])
    }

    /// A receiver that others wrote understands each message, over each transport.
    @Test(
        .enabled(if: isThere, "rsyslog or openssl is missing: events were NOT tried against it; run scripts/bootstrap"),
        arguments: ["udp", "tcp", "tls"])
    func rsyslogUnderstands(transport: String) throws {
        let lab = try Laboratory()
        let receiver = try Receiver(lab, transport, port: unusedPort())
        let security =
            transport == "tls"
            ? "&ca=\(lab.path("ca.pem"))&certificate=\(lab.path("probe.pem"))&key=\(lab.path("probe.key"))" : ""
        let retry = transport == "udp" ? "" : "&retry=1"
        let sender = SyslogSender(
            try SyslogAddress(parsing: "syslog://127.0.0.1:\(receiver.port)?transport=\(transport)\(retry)\(security)"),
            host: "probe-1", enterpriseNumber: 32473)
        sender.start()
        // Datagrams are lost until it listens.
        #expect(
            eventually {
                sender.tell(event(0))
                usleep(100_000)
                return !receiver.lines.isEmpty
            }, "\(sender.status)")
        for number in 1...20 { sender.tell(event(number)) }
        #expect(eventually { receiver.lines.last?.contains("test-20|") == true }, "\(sender.status)")
        let process = ProcessInfo.processInfo.processIdentifier
        let last = receiver.lines.suffix(20)
        for (number, line) in zip(1...20, last) {
            #expect(
                line == "132|1|2025-12-17T20:33:20.123456+00:00|probe-1|flowprobe|\(process)|test-\(number)|"
                    + "[event@32473 v=\"a\\\"b\\\\c\\]d\" n=\"\(number)\"]|happened"
                    || line == "132|1|2025-12-17T20:33:20.123456Z|probe-1|flowprobe|\(process)|test-\(number)|"
                        + "[event@32473 v=\"a\\\"b\\\\c\\]d\" n=\"\(number)\"]|happened",
                "\(line)")
        }
        sender.finish(until: Date(timeIntervalSinceNow: 5))
        #expect(sender.status.problem == nil && sender.status.lost == 0)
    }

    /// Nobody waits for a receiver that is away: what does not fit is lost, counted, and reported once it is back.
    @Test func lossIsReported() throws {
        let port = try unusedPort()
        let sender = SyslogSender(
            try SyslogAddress(parsing: "syslog://127.0.0.1:\(port)?transport=tcp&retry=1"), host: "h",
            enterpriseNumber: 9)
        sender.start()
        #expect(eventually { sender.status.problem?.contains("takes no connection") == true })
        for number in 0..<SyslogSender.queueLimit + 30 { sender.tell(event(number)) }
        #expect(sender.status.lost == 30)
        let (listener, _) = try listenOnLoopback(port)
        defer { close(listener) }
        let messages = try take(listener, SyslogSender.queueLimit + 1)
        #expect(messages.count == SyslogSender.queueLimit + 1)
        #expect(messages.first?.contains(" events-lost [event@9 lost=\"30\"] ") == true)
        #expect(messages.last?.contains(" test-\(SyslogSender.queueLimit - 1) ") == true)
        #expect(
            eventually { sender.status.sent == UInt64(SyslogSender.queueLimit + 1) && sender.status.problem == nil })
        sender.finish(until: Date(timeIntervalSinceNow: 1))
    }

    /// Messages of a connection, by their lengths, until there are so many.
    private func take(_ listener: Int32, _ count: Int) throws -> [String] {
        let connection = accept(listener, nil, nil)
        try #require(connection >= 0)
        defer { close(connection) }
        var (octets, messages): ([UInt8], [String]) = ([], [])
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while messages.count < count {
            // SAFETY: room for as many octets as are asked for.
            let got = unsafe recv(connection, &buffer, buffer.count, 0)
            guard got > 0 else { return messages }
            octets += buffer[..<got]
            var start = 0
            while let space = octets[start...].firstIndex(of: 0x20),
                let length = Int(String(decoding: octets[start..<space], as: UTF8.self)),
                octets.count - space - 1 >= length
            {
                messages.append(String(decoding: octets[(space + 1)..<(space + 1 + length)], as: UTF8.self))
                start = space + 1 + length
            }
            octets.removeFirst(start)
        }
        return messages
    }
}
