import Labels

/// Names, directories, management and databases.
extension Fixture {
    /// A domain name.
    static func name(_ labels: String...) -> [UInt8] {
        let octets: [UInt8] = labels.flatMap { sized(1, ascii($0)) }
        return cat(octets, [0])
    }

    private static func netbios(_ name: String) -> [UInt8] {
        let padded = cat(ascii(name), [UInt8](repeating: 0x20, count: 15 - name.utf8.count), [0])
        let letters: [UInt8] = padded.flatMap { (octet: UInt8) -> [UInt8] in
            [0x41 + (octet >> 4), 0x41 + (octet & 0xF)]
        }
        return cat([32], letters, [0])
    }

    private static let query = cat(u16(0x1234, 0x0100, 1, 0, 0, 0), name("www", "example", "org"), u16(1, 1))
    private static let answer = cat(
        u16(0x1234, 0x8180, 1, 2, 0, 0), name("www", "example", "org"), u16(1, 1), u16(0xC00C, 5, 1, 0, 60, 6), u8(3),
        ascii("cdn"), u16(0xC010), u16(0xC02D, 1, 1, 0, 60, 4), u8(192, 0, 2, 33))

    static let services: [Fixture] = [
        Fixture(
            "DNS", .dns, .udp, [out(query), back(answer)],
            [
                .dnsName: "www.example.org", .dnsType: "1", .dnsResponseCode: "0",
                .dnsAnswer: "cdn.example.org,192.0.2.33",
            ]),
        Fixture(
            "DNS over TCP, the length by itself", .dns, .tcp,
            [out(u16(query.count)), out(query), back(sized(2, answer))],
            [
                .dnsName: "www.example.org", .dnsType: "1", .dnsResponseCode: "0",
                .dnsAnswer: "cdn.example.org,192.0.2.33",
            ]),
        Fixture(
            "DNS over TCP", .dns, .tcp, [out(sized(2, query)), back(sized(2, answer))],
            [
                .dnsName: "www.example.org", .dnsType: "1", .dnsResponseCode: "0",
                .dnsAnswer: "cdn.example.org,192.0.2.33",
            ]),
        Fixture(
            "DNS, no such name", .dns, .udp,
            [back(u16(7, 0x8583, 1, 0, 0, 0), name("a.b", "c\u{7}"), u16(28, 1))],
            [.dnsName: "a\\046b.c\\007", .dnsType: "28", .dnsResponseCode: "3"]),
        Fixture(
            "mDNS", .mdns, .udp,
            [
                back(
                    u16(0, 0x8400, 0, 1, 0, 0), name("_http", "_tcp", "local"), u16(12, 0x8001, 0, 120),
                    sized(2, name("x")))
            ],
            [.dnsName: "_http._tcp.local", .dnsType: "12", .dnsResponseCode: "0", .dnsAnswer: "x"]),
        Fixture(
            "DNS, servers for mail and of a service", .dns, .udp,
            [
                back(
                    u16(8, 0x8180, 1, 2, 0, 0), name("example", "org"), u16(255, 1), u16(0xC00C, 15, 1, 0, 60),
                    sized(2, u16(10) + name("mx")), u16(0xC00C, 33, 1, 0, 60), sized(2, u16(0, 5, 5060) + name("sip")))
            ], [.dnsName: "example.org", .dnsType: "255", .dnsResponseCode: "0", .dnsAnswer: "mx,sip"]),
        Fixture(
            "LLMNR", .llmnr, .udp, [out(u16(9, 0, 1, 0, 0, 0), name("printer"), u16(1, 1))],
            [.dnsName: "printer", .dnsType: "1"], port: 5355),
        Fixture(
            "NetBIOS names", .netbiosName, .udp, [out(u16(3, 0x0110, 1, 0, 0, 0), netbios("FILESERVER"), u16(0x20, 1))],
            [.hostName: "FILESERVER"]),
        Fixture(
            "NetBIOS datagrams", .netbiosDatagram, .udp,
            [
                out(
                    u8(0x11, 2), u16(5), u8(192, 0, 2, 4), u16(138, 180, 0), netbios("DESK"), netbios("GROUP"),
                    noise(40))
            ],
            [.hostName: "DESK"]),
        Fixture(
            "NetBIOS sessions", .netbiosSession, .tcp,
            [out(u8(0x81, 0), sized(2, netbios("SERVER") + netbios("CLIENT")))]),
        Fixture(
            "DHCP", .dhcp, .udp,
            [
                out(
                    u8(1, 1, 6, 0), zeros(232), u32(0x6382_5363), u8(53, 1, 1, 0, 12, 6), ascii("laptop"), u8(255),
                    zeros(20))
            ], [.hostName: "laptop"]),
        Fixture(
            "DHCPv6", .dhcpv6, .udp, [out(u8(1), u24(77), u16(1, 10, 3, 1), noise(6), u16(6, 2, 23), u16(8, 2, 0))]),
        Fixture(
            "NTP", .ntp, .udp,
            [
                out(u8(0x23, 0, 6, 0), zeros(36), u32(0xEC00_0000, 5)),
                back(u8(0x24, 2, 6, 0xE8), noise(36), u32(0xEC00_0001, 9)),
            ],
            confidence: .likely),
        Fixture(
            "SNMP", .snmp, .udp,
            [
                out(
                    ber(
                        0x30, ber(2, u8(1)), ber(4, ascii("public")),
                        ber(0xA0, ber(2, u8(1)), ber(2, u8(0)), ber(2, u8(0)), ber(0x30))))
            ]),
        Fixture(
            "SNMPv3", .snmp, .udp,
            [
                out(
                    ber(
                        0x30, ber(2, u8(3)), ber(0x30, ber(2, u16(9)), ber(2, u16(1500)), ber(4, u8(4)), ber(2, u8(3))),
                        ber(4, noise(20)), ber(0x30, noise(30))))
            ]),
        Fixture(
            "LDAP", .ldap, .tcp,
            [
                out(ber(0x30, ber(2, u8(1)), ber(0x60, ber(2, u8(3)), ber(4, ascii("cn=a")), ber(0x80)))),
                back(ber(0x30, ber(2, u8(1)), ber(0x61, ber(10, u8(0)), ber(4), ber(4)))),
            ]),
        Fixture(
            "Kerberos", .kerberos, .udp,
            [
                out(
                    ber(
                        0x6A,
                        ber(0x30, ber(0xA1, ber(2, u8(5))), ber(0xA2, ber(2, u8(10))), ber(0xA4, ber(0x30, noise(60)))))
                )
            ]),
        Fixture(
            "Kerberos over TCP", .kerberos, .tcp,
            [
                out(
                    sized(
                        4,
                        ber(0x7E, ber(0x30, ber(0xA0, ber(2, u8(5))), ber(0xA1, ber(2, u8(30))), ber(0xA4, noise(15)))))
                )
            ]),
        Fixture(
            "RADIUS", .radius, .udp,
            [out(u8(1, 9), u16(20 + 7 + 6), noise(16), u8(1, 7), ascii("alice"), u8(4, 6), noise(4))]),
        Fixture(
            "Diameter", .diameter, .tcp,
            [
                out(
                    u8(1), u24(40), u8(0x80), u24(257), u32(0, 7, 8), u32(264), u8(0x40), u24(19), ascii("host.org.ex"),
                    u8(0))
            ]),
        Fixture(
            "NFS", .nfs, .tcp, [out(u32(0x8000_0038, 99, 0, 2, 100_003, 4, 0, 0, 0, 0, 0, 1, 2, 3, 4))]),
        Fixture("port mapper", .oncRPC, .udp, [out(u32(99, 0, 2, 100_000, 2, 3, 0, 0, 0, 0, 100_003, 3, 17, 0))]),
        Fixture(
            "SMB", .smb, .tcp, [out(u8(0), u24(64), u8(0xFE), ascii("SMB"), u16LE(64), zeros(58))]),
        Fixture(
            "SMB 1", .smb1, .tcp, [out(u8(0), u24(47), u8(0xFF), ascii("SMB"), u8(0x72), zeros(42))]),
        Fixture(
            "SMB 1 asks, 2 answers", .smb, .tcp,
            [
                out(u8(0), u24(47), u8(0xFF), ascii("SMB"), u8(0x72), zeros(42)),
                back(u8(0), u24(64), u8(0xFE), ascii("SMB"), u16LE(64), zeros(58)),
            ]),
        Fixture(
            "DCE-RPC", .dceRPC, .tcp, [out(u8(5, 0, 11, 3, 0x10, 0, 0, 0), u16LE(72), u16LE(0), u32LE(1), noise(56))]),
        Fixture(
            "PROFINET", .profinet, .udp,
            [
                out(
                    u8(4, 0, 0x20, 0, 0x10, 0, 0, 0), u32LE(0xDEA0_0000), u16LE(0x6C97), u16LE(0x11D1), u16(0x8271),
                    noise(56),
                    u16LE(16), zeros(4), noise(16))
            ]),
        Fixture(
            "MySQL", .mysql, .tcp,
            [back(u16LE(40), u8(0, 0), u8(10), ascii("8.0.36\0"), noise(32))],
            [.serverSoftware: "8.0.36"]),
        Fixture("PostgreSQL asks for TLS", .postgreSQL, .tcp, [out(u32(8, 80_877_103))]),
        Fixture(
            "PostgreSQL", .postgreSQL, .tcp, [out(u32(8 + 23), u16(3, 0), ascii("user\0alice\0database\0d\0\0"))]),
        Fixture(
            "TDS", .tds, .tcp,
            [
                out(
                    u8(0x12, 1), u16(8 + 11 + 7, 0), u8(0, 0), u8(0), u16(11, 6), u8(1), u16(17, 1), u8(0xFF), noise(6),
                    u8(0))
            ]),
        Fixture(
            "TNS", .tns, .tcp,
            [
                out(
                    u16(58 + 24, 0), u8(1, 0), u16(0, 314, 300), noise(12), u16(24, 58), zeros(30),
                    ascii("(DESCRIPTION=(ADDRESS=))"))
            ]),
        Fixture(
            "MongoDB", .mongoDB, .tcp,
            [out(u32LE(16 + 4 + 1 + 15), u32LE(1), u32LE(0), u32LE(2013), u32LE(0), u8(0), u32LE(15), noise(11))]),
        Fixture(
            "Cassandra", .cassandra, .tcp,
            [
                out(
                    u8(4, 0), u16(0), u8(1),
                    sized(4, cat(u16(1), sized(2, ascii("CQL_VERSION")), sized(2, ascii("3.4.5")))))
            ]),
        Fixture(
            "Memcached, binary", .memcached, .tcp,
            [out(u8(0x80, 0), u16(3), u8(0, 0), u16(0), u32(3, 7, 0, 0), ascii("key"))]),
        Fixture(
            "Memcached over UDP", .memcached, .udp, [out(u16(7, 0, 1, 0), ascii("stats\r\n"))], confidence: .likely),
    ]
}
