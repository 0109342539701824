import Labels

/// Remote access, messaging, media, routing, tunnels.
extension Fixture {
    private static func keyExchange(_ software: String, _ encryption: String) -> [UInt8] {
        let lists = [
            "curve25519-sha256", "ssh-ed25519", encryption, encryption, "hmac-sha2-256", "hmac-sha2-512", "none",
            "none", "",
            "",
        ]
        let names: [UInt8] = lists.flatMap { sized(4, ascii($0)) }
        return cat(ascii("SSH-2.0-\(software)\r\n"), sized(4, cat(u8(6, 20), noise(16), names, zeros(11))))
    }

    private static func rtp(_ sequence: Int) -> [UInt8] {
        cat(u8(0x80, 0), u16(sequence), u32(sequence * 160, 0xCAFE_0001))
    }

    static let binary: [Fixture] = [
        Fixture(
            "SSH", .ssh, .tcp,
            [out(keyExchange("aClient_1", "aes128-ctr")), back(keyExchange("aServer_2", "aes256-ctr"))],
            [
                .clientSoftware: "2.0-aClient_1", .serverSoftware: "2.0-aServer_2",
                // md5("curve25519-sha256;aes128-ctr;hmac-sha2-256;none"), and with the server's lists.
                .hassh: "e97d07603350d1111ec2b64bf25413c9", .hasshServer: "9c57946ab365c9be9627c40ff6066798",
            ]),
        Fixture(
            "RDP", .rdp, .tcp,
            [
                out(
                    u8(3, 0), u16(43), u8(38, 0xE0), u16(0, 0), u8(0), ascii("Cookie: mstshash=user\r\n"),
                    u8(1, 0, 8, 0), u32LE(3), zeros(1))
            ]),
        Fixture(
            "RDP, a confirm", .rdp, .tcp,
            [back(u8(3, 0), u16(19), u8(14, 0xD0), u16(0, 0x1234), u8(0), u8(2, 0, 8, 0), u32LE(1))]),
        Fixture(
            "Kafka", .kafka, .tcp, [out(sized(4, cat(u16(18, 3), u32(1), sized(2, ascii("producer-1")), zeros(4))))]),
        Fixture("AMQP", .amqp, .tcp, [out(ascii("AMQP"), u8(0, 0, 9, 1))]),
        Fixture(
            "MQTT", .mqtt, .tcp,
            [out(u8(0x10, 18), sized(2, ascii("MQTT")), u8(4, 2), u16(60), sized(2, ascii("client")))]),
        Fixture(
            "CoAP", .coap, .udp, [out(u8(0x41, 1), u16(99), u8(7), u8(0xB4), ascii("temp"), u8(0x01), ascii("x"))],
            confidence: .likely),
        Fixture("RTP", .rtp, .udp, [out(rtp(100), noise(160)), out(rtp(101), noise(160))], confidence: .likely),
        Fixture(
            "RTCP", .rtcp, .udp, [out(u8(0x80, 200), u16(6), noise(24), u8(0x81, 202), u16(2), noise(8))]),
        Fixture(
            "STUN", .stun, .udp,
            [out(u16(1, 12), u32(0x2112_A442), noise(12), u16(0x8022, 5), ascii("agent"), zeros(3))],
            [.serverSoftware: "agent"]),
        Fixture(
            "BGP", .bgp, .tcp,
            [out([UInt8](repeating: 0xFF, count: 16), u16(29), u8(1, 4), u16(65_000, 90), u8(192, 0, 2, 1, 0))]),
        Fixture(
            "LDP", .ldp, .udp,
            [out(u16(1, 26), u8(192, 0, 2, 1), u16(0, 0x0100, 16), u32(0), u16(0x0400, 4, 15, 0), u32(0))]),
        Fixture(
            "VXLAN", .vxlan, .udp, [out(u32(0x0800_0000), u24(77), u8(0), noise(12), u16(0x0806), noise(28))]),
        Fixture(
            "VXLAN with a group policy", .vxlan, .udp,
            [out(u32(0x8808_1234), u24(77), u8(0), noise(12), u16(0x0800), noise(28))]),
        Fixture("SOCKS 5", .socks, .tcp, [out(u8(5, 2, 0, 2)), back(u8(5, 0))], confidence: .likely),
        Fixture(
            "SOCKS 4", .socks, .tcp, [out(u8(4, 1), u16(80), u8(192, 0, 2, 1), ascii("me\0"))], confidence: .likely),
        Fixture(
            "IKE", .ike, .udp, [out(noise(8), zeros(8), u8(33, 0x20, 34, 0x08), u32(0, 28 + 20), noise(20))]),
        Fixture(
            "IKE through address translation", .ike, .udp,
            [out(u32(0), noise(8), zeros(8), u8(1, 0x10, 2, 0), u32(0, 28 + 20), noise(20))]),
        Fixture("WireGuard", .wireGuard, .udp, [out(u8(1, 0, 0, 0), noise(144)), back(u8(2, 0, 0, 0), noise(88))]),
        Fixture(
            "OpenVPN", .openVPN, .udp,
            [out(u8(0x38), noise(8), zeros(5)), back(u8(0x40), noise(8), u8(1), u32(0), noise(8), u32(0))]),
        Fixture(
            "OpenVPN with an HMAC", .openVPN, .tcp,
            [out(sized(2, cat(u8(0x38), noise(8), noise(20), u32(1, 1_700_000_000), zeros(5))))]),
        Fixture(
            "OpenVPN, all encrypted", .openVPN, .udp,
            [out(u8(0x38), noise(8), noise(45, seed: 3)), back(u8(0x40), noise(8), noise(57, seed: 4))],
            confidence: .likely),
        Fixture(
            "BitTorrent", .bitTorrent, .tcp, [out(u8(19), ascii("BitTorrent protocol"), zeros(8), noise(40))]),
        Fixture(
            "BitTorrent's table", .bitTorrent, .udp,
            [out(ascii("d1:ad2:id20:"), noise(20), ascii("e1:q4:ping1:t2:aa1:y1:qe"))]),
        Fixture("BitTorrent's tracker", .bitTorrent, .udp, [out(u32(0x0417, 0x2710_1980, 0, 77))]),
        Fixture(
            "IPFIX", .ipfix, .udp, [out(u16(10, 16 + 12), u32(1_700_000_000, 1, 1), u16(2, 12, 256, 1, 8, 4))]),
        Fixture(
            "NetFlow 9", .netflow, .udp, [out(u16(9, 1), u32(1000, 1_700_000_000, 1, 0), u16(0, 12, 256, 1, 8, 4))]),
        Fixture("NetFlow 5", .netflow, .udp, [out(u16(5, 1), u32(1000, 1_700_000_000, 5, 1), u32(0), noise(48))]),
        Fixture(
            "sFlow", .sflow, .udp, [out(u32(5, 1), u8(192, 0, 2, 7), u32(0, 1, 1000, 1, 1, 40), noise(40))]),
    ]
}
