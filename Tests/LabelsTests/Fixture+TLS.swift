import Labels

/// TLS and its kin.
extension Fixture {
    /// A ClientHello message, header and all, as TLS and QUIC have it.
    static func clientHello(
        version: Int = 0x0303, suites: [Int], _ extensions: [(Int, [UInt8])], cookie: [UInt8]? = nil
    ) -> [UInt8] {
        var body = cat(u16(version), noise(32), sized(1, noise(32)))
        if let cookie { body += sized(1, cookie) }
        return cat(body, sized(2, u16s(suites)), sized(1, [0]), list(extensions))
    }

    /// Extensions behind their length.
    private static func list(_ extensions: [(Int, [UInt8])]) -> [UInt8] {
        let octets: [UInt8] = extensions.flatMap { cat(u16($0.0), sized(2, $0.1)) }
        return sized(2, octets)
    }

    static func u16s(_ values: [Int]) -> [UInt8] { values.flatMap { u16($0) } }
    static func message(_ type: Int, _ body: [UInt8]) -> [UInt8] { cat(u8(type), sized(3, body)) }
    static func record(_ contents: [UInt8], version: Int = 0x0301, type: Int = 22) -> [UInt8] {
        cat(u8(type), u16(version), sized(2, contents))
    }
    /// The beginning of a record that is longer.
    static func record(_ contents: [UInt8], claiming length: Int) -> [UInt8] {
        cat(u8(22), u16(0x0303, length), contents)
    }
    static func serverName(_ name: String) -> (Int, [UInt8]) { (0, sized(2, cat(u8(0), sized(2, ascii(name))))) }
    static func protocols(_ names: String...) -> (Int, [UInt8]) {
        let octets: [UInt8] = names.flatMap { sized(1, ascii($0)) }
        return (16, sized(2, octets))
    }

    static let suites = [0x2A2A, 0x1301, 0xC02F, 0x009C]
    static let extensions: [(Int, [UInt8])] = [
        (0x4A4A, []), serverName("www.example.org"), (10, sized(2, u16s([0x6A6A, 29, 23]))), (11, sized(1, [0])),
        (13, sized(2, u16s([0x0403, 0x0804]))), protocols("h2", "http/1.1"),
        (43, sized(1, u16s([0x3A3A, 0x0304, 0x0303]))),
    ]
    static let hello = record(message(1, clientHello(suites: suites, extensions)))

    static func serverHello(version: Int, cipher: Int, _ extensions: [(Int, [UInt8])]) -> [UInt8] {
        let chosen = cat(u16(version), noise(32), sized(1, []), u16(cipher), u8(0))
        return message(2, extensions.isEmpty ? chosen : cat(chosen, list(extensions)))
    }

    /// A certificate for `name`, with `chain` octets of another behind it.
    private static func certificate(_ name: String, chain: Int = 0) -> [UInt8] {
        func attribute(_ kind: Int, _ value: String) -> [UInt8] {
            ber(0x31, ber(0x30, ber(6, u8(0x55, 4, kind)), ber(12, ascii(value))))
        }
        let subject = ber(0x30, attribute(10, "An organisation") + attribute(3, name))
        let signed = ber(
            0x30, ber(0xA0, ber(2, u8(2))), ber(2, noise(9)), ber(0x30, noise(11)),
            ber(0x30, attribute(3, "An issuer")),
            ber(0x30, noise(30)), subject, noise(300))
        let others = chain > 0 ? sized(3, noise(chain)) : []
        return message(11, sized(3, sized(3, ber(0x30, signed, noise(200))) + others))
    }

    static let ja3 = "528100259cb8f1a06d911dd07ce90fc5"
    static let ja4Tail = "159d175d8039_fb71836bce29"
    private static let clientAttributes: [LabelAttribute: String] = [
        .serverName: "www.example.org", .applicationProtocol: "h2", .ja3: ja3, .ja4: "t13d0306h2_" + ja4Tail,
    ]

    static let tls: [Fixture] = [
        Fixture(
            "TLS 1.3", .tls, .tcp,
            [out(hello), back(record(serverHello(version: 0x0303, cipher: 0x1301, [(43, u16(0x0304))])))],
            clientAttributes.merging([
                .tlsVersion: "772", .cipherSuite: "4865", .ja3s: "cce84e7a8b742462e40afb585a3e3ccc",
            ]) { $1 }),
        Fixture(
            "TLS 1.2 in small segments", .tls, .tcp,
            [
                out(Array(hello[..<3])), out(Array(hello[3..<100])), out(Array(hello[100...])),
                back(
                    record(serverHello(version: 0x0303, cipher: 0xC02F, [protocols("h2")])),
                    Array(record(certificate("www.example.org"))[..<200])),
                back(Array(record(certificate("www.example.org"))[200...])),
            ],
            clientAttributes.merging(
                [
                    .tlsVersion: "771", .cipherSuite: "49199", .ja3s: "896415616b22361262d7a961b6325cfd",
                    .certificateSubject: "www.example.org",
                ]
            ) { $1 }),
        Fixture(
            "TLS 1.2, a chain of certificates longer than what is joined", .tls, .tcp,
            [
                out(hello),
                back(
                    record(
                        Array(
                            cat(
                                serverHello(version: 0x0303, cipher: 0xC02F, []),
                                certificate("www.example.org", chain: 9000)
                            ).prefix(1400)), claiming: 9800)),
            ], [.tlsVersion: "771", .certificateSubject: "www.example.org"]),
        Fixture(
            "TLS seen from the middle", .tls, .tcp,
            [out(record(noise(64), version: 0x0303, type: 23)), back(record(noise(90), version: 0x0303, type: 23))],
            confidence: .likely),
        Fixture(
            "TLS with SM4", .tlsSM, .tcp,
            [
                out(record(message(1, clientHello(suites: [0x00C6, 0x00C7], [(43, sized(1, u16(0x0304)))])))),
                back(record(serverHello(version: 0x0303, cipher: 0x00C6, [(43, u16(0x0304))]))),
            ], [.tlsVersion: "772", .cipherSuite: "198"]),
        Fixture(
            "TLS with SM4, the client alone", .tlsSM, .tcp,
            [out(record(message(1, clientHello(suites: [0x0A0A, 0x00C6, 0x00FF], [(43, sized(1, u16(0x0304)))]))))],
            [.tlsVersion: "772"]),
        Fixture(
            "TLS 1.2 with a suite of TLCP", .tlsSM, .tcp,
            [out(hello), back(record(serverHello(version: 0x0303, cipher: 0xE013, [])))],
            [.tlsVersion: "771", .cipherSuite: "57363"]),
        Fixture(
            "TLCP", .tlcp, .tcp,
            [
                out(record(message(1, clientHello(version: 0x0101, suites: [0xE053, 0xE013], [])), version: 0x0101)),
                back(
                    record(
                        cat(serverHello(version: 0x0101, cipher: 0xE053, []), certificate("sm2.example.cn")),
                        version: 0x0101)),
            ], [.tlsVersion: "257", .cipherSuite: "57427", .certificateSubject: "sm2.example.cn"]),
        Fixture(
            "DNS over TLS", .dnsOverTLS, .tcp,
            [out(record(message(1, clientHello(suites: [0x1301], [protocols("dot")]))))],
            [.applicationProtocol: "dot"]),
        Fixture(
            "DTLS", .dtls, .udp,
            [
                out(datagram(1, clientHello(version: 0xFEFD, suites: [0xC02B], [serverName("a.example")], cookie: []))),
                back(datagram(3, cat(u16(0xFEFD), sized(1, noise(20))))),
                out(
                    datagram(
                        1, clientHello(version: 0xFEFD, suites: [0xC02B], [serverName("a.example")], cookie: noise(20)))
                ),
                back(datagram(2, Array(serverHello(version: 0xFEFD, cipher: 0xC02B, []).dropFirst(4)))),
            ], [.serverName: "a.example", .tlsVersion: "65277", .cipherSuite: "49195"]),
        Fixture(
            "TLS 1.0, seen from the middle", .tls, .tcp,
            [out(u8(23), u16(0x0301), sized(2, noise(32))), back(u8(23), u16(0x0301), sized(2, noise(64, seed: 8)))],
            confidence: .likely),
        Fixture(
            "QUIC, Google's 25", .quic, .udp, [out(u8(0x0D), noise(8), ascii("Q025"), noise(1300))],
            [.quicVersion: "1362113077"]),
        Fixture(
            "QUIC, Google's 46", .quic, .udp, [out(u8(0xC3), ascii("Q046"), u8(0x50), noise(1300))],
            [.quicVersion: "1362113590"]),
        Fixture(
            "QUIC", .quic, .udp,
            quic(version: 1, client: message(1, clientHello(suites: suites, extensions))),
            [
                .serverName: "www.example.org", .applicationProtocol: "h2", .quicVersion: "1",
                .ja4: "q13d0306h2_" + ja4Tail,
            ]),
        Fixture(
            "QUIC, early data before the Initial", .quic, .udp,
            [out(u8(0xD3), u32(1), sized(1, noise(8, seed: 1)), u8(0), u16(0x4000 | 300), noise(300))]
                + quic(version: 1, client: message(1, clientHello(suites: suites, extensions))),
            [.serverName: "www.example.org", .quicVersion: "1"]),
        Fixture(
            "QUIC 2", .quic, .udp,
            quic(version: 0x6B33_43CF, client: message(1, clientHello(suites: suites, extensions))),
            [.serverName: "www.example.org", .quicVersion: "1798521807"]),
        Fixture(
            "QUIC, a draft", .quic, .udp,
            quic(version: 0xFF00_001D, client: message(1, clientHello(suites: suites, extensions))),
            [.serverName: "www.example.org", .quicVersion: "4278190109"]),
        Fixture(
            "QUIC, a hello in two datagrams and out of order", .quic, .udp,
            quic(
                version: 1, client: message(1, clientHello(suites: suites, extensions + [(51, noise(1300))])),
                splitAt: [90, 700]),
            [.serverName: "www.example.org", .quicVersion: "1"]),
        Fixture(
            "DNS over QUIC", .dnsOverQUIC, .udp,
            quic(version: 1, client: message(1, clientHello(suites: [0x1301], [protocols("doq")]))),
            [.applicationProtocol: "doq"]),
    ]

    private static func datagram(_ type: Int, _ body: [UInt8]) -> [UInt8] {
        let contents = cat(u8(type), u24(body.count), u16(0), u24(0), u24(body.count), body)
        return cat(u8(22), u16(0xFEFD, 0), zeros(6), sized(2, contents))
    }
}
