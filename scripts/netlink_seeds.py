"""Seeds of FuzzNetlink: datagrams as netfilter's log and queue make them (linux/netfilter/nfnetlink_log.h, …_queue.h)."""

import struct

IPV4 = bytes.fromhex("4500001c000100004011f6cdc0000201c0000202") + struct.pack("!HHHH", 1000, 53, 8, 0)
IPV6 = (struct.pack("!IHBB", 6 << 28, 8, 17, 64) + bytes.fromhex("20010db8") + bytes(11) + b"\1"
        + bytes.fromhex("20010db8") + bytes(11) + b"\2" + struct.pack("!HHHH", 1000, 53, 8, 0))
ETHERNET = bytes.fromhex("020000000002020000000001")


def attribute(kind, value):
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def message(kind, body, family=2, resource=5):
    body = struct.pack("!BBH", family, 0, resource) + body
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body + bytes(-len(body) % 4)


def logged(number, payload=IPV4, family=2, prefix=b"flowprobe:dns\0", hook=2, header=ETHERNET, ethertype=0x0800, extra=b""):
    body = attribute(1, struct.pack("!HBB", ethertype, hook, 0)) + attribute(10, prefix)
    body += attribute(4, struct.pack("!I", 2)) + attribute(5, struct.pack("!I", 3)) + attribute(2, struct.pack("!I", 7))
    if header:
        body += attribute(15, struct.pack("!H", 1)) + attribute(17, struct.pack("!H", 14))
        body += attribute(16, header + struct.pack("!H", ethertype))
    body += attribute(3, struct.pack("!QQ", 1764000000 + number, 250000)) + extra
    return message(4 << 8, body + attribute(12, struct.pack("!I", number)) + attribute(9, payload), family)


def queued(number, payload=IPV4, family=2, extra=b""):
    body = attribute(1, struct.pack("!IHBx", number, 0x0800 if family == 2 else 0x86DD, 2))
    body += attribute(5, struct.pack("!I", 2)) + attribute(6, struct.pack("!I", 3)) + attribute(3, struct.pack("!I", 9))
    body += attribute(4, struct.pack("!QQ", 1764000000, 250000)) + extra
    return message(3 << 8, body + attribute(10, payload), family)


def answer(error, sequence=1):
    return struct.pack("=IHHIIi", 36, 2, 0, sequence, 0, error) + bytes(16)


DONE = struct.pack("=IHHIIBBH", 20, 3, 2, 0, 0, 0, 0, 0)


def datagrams(queue, *parts):
    return bytes([1 if queue else 0]) + b"".join(struct.pack("!H", len(part)) + part for part in parts)


def netlink_seeds():
    six = dict(family=10, ethertype=0x86DD)
    return {
        "log": datagrams(0, answer(0) + logged(0)),
        "log-batch": datagrams(0, logged(0) + logged(1, IPV6, **six) + logged(2, hook=3, header=b"") + DONE, logged(3)),
        "log-gap": datagrams(0, logged(0) + logged(7) + logged(8)),
        "log-cut": datagrams(0, logged(0, IPV4[:20]) + logged(1, IPV6[:40], **six)),
        "log-empty": datagrams(0, logged(0, b"")),
        "log-odd": datagrams(0, logged(0, b"\0\1", family=3, ethertype=0x0806), logged(1, family=7, header=ETHERNET + b"\x81")),
        "log-bad": datagrams(0, logged(0)[:-8] + b"\xff" * 8, logged(1) + b"\1", b"\4\0\0\0" + bytes(20)),
        "queue": datagrams(1, queued(1), queued(2, IPV6, family=10)),
        "queue-merged": datagrams(1, queued(1, IPV4[:24], extra=attribute(13, struct.pack("!I", 64000))
                                            + attribute(14, struct.pack("!I", 3)))),
        "queue-refused": datagrams(1, answer(-1), queued(1), answer(-2, 0)),
    }
