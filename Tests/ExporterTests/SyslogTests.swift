import Exporter
import Testing

/// Events as messages of RFC 5424, and where they go.
@Suite struct SyslogTests {
    private let format = SyslogFormat(facility: .local0, host: "probe-1", process: 77, enterpriseNumber: 32473)

    private func text(_ event: SyslogEvent) -> String { String(decoding: format.octets(event), as: UTF8.self) }

    @Test func everyFieldIsInItsPlace() {
        let event = SyslogEvent(
            "input-state", .warning, at: 1_766_003_600_123_456_789, "eth1: is down.",
            [("input", "eth1"), ("state", "down")])
        #expect(
            text(event)
                == "<132>1 2025-12-17T20:33:20.123456Z probe-1 flowprobe 77 input-state "
                + "[event@32473 input=\"eth1\" state=\"down\"] eth1: is down.")
        #expect(
            text(SyslogEvent("stop", .notice, at: 0, ""))
                == "<133>1 1970-01-01T00:00:00.000000Z probe-1 flowprobe 77 stop -")
        let daemon = SyslogFormat(facility: .daemon, host: "a b\n", process: 1, enterpriseNumber: 7)
        let octets = daemon.octets(SyslogEvent("x", .error, at: 0, "y", [("a", "b")]))
        #expect(
            String(decoding: octets, as: UTF8.self)
                == "<27>1 1970-01-01T00:00:00.000000Z a-b- flowprobe 1 x [event@7 a=\"b\"] y")
    }

    /// What comes from outside ends neither a value nor a message.
    @Test func nothingEscapes() {
        let nasty = "a\"b\\c]d\u{0}e\r\nf\u{1B}[2J\u{7F}\u{85}"
        let message = text(SyslogEvent("x", .notice, at: 0, nasty, [("v", nasty)]))
        #expect(message.contains(" [event@32473 v=\"a\\\"b\\\\c\\]d e  f [2J  \"] a\"b\\c]d e  f [2J"))
        #expect(message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
    }

    @Test func otherThanASCIIHasAMark() {
        let octets = format.octets(SyslogEvent("x", .notice, at: 0, "Köln", [("v", "Ü")]))
        #expect(octets.suffix(9) == [0x20, 0xEF, 0xBB, 0xBF] + Array("Köln".utf8))
    }

    /// However long things are, a message fits, and no character is torn.
    @Test func messagesAreBounded() {
        for length in [0, 1, 255, 256, 257, 999, 1000, 1001, 5000] {
            for letter in ["a", "é", "]", "😀"] {
                let long = String(repeating: letter, count: length)
                let event = SyslogEvent("x", .notice, at: 0, long, (0..<20).map { ("v\($0)", long) })
                let octets = format.octets(event)
                #expect(octets.count <= SyslogFormat.longestMessage)
                let message = String(decoding: octets, as: UTF8.self)
                #expect(!message.contains("\u{FFFD}") && message.contains("[event@32473 v0=\""))
            }
        }
    }

    @Test(arguments: [
        "syslog://192.0.2.1:514", "syslog://[2001:db8::1]:5514?facility=daemon",
        "syslog://logs.example:6514?transport=tls&retry=5&ca=/ca.pem&certificate=/c.pem&key=/k.pem&name=logs",
        "syslog://logs.example:601?transport=tcp&timeout=5",
    ]) func formsComeBack(text: String) throws {
        #expect(try SyslogAddress(parsing: text).description == text)
    }

    @Test func portsAreTheUsualOnes() throws {
        #expect(try SyslogAddress(parsing: "syslog://h").name == "syslog://h:514/udp")
        #expect(try SyslogAddress(parsing: "syslog://h/?transport=tcp").name == "syslog://h:601/tcp")
        #expect(try SyslogAddress(parsing: "syslog://[::1]?transport=tls").name == "syslog://[::1]:6514/tls")
    }

    @Test(arguments: [
        ("udp://h", "is not like syslog://"), ("syslog://", "names no host"), ("syslog://h:0", "no port"),
        ("syslog://h?colour=1", "has the parameter colour"), ("syslog://h?transport=sctp", "Choose udp, tcp or tls"),
        ("syslog://h?facility=kern", "Choose user, daemon"),
        ("syslog://h?transport=tcp&ca=/x", "is for https:// and tls:// only"),
        ("syslog://h?filter=port 1", "has the parameter filter"),
        ("syslog://h?transport=tls&key=/k", "one of certificate and key"),
        ("syslog://h?transport=tcp&transport=tcp", "is there twice"),
        ("syslog://h?retry=5", "which datagrams do not know"),
    ]) func whatIsWrongIsSaid(text: String, problem: String) {
        do {
            _ = try SyslogAddress(parsing: text)
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.description.contains(problem), "\(error.description)")
        }
    }
}
