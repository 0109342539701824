"""FuzzLabels's inputs: a transport, two ports, and the payloads of one flow (Fuzz/LabelFuzzing/InspectFlow.swift). Each is
called what its label is, in lower case. FuzzFlowLabels's are the same with an octet before them that says what they are
wrapped in (Fuzz/PacketFuzzing/FlowInput.swift). Imported by scripts/fuzz-seeds."""

import struct

PORTS = struct.pack(">HH", 50505, 40404)
NOISE = bytes((index * 73 + 41) & 0xFF for index in range(64))


def sized(width, octets):
    return len(octets).to_bytes(width, "big") + octets


def ber(tag, *parts):
    octets = b"".join(parts)
    return bytes([tag, len(octets)]) + octets


def extension(number, octets):
    return struct.pack(">H", number) + sized(2, octets)


def client_hello(version=0x0303, suites=(0x1301, 0xC02F), server=b"www.example.org", alpn=b"h2", cookie=b""):
    extensions = extension(0, sized(2, b"\0" + sized(2, server))) + extension(10, sized(2, bytes([0, 29, 0, 23])))
    extensions += extension(11, b"\1\0") + extension(13, bytes([0, 2, 4, 3])) + extension(16, sized(2, sized(1, alpn)))
    extensions += extension(43, b"\4\3\4\3\3")
    body = struct.pack(">H", version) + NOISE[:32] + sized(1, NOISE[:8]) + cookie
    body += sized(2, b"".join(suite.to_bytes(2, "big") for suite in suites)) + b"\1\0" + sized(2, extensions)
    return b"\1" + sized(3, body)


def server_hello(version, cipher):
    return b"\2" + sized(3, struct.pack(">H", version) + NOISE[:32] + b"\0" + struct.pack(">HB", cipher, 0))


def certificate():
    name = lambda text: ber(0x30, ber(0x31, ber(0x30, ber(6, bytes([0x55, 4, 3])), ber(12, text))))
    signed = ber(0x30, ber(0xA0, ber(2, b"\2")), ber(2, b"\7"), ber(0x30), name(b"issuer"), ber(0x30), name(b"subject"))
    return b"\x0b" + sized(3, sized(3, sized(3, ber(0x30, signed))))


def record(octets, version=0x0301):
    return b"\x16" + struct.pack(">H", version) + sized(2, octets)


def key_exchange():
    lists = [b"curve25519-sha256", b"ssh-ed25519"] + [b"aes128-ctr"] * 2 + [b"hmac-sha2-256"] * 2 + [b"none"] * 2 + [b""] * 2
    return sized(4, bytes([6, 20]) + NOISE[:16] + b"".join(sized(4, one) for one in lists) + bytes(11))


def frame(kind, block=b""):
    """A frame of HTTP/2 of stream 1, or 0 without contents."""
    return sized(3, block)[:3] + bytes([kind, 4 if block else 0]) + struct.pack(">I", 1 if block else 0) + block


def flows():
    query = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0) + b"\3www\7example\3org\0" + struct.pack(">HH", 1, 1)
    answer = query[:2] + b"\x81\x80\0\1\0\1" + query[8:] + struct.pack(">HHHIH", 0xC00C, 1, 1, 60, 4) + bytes([192, 0, 2, 1])
    hello, cookie, preface = client_hello(), client_hello(0xFEFD, cookie=b"\0"), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    datagram = b"\x16\xfe\xfd" + bytes(8)
    quic = b"\xc3\0\0\0\1" + sized(1, NOISE[:8]) + b"\0\0" + struct.pack(">H", 0x4000 | 1180) + NOISE * 18 + NOISE[:28]
    rtp = lambda number: b"\x80\0" + struct.pack(">HII", number, number * 160, 77) + NOISE
    return {
        # Odd positions are the responder's.
        "tls": (6, [record(hello)[:60], b"", record(hello)[60:], record(server_hello(0x0303, 0xC02F) + certificate())]),
        "tlssm": (6, [record(client_hello(suites=(0xC6,))), record(server_hello(0x0303, 0xC6) + certificate())]),
        "tlcp": (6, [record(client_hello(0x0101, (0xE053,)), 0x0101), record(server_hello(0x0101, 0xE053), 0x0101)]),
        "dot": (6, [record(client_hello(alpn=b"dot"))]),
        "dtls": (17, [datagram + sized(2, cookie[:4] + bytes(5) + cookie[1:])]),
        "quic": (17, [quic]),
        "dns": (17, [query, answer]), "http": (6, [b"GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: b\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]),
        "websocket": (6, [b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", b"HTTP/1.1 101 Switching Protocols\r\n\r\n"]),
        # POST, a path, an authority in Huffman's code; then status 200, and an entry of the dynamic table.
        "grpc": (6, [preface + frame(4) + frame(1, b"\x83\x86\x44\2/a\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"
                                                b"\x40\nuser-agent\1b\x5f\x10application/grpc"),
                     frame(4) + frame(1, b"\x88\x40\1a\1b\xbe")]),
        "ssh": (6, [b"SSH-2.0-a\r\n" + key_exchange()] * 2),
        "ftp": (6, [b"", b"220 hello\r\n", b"USER a\r\n"]), "pop3": (6, [b"", b"+OK hello\r\n", b"USER a\r\n"]),
        "sip": (17, [b"OPTIONS sip:a SIP/2.0\r\nUser-Agent: b\r\n\r\n", b"SIP/2.0 200 OK\r\n\r\n"]),
        "snmp": (17, [ber(0x30, ber(2, b"\1"), ber(4, b"public"), ber(0xA0, ber(2, b"\1"), ber(2, b"\0"), ber(2, b"\0"), ber(0x30)))]),
        "ldap": (6, [ber(0x30, ber(2, b"\1"), ber(0x60, ber(2, b"\3"), ber(4), ber(0x80)))]),
        "kerberos": (17, [ber(0x6A, ber(0x30, ber(0xA1, ber(2, b"\5")), ber(0xA2, ber(2, b"\x0a"))))]),
        "rtp": (17, [rtp(1), b"", rtp(2)]), "coap": (17, [b"\x41\1\0\1\7\xb4temp\1x"]),
        "dhcp": (17, [b"\1\1\6\0" + bytes(232) + bytes.fromhex("63825363") + b"\x35\1\1\x0c\2ab\xff"]),
        "dhcpv6": (17, [b"\1\0\0\1" + struct.pack(">HHH", 1, 6, 3) + NOISE[:4] + struct.pack(">HH", 14, 0)]),
        "radius": (17, [b"\1\1\0\x1a" + NOISE[:16] + b"\1\3a\4\3b"]), "stun": (17, [b"\0\1\0\x08\x21\x12\xa4\x42" + NOISE[:12] + b"\x80\x22\0\2ab\0\0"]),
        "redis": (6, [b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n"]), "memcached": (6, [b"set a 0 0 1\r\nb\r\n"]),
        "mqtt": (6, [b"\x10\x0c\0\4MQTT\4\2\0\x3c\0\0"]), "iec104": (6, [b"\x68\4\7\0\0\0", b"\x68\4\x0b\0\0\0"]),
        "netflow": (17, [struct.pack(">HHIIII", 9, 1, 1, 1700000000, 1, 0) + struct.pack(">6H", 0, 12, 256, 1, 8, 4)]),
        "bittorrent": (17, [b"d1:ad2:id20:" + NOISE[:20] + b"e1:q4:ping1:t2:aa1:y1:qe"]),
        "etcd": (6, [preface + frame(1, b"\x20\x83\x04\x0f/etcdserverpb.K")]),
    }


def label_seeds():
    return {
        name: bytes([transport]) + PORTS + b"".join(
            bytes([index & 1]) + sized(2, payload) for index, payload in enumerate(payloads))
        for name, (transport, payloads) in flows().items()
    }


def flow_label_seeds():
    """Every kind of wrapping, every other one with padding behind the packet, in turns."""
    return {name: bytes([index % 16]) + octets for index, (name, octets) in enumerate(label_seeds().items())}
