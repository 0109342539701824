import Capture
import Foundation
import Labels
import Testing

/// Labels of the flows of public captures beside those of nDPI's own regression results (docs/accuracy.md), where the
/// corpus is there.
@Suite struct CorpusTests {
    static let folder: String =
        ProcessInfo.processInfo.environment["FLOWPROBE_CORPUS"]
        ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/captures").standardized
        .path()
    static let isPresent = FileManager.default.fileExists(atPath: folder + "/expected-ndpi")

    /// One flow of nDPI's results.
    struct Expected {
        var key: String
        /// The protocol, without the service that nDPI sees in it.
        var name: String
        var fields: [String: String]
    }

    /// What nDPI calls our labels. Its names for services (YouTube, Slack, …) stand behind those of protocols; a flow of
    /// which it names only the service is not compared.
    static let synonyms: [String: Set<ApplicationLabel>] = [
        "DNS": [.dns], "MDNS": [.mdns], "LLMNR": [.llmnr], "DoH_DoT": [.dnsOverTLS, .tls], "HTTP": [.http, .webSocket],
        "HTTP2": [.http2, .grpc, .etcd], "WebSocket": [.webSocket], "SSDP": [.ssdp],
        "TLS": [.tls, .tlsSM, .tlcp, .dnsOverTLS],
        "DTLS": [.dtls], "QUIC": [.quic, .dnsOverQUIC], "SSH": [.ssh], "Telnet": [.telnet], "RDP": [.rdp],
        "VNC": [.vnc],
        "SMTP": [.smtp], "IMAP": [.imap], "POP3": [.pop3], "FTP_CONTROL": [.ftp], "TFTP": [.tftp], "SMBv1": [.smb1],
        "SMBv23": [.smb], "NFS": [.nfs, .oncRPC], "RPC": [.dceRPC, .oncRPC], "DCE_RPC": [.dceRPC],
        "NetBIOS": [.netbiosName, .netbiosDatagram, .netbiosSession], "Kerberos": [.kerberos], "LDAP": [.ldap],
        "RADIUS": [.radius], "Diameter": [.diameter], "DHCP": [.dhcp], "DHCPV6": [.dhcpv6], "NTP": [.ntp],
        "SNMP": [.snmp],
        "Syslog": [.syslog], "NetFlow": [.netflow, .ipfix], "sFlow": [.sflow], "MySQL": [.mysql],
        "PostgreSQL": [.postgreSQL],
        "MsSQL-TDS": [.tds], "Oracle": [.tns], "RESP": [.redis], "Redis": [.redis], "MongoDB": [.mongoDB],
        "Memcached": [.memcached], "Cassandra": [.cassandra], "Kafka": [.kafka], "AMQP": [.amqp], "MQTT": [.mqtt],
        "NATS": [.nats], "COAP": [.coap], "SIP": [.sip], "RTP": [.rtp], "RTCP": [.rtcp], "STUN": [.stun],
        "RTSP": [.rtsp],
        "BGP": [.bgp], "LDP": [.ldp], "VXLAN": [.vxlan], "SOCKS": [.socks], "IPSec": [.ike], "WireGuard": [.wireGuard],
        "OpenVPN": [.openVPN], "BitTorrent": [.bitTorrent], "Modbus": [.modbus], "S7Comm": [.s7], "DNP3": [.dnp3],
        "IEC60870": [.iec104], "EthernetIP": [.etherNetIP], "OPC-UA": [.opcUA], "BACnet": [.bacnet],
        "PROFINET_IO": [.profinet],
    ]

    /// Fingerprints that nDPI has otherwise, one by one (docs/accuracy.md).
    static let adjudicated: Set = [
        "JA4 TCP 1.1.1.1:443 192.168.20.211:44404", "JA4 UDP 142.250.82.99:3478 192.168.12.169:49153",
        "JA4 UDP 134.224.90.111:8801 192.168.43.169:48854",
    ]

    /// Of a JA4 without the two characters for the application protocol, of which nDPI has others than the description.
    private static func comparable(_ value: String, _ name: String) -> String {
        name == "JA4" ? String(value.prefix(8) + value.dropFirst(10)) : String(value.prefix(32))
    }

    @Test(.enabled(if: isPresent, "The corpus is absent: set FLOWPROBE_CORPUS to its folder."))
    func agreesWithNDPI() throws {
        var (right, unnamed, wrong, absent) = (0, 0, 0, 0)
        var (fingerprints, otherFingerprints) = (0, 0)
        var extra: [String: Int] = [:]
        let malformed = try Self.malformed()
        for file in try FileManager.default.contentsOfDirectory(atPath: Self.folder + "/expected-ndpi").sorted() {
            let capture = file.replacingOccurrences(of: ".out", with: "")
            if malformed.contains(capture) { continue }
            guard
                let path = [Self.folder, Self.folder + "/more"].map({ "\($0)/\(capture)" })
                    .first(where: { FileManager.default.fileExists(atPath: $0) }),
                let source = try? ReplaySource(ReplayInput(paths: [path]))
            else { continue }
            let flows = CorpusFlows(source).flows
            var compared: Set<String> = []
            for expected in try Self.expectations(Self.folder + "/expected-ndpi/" + file) {
                compared.insert(expected.key)
                guard let labels = Self.synonyms[expected.name], expected.fields["Confidence"] == "DPI" else {
                    continue
                }
                guard let flow = flows[expected.key] else {
                    absent += 1
                    print("absent:", capture, expected.key, expected.name)
                    continue
                }
                let found = flow.inspector
                if let label = found.label, labels.contains(label), found.source != .port {
                    right += 1
                } else if found.label == nil || found.source == .port {
                    unnamed += 1
                    print("unnamed:", capture, expected.key, expected.name, "payloads", flow.payloads)
                } else {
                    wrong += 1
                    print("differs:", capture, expected.key, expected.name, "is", found.label?.name ?? "")
                }
                for (attribute, name) in [(LabelAttribute.ja3, "JA3C"), (.ja3s, "JA3S"), (.ja4, "JA4")] {
                    guard let theirs = expected.fields[name], let ours = found.attributes[attribute] else { continue }
                    fingerprints += 1
                    if Self.comparable(theirs, name) != Self.comparable(ours, name),
                        !Self.adjudicated.contains(name + " " + expected.key)
                    {
                        otherFingerprints += 1
                        print("fingerprint:", capture, expected.key, name, theirs, "is", ours)
                    }
                }
            }
            for (key, flow) in flows where flow.inspector.source != .port && !compared.contains(key) {
                extra["\(capture) \(flow.inspector.label?.name ?? "")", default: 0] +=
                    flow.inspector.label == nil ? 0 : 1
            }
        }
        print(
            "right \(right), unnamed \(unnamed), differs \(wrong), absent \(absent); fingerprints \(fingerprints), "
                + "of which \(otherFingerprints) differ")
        #expect(right > 0 && fingerprints > 0)
        #expect(Double(right) >= 0.95 * Double(right + unnamed + wrong))
        #expect(Double(wrong) <= 0.01 * Double(right + unnamed + wrong))
        #expect(otherFingerprints == 0)
    }

    /// Captures that are malformed on purpose.
    private static func malformed() throws -> Set<String> {
        var names: Set<String> = []
        for path in [folder, folder + "/more"] {
            let list = try String(contentsOfFile: path + "/MANIFEST.tsv", encoding: .utf8)
            for line in list.split(separator: "\n") {
                let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
                if columns.count > 10, columns[10] == "malformed" { names.insert(String(columns[0])) }
            }
        }
        return names
    }

    /// Of `TLS.YouTube` the first part; but what NetBIOS sessions carry is SMB, and what STUN opens is named second too.
    private static func name(_ path: Substring) -> String {
        let parts = path.split(separator: ".").map { String($0) }
        guard parts.count > 1, ["NetBIOS", "STUN"].contains(parts[0]), synonyms[parts[1]] != nil else {
            return parts[0]
        }
        return parts[1]
    }

    /// The flows that a results file lists.
    static func expectations(_ path: String) throws -> [Expected] {
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            guard
                let match = line.firstMatch(of: /^\t\d+\t(TCP|UDP|SCTP) (\S+) <?-> (\S+) \[proto: [^\/\]]+\/([^\]]+)/)
            else { return nil }
            var fields: [String: String] = [:]
            for field in line.matches(of: /\[([^:\]]+): ([^\]]*)\]/) { fields[String(field.1)] = String(field.2) }
            return Expected(
                key: CorpusFlows.key(String(match.1), String(match.2), String(match.3)), name: name(match.4),
                fields: fields)
        }
    }
}
