"""The dearest packets that are known, for scripts/cost-worst: what an attacker would send to make one packet cost as much as
hundreds. Every packet begins a flow of its own, unless a flow needs several. Addresses are from the ranges for documentation
(RFC 5737, RFC 3849, RFC 7042)."""

import hashlib
import hmac
import struct
import subprocess

ETHERNET, NFLOG = 1, 239
MACS = bytes.fromhex("0053ff0000fe 0053ff000001")
SNAP = 65_535


def ethernet(kind, payload):
    return MACS + struct.pack(">H", kind) + payload


def ipv4(number, payload, flow=0, options=b"", fragment=0):
    """From 192.0.2.1 to one of 2^18 addresses from 198.18.0.0 on (RFC 2544)."""
    head = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, 0, min(SNAP, 20 + len(options) + len(payload)), flow & 0xFFFF, fragment,
                       64, number, 0)
    return head + bytes([192, 0, 2, 1]) + struct.pack(">I", 0xC6120000 + flow % (1 << 17)) + options + payload


def ipv6(following, payload, flow=0, length=None):
    size = len(payload) if length is None else length
    host = bytes.fromhex("20010db8") + bytes(8)
    return (struct.pack(">IHBB", 0x60000000, size, following, 64) + host + struct.pack(">I", 1) + host
            + struct.pack(">I", 1000 + flow) + payload)


def udp(payload=b"", port=40_404):
    return struct.pack(">HHHH", 50_505, port, 8 + len(payload), 0) + payload


def tcp(payload=b"", sequence=1, flags=0x18, options=b"", port=40_404):
    return struct.pack(">HHIIBBHHH", 50_505, port, sequence, 0, (5 + len(options) // 4) << 4, flags, 8192, 0, 0) + options + payload


def nested(levels, wrap, innermost):
    for _ in range(levels):
        innermost = wrap(innermost)
    return innermost


# For decoder and flow table.


def tunnels_in_ip(flow):
    return ethernet(0x0800, nested(18, lambda inner: ipv4(4, inner), ipv4(17, udp(b"x"), flow)))


def tunnels_of_frames(flow):
    vxlan = lambda inner: ethernet(0x0800, ipv4(17, udp(bytes.fromhex("0800000000000500") + inner, 4789)))
    return nested(9, vxlan, ethernet(0x0800, ipv4(17, udp(b"x"), flow)))


def tunnel_options(flow):
    header = struct.pack(">BBHI", 63, 0, 0x6558, 0x500) + bytes(4 * 63)
    geneve = lambda inner: ethernet(0x0800, ipv4(17, udp(header + inner, 6081)))
    return nested(9, geneve, ethernet(0x0800, ipv4(17, udp(b"x"), flow)))


def extension_headers(flow):
    chain = b"".join(bytes([60, 0, 1, 4, 0, 0, 0, 0]) for _ in range(36)) + bytes([17, 0, 1, 4, 0, 0, 0, 0])
    return ethernet(0x86DD, ipv6(60, chain + udp(b"x"), flow))


def padding_in_tunnels(flow):
    """Length 0 makes the decoder look for a jumbogram's length among the options, here 2,046 of padding at each level."""
    padding = lambda following, inner: bytes([following, 255]) + bytes(2046) + inner
    return ethernet(0x86DD, nested(8, lambda inner: ipv6(0, padding(41, inner), 0, 0), ipv6(0, padding(17, udp(b"x")), flow, 0)))


def tags(flow):
    return MACS + bytes.fromhex("8100 0005") * 37 + struct.pack(">H", 0x0800) + ipv4(17, udp(b"x"), flow)


def label_stacks(flow):
    stack = lambda inner: ethernet(0x8847, bytes.fromhex("00001040") * 30 + bytes.fromhex("00001140") + inner)
    return nested(18, stack, ethernet(0x0800, ipv4(17, udp(b"x"), flow)))


def options(flow):
    return ethernet(0x0800, ipv4(6, tcp(b"x", options=bytes([1]) * 40), flow, bytes([1]) * 40))


def first_fragments(flow):
    return ethernet(0x0800, ipv4(17, udp(bytes(16)), flow, fragment=0x2000))


def attributes(flow):
    packet = ipv4(17, udp(b"x"), flow)
    return bytes([2, 0, 0, 0]) + bytes.fromhex("04000300") * 31 + struct.pack("<HH", 4 + len(packet), 9) + packet


def connections(flow):
    """One SYN each: a flow begins and another is evicted."""
    return ethernet(0x0800, ipv4(6, tcp(flags=2), flow))


# For labels.


def noise(flow):
    octets = hashlib.shake_128(struct.pack(">I", flow)).digest(1400)
    return ethernet(0x0800, ipv4(6, tcp(octets), flow))


def chunks(flow):
    """SCTP with nothing but empty chunks, among which data is looked for."""
    return ethernet(0x0800, ipv4(132, bytes(12) + bytes.fromhex("03000004") * 16_000, flow))


def header_fields(flow):
    return ethernet(0x0800, ipv4(6, tcp(b"GET / HTTP/1.1\r\n" + b"a\n" * 32_000), flow))


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def request(block):
    """The beginning of an HTTP/2 connection whose first request has the header block `block`."""
    return lambda flow: ethernet(0x0800, ipv4(6, tcp(PREFACE + len(block).to_bytes(3, "big") + b"\1\4" + struct.pack(">I", 1) + block), flow))


def string(count, octet=0):
    """A string in Huffman's code, of `count` octets: zeros are the digit 0, five bits each, which end with ones."""
    # Five octets have eight symbols, and 0x07 is the symbol 0 and padding.
    assert count % 5 == 1
    return bytes([0x80 | count] if count < 127 else [0xFF, count - 127]) + bytes([octet]) * (count - 1) + b"\x07"


def header_block():
    """As much of Huffman's code as is read: as many fields as are read, with the longest names that are, behind those that
    become attributes with as much as an attribute has."""
    attributes = b"\x41" + string(161) + b"\x7a" + string(161) + b"\x42" + string(161) + b"\x44" + string(161) + b"\x5f" + string(161)
    return attributes + (b"\0" + string(11) + string(1)) * 51 + b"\xbe" * 600


def frames(flow):
    """HTTP/2's preface and frames of nothing, among which the first HEADERS frame is looked for."""
    return ethernet(0x0800, ipv4(6, tcp(PREFACE + (bytes(3) + b"\x0b" + bytes(5)) * 6_000), flow))


def key_exchange(flow):
    """SSH's key exchange message, with names of as much as is kept of a direction."""
    lists = b"".join(struct.pack(">I", count) + b"x" * count for count in (3_400, 0, 150, 0, 150, 0, 150, 0))
    return ethernet(0x0800, ipv4(6, tcp(b"SSH-2.0-x\r\n" + struct.pack(">I", len(lists) + 18) + b"\0\x14" + bytes(16) + lists),
                                 flow))




def long_lines(flow):
    return ethernet(0x0800, ipv4(6, tcp(b"GET " + b"/" * 60_000), flow))


def names(flow):
    """A question of 255 octets that are all written as four, and answers that point to it."""
    question = b"".join(bytes([62]) + bytes(62) for _ in range(4)) + b"\0"
    answers = b"".join(struct.pack(">HHHIHH", 0xC00C, 5, 1, 60, 2, 0xC00C) for _ in range(16))
    return ethernet(0x0800, ipv4(17, udp(struct.pack(">6H", 7, 0x8180, 1, 16, 0, 0) + question + struct.pack(">HH", 1, 1) + answers), flow))


def options_of_coap(flow):
    return ethernet(0x0800, ipv4(17, udp(b"\x40\1\0\1" + bytes([0x10]) + bytes(60_000)), flow))


def extension(kind, octets=b""):
    return struct.pack(">HH", kind, len(octets)) + octets


def hello(padding=0, suites=53, kinds=40, groups=17, algorithms=16):
    """A TLS hello with as many suites, extensions, groups and algorithms as fingerprints are made of, all of them of five digits
    and in no order, and octets of padding."""
    numbers = lambda count: b"".join(struct.pack(">H", 20_000 + 7_919 * number % 40_009) for number in range(count))
    extensions = b"".join(extension(20_000 + 7_919 * number % 40_009) for number in range(kinds)) + extension(21, bytes(padding))
    extensions += extension(10, struct.pack(">H", 2 * groups) + numbers(groups))
    extensions += extension(13, struct.pack(">H", 2 * algorithms) + numbers(algorithms))
    body = b"\3\3" + bytes(32) + b"\0" + struct.pack(">H", 2 * suites) + numbers(suites) + b"\1\0"
    return handshake(1, body + struct.pack(">H", len(extensions)) + extensions)


def handshake(kind, body):
    return b"\x16\3\1" + struct.pack(">H", len(body) + 4) + bytes([kind]) + len(body).to_bytes(3, "big") + body


def server_hello(kinds):
    """A ServerHello with `kinds` extensions."""
    extensions = b"".join(extension(20_000 + number) for number in range(kinds))
    body = b"\3\3" + bytes(32) + b"\0\x13\1\0" + struct.pack(">H", len(extensions)) + extensions
    return lambda flow: ethernet(0x0800, ipv4(6, tcp(handshake(2, body)), flow))


def hello_of_extensions(flow):
    """All of them in the lists that both fingerprints have."""
    return ethernet(0x0800, ipv4(6, tcp(hello(suites=68, kinds=41, groups=0, algorithms=0)), flow))


def unfinished_hello(flow):
    """A hello that is longer than what is kept of it to be joined with what follows."""
    return ethernet(0x0800, ipv4(6, tcp(hello(9_000)[:4_095]), flow))


def endless_hello(flow):
    """A hello with more than fingerprints are made of."""
    return ethernet(0x0800, ipv4(6, tcp(hello(suites=400, kinds=600)), flow))


def whole_hello(flow):
    return ethernet(0x0800, ipv4(6, tcp(hello()), flow))


def hello_in_pieces(pieces):
    """A TLS hello that comes in `pieces` segments of one flow: each is joined with those before it."""
    octets = hello(3000)
    size = -(-len(octets) // pieces)
    return lambda packet: ethernet(0x0800, ipv4(6, tcp(octets[packet % pieces * size:][:size], 1 + packet % pieces * size),
                                                packet // pieces))


def hello_of_octets(packet):
    """A flow of twelve segments of one octet each, too short to be told."""
    return ethernet(0x0800, ipv4(6, tcp(hello()[packet % 12:][:1], 1 + packet % 12), packet // 12))


def aes(key, blocks):
    command = ["openssl", "enc", "-aes-128-ecb", "-nopad", "-K", key.hex()]
    return subprocess.run(command, input=blocks, capture_output=True, check=True).stdout


def gcm(key, nonce, plain, associated):
    """AES-128-GCM (NIST SP 800-38D) with openssl's AES."""
    counters = b"".join(nonce + struct.pack(">I", number) for number in range(1, 3 + len(plain) // 16))
    stream = aes(key, counters)
    octets = bytes(a ^ b for a, b in zip(plain, stream[16:]))
    factor = int.from_bytes(aes(key, bytes(16)), "big")
    total = 0
    padded = associated + bytes(-len(associated) % 16) + octets + bytes(-len(octets) % 16)
    padded += struct.pack(">QQ", 8 * len(associated), 8 * len(octets))
    for place in range(0, len(padded), 16):
        total ^= int.from_bytes(padded[place:place + 16], "big")
        product, shifted = 0, factor
        for bit in range(127, -1, -1):
            product ^= shifted if total >> bit & 1 else 0
            shifted = shifted >> 1 ^ (0xE1 << 120 if shifted & 1 else 0)
        total = product
    return octets + bytes(a ^ b for a, b in zip(total.to_bytes(16, "big"), stream))


def initial(frames):
    """A client's QUIC Initial (RFC 9001 section 5) with `frames`."""
    connection = bytes(range(8))
    digest = lambda secret, octets: hmac.new(secret, octets, hashlib.sha256).digest()
    expand = lambda secret, name, count: digest(secret, struct.pack(">HB", count, 6 + len(name)) + b"tls13 " + name + b"\0\1")[:count]
    client = expand(digest(bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), connection), b"client in", 32)
    key, nonce, mask = (expand(client, b"quic " + name, count) for name, count in ((b"key", 16), (b"iv", 12), (b"hp", 16)))
    plain = frames + bytes(1180 - len(frames))
    header = b"\xc1\0\0\0\1\x08" + connection + b"\0\0" + struct.pack(">H", 0x4000 | len(plain) + 18) + bytes(2)
    sealed = gcm(key, nonce, plain, header)
    masks = aes(mask, sealed[2:18])
    number = bytes(a ^ b for a, b in zip(header[-2:], masks[1:]))
    return bytes([header[0] ^ masks[0] & 0x0F]) + header[1:-2] + number + sealed


def initials():
    """As many frames of one octet as there is room for: thirty of them apart, the others over the last of these."""
    frame = lambda offset: b"\6" + struct.pack(">HB", 0x4000 | offset, 1) + b"x"
    octets = initial(b"".join(frame(2 * min(number, 30)) for number in range(236)))
    return lambda flow: ethernet(0x0800, ipv4(17, udp(octets), flow))


def inputs():
    """name to (link type, whether labels are on, seconds between packets, packet by number)."""
    plain = {"tunnels in IP": tunnels_in_ip, "tunnels of frames": tunnels_of_frames, "tunnels with options": tunnel_options,
             "extension headers": extension_headers, "padding in tunnels": padding_in_tunnels, "tags": tags,
             "label stacks": label_stacks, "options": options, "first fragments": first_fragments, "connections": connections}
    labelled = {"noise": noise, "chunks of SCTP": chunks, "header fields": header_fields, "HTTP/2's preface": request(header_block()),
                "frames of HTTP/2": frames, "a key exchange of SSH": key_exchange,
                "long lines": long_lines, "names": names, "options of CoAP": options_of_coap,
                "a TLS hello": whole_hello, "a TLS hello of extensions": hello_of_extensions, "an endless TLS hello": endless_hello,
                "an unfinished TLS hello": unfinished_hello, "a TLS server's hello": server_hello(225), "its endless one": server_hello(1_000),
                "a TLS hello in 12 pieces": hello_in_pieces(12), "single octets": hello_of_octets, "QUIC Initials": initials()}
    found = {name: (ETHERNET, False, 0.0001, make) for name, make in plain.items()}
    found["attributes"] = (NFLOG, False, 0.0001, attributes)
    found["a second each"] = (ETHERNET, False, 1.0, connections)
    return found | {name: (ETHERNET, True, 0.01, make) for name, make in labelled.items()}
