import Labels

/// Protocols of lines.
extension Fixture {
    static let text: [Fixture] = [
        Fixture(
            "HTTP", .http, .tcp,
            [
                out(
                    ascii("GET /a?b=c HTTP/1.1\r\nHost: www.example.org:8443\r\nuser-agent:  probe/1.0 (test)\r\n\r\n")),
                back(ascii("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")),
            ],
            [
                .requestMethod: "GET", .serverName: "www.example.org:8443", .userAgent: "probe/1.0 (test)",
                .statusCode: "404",
            ]),
        Fixture(
            "HTTP, head in two segments", .http, .tcp,
            [
                out(ascii("POST /" + String(repeating: "x", count: 40))),
                out(ascii(" HTTP/1.0\r\nAccept: */*\r\nHo")), out(ascii("st: example.net\r\n\r\n")),
            ], [.requestMethod: "POST", .serverName: "example.net"]),
        Fixture(
            "HTTP over SCTP", .http, .sctp,
            [out(ascii("GET / HTTP/1.0\r\n\r\n")), back(ascii("HTTP/1.0 200 OK\r\n\r\n"))],
            [.requestMethod: "GET", .statusCode: "200"]),
        Fixture(
            "HTTP/0.9", .http, .tcp, [out(ascii("GET /a\r\n")), back(ascii("<html>")), out(ascii("GET /b\r\n\r\n"))],
            confidence: .likely),
        Fixture(
            "WebSocket", .webSocket, .tcp,
            [
                out(
                    ascii(
                        "GET /chat HTTP/1.1\r\nHost: example.org\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n")),
                back(ascii("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")),
            ], [.statusCode: "101", .serverName: "example.org", .requestMethod: "GET"]),
        Fixture(
            "SSDP", .ssdp, .udp,
            [
                out(
                    ascii(
                        "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nST: ssdp:all\r\n\r\n"
                    ))
            ],
            [.requestMethod: "M-SEARCH", .serverName: "239.255.255.250:1900"]),
        Fixture(
            "HTTP/2", .http2, .tcp,
            [out(ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4)), back(frame(4))]),
        Fixture(
            "gRPC", .grpc, .tcp,
            [
                out(ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4)),
                back(frame(4), frame(4, flags: 1)),
                out(
                    frame(4, flags: 1),
                    // Priority, then POST, http, a path, a name, a content type, an agent in Huffman's code.
                    frame(
                        1, flags: 0x24, stream: 1, u8(0, 0, 0, 0, 15), u8(0x83, 0x86, 0x44, 6), ascii("/a.B/C"),
                        u8(0x41, 9), ascii("a.example"), u8(0x5F, 22), ascii("application/grpc+proto"), u8(0x40, 0x87),
                        u8(0xB5, 0x05, 0xB1, 0x61, 0xCC, 0x5A, 0x93, 0x8A),
                        u8(0x9A, 0xCA, 0xC8, 0xB4, 0xC7, 0x60, 0x2B, 0xB8, 0x05, 0xC3))),
                back(frame(1, flags: 4, stream: 1, u8(0x88, 0x5F, 16), ascii("application/grpc")), frame(0, stream: 1)),
            ],
            [
                .requestMethod: "POST", .serverName: "a.example", .userAgent: "grpc-go/1.60.1", .statusCode: "200",
            ]),
        Fixture(
            "etcd", .etcd, .tcp,
            [
                out(
                    ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4),
                    // Padded; the path in Huffman's code.
                    frame(
                        1, flags: 0x0C, stream: 1, u8(3), u8(0x83, 0x86, 0x04, 0x90),
                        u8(0x60, 0xA9, 0x24, 0x88, 0x2D, 0x9D, 0xCB, 0x65, 0x71, 0xAF, 0x9B, 0x8B, 0x1B, 0x47),
                        u8(0x54, 0xC5),
                        zeros(3)))
            ], [.requestMethod: "POST"]),
        Fixture(
            "SMTP", .smtp, .tcp,
            [back(ascii("220 mail.example.org ESMTP ready\r\n")), out(ascii("EHLO client.example.net\r\n"))],
            [.serverSoftware: "mail.example.org ESMTP ready"]),
        Fixture(
            "SMTP, a greeting that says nothing", .smtp, .tcp,
            [back(ascii("220 mail.example.org\r\n")), out(ascii("EHLO client.example.net\r\n"))]),
        Fixture(
            "IMAP", .imap, .tcp, [back(ascii("* OK [CAPABILITY IMAP4rev1] ready\r\n"))],
            [.serverSoftware: "OK [CAPABILITY IMAP4rev1] ready"]),
        Fixture("IMAP, seen from the middle", .imap, .tcp, [out(ascii("a001 CAPABILITY\r\n"))]),
        Fixture(
            "POP3", .pop3, .tcp, [back(ascii("+OK POP3 server ready\r\n"))], [.serverSoftware: "POP3 server ready"]),
        Fixture(
            "POP3, a greeting that says nothing", .pop3, .tcp,
            [back(ascii("+OK ready\r\n")), out(ascii("USER someone\r\n"))]
        ),
        Fixture(
            "FTP", .ftp, .tcp, [back(ascii("220 (anFTPd 1.2)\r\n"))], [.serverSoftware: "(anFTPd 1.2)"]),
        Fixture(
            "FTP, a greeting that says nothing", .ftp, .tcp,
            [back(ascii("220 welcome\r\n")), out(ascii("USER anonymous\r\n"))]),
        Fixture("TFTP, options answered", .tftp, .udp, [out(u16(6), ascii("blksize\0" + "1468\0"))]),
        Fixture("TFTP", .tftp, .udp, [out(u16(1), ascii("boot.img\0octet\0tsize\00\0"))]),
        Fixture(
            "Telnet", .telnet, .tcp, [back(u8(0xFF, 0xFD, 0x18, 0xFF, 0xFD, 0x20, 0xFF, 0xFB, 0x01), ascii("login: "))]),
        Fixture("VNC", .vnc, .tcp, [back(ascii("RFB 003.008\n")), out(ascii("RFB 003.008\n"))]),
        Fixture(
            "SIP", .sip, .udp,
            [
                out(
                    ascii(
                        "OPTIONS sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9\r\nUser-Agent: phone 3\r\n\r\n"
                    )),
                back(ascii("SIP/2.0 200 OK\r\n\r\n")),
            ], [.requestMethod: "OPTIONS", .userAgent: "phone 3", .statusCode: "200"]),
        Fixture(
            "SIP over TCP", .sip, .tcp, [out(ascii("REGISTER sip:example.org SIP/2.0\r\nCall-ID: 1\r\n\r\n"))],
            [.requestMethod: "REGISTER"]),
        Fixture(
            "RTSP", .rtsp, .tcp,
            [
                out(ascii("DESCRIBE rtsp://192.0.2.1/1 RTSP/1.0\r\nCSeq: 2\r\nUser-Agent: player\r\n\r\n")),
                back(ascii("RTSP/1.0 401 Unauthorized\r\n\r\n")),
            ], [.requestMethod: "DESCRIBE", .userAgent: "player", .statusCode: "401"]),
        Fixture("syslog", .syslog, .udp, [out(ascii("<34>1 2026-11-25T12:00:00Z host app - - - text"))]),
        Fixture("syslog, old", .syslog, .udp, [out(ascii("<13>Nov 25 12:00:00 host app: text"))]),
        Fixture("Redis", .redis, .tcp, [out(ascii("*2\r\n$4\r\nLLEN\r\n$1\r\nq\r\n")), back(ascii(":3\r\n"))]),
        Fixture("Memcached", .memcached, .tcp, [out(ascii("set key 0 60 5\r\nvalue\r\n"))]),
        Fixture(
            "Memcached, a look-up", .memcached, .tcp, [out(ascii("get key\r\n"))], confidence: .likely),
        Fixture(
            "NATS", .nats, .tcp,
            [back(ascii("INFO {\"server_id\":\"x\"}\r\n")), out(ascii("CONNECT {\"verbose\":false}\r\n"))]
        ),
    ]
}
