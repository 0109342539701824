"""FuzzSpool's inputs: an octet of choices (Fuzz/SpoolFuzzing/FuzzedSegment.swift), and a segment file
(Sources/Spool/Format). Imported by scripts/fuzz-seeds."""

import struct

DATA = bytes(range(1, 40))
SEALED, WHOLE_SPOOL, OWN_HEADER = 1, 2, 4
OWN_RECORD = 296  # Octets of a FlowRecord: the header that the harness puts before a batch has this length.
COMMITTED = 1700000000 * 10**9
RECORDS, GAP, CLOSE = 1, 2, 3


def crc32c(octets):
    crc = 0xFFFFFFFF
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return struct.pack("<I", crc ^ 0xFFFFFFFF)


def zstd(octets):
    """A frame (RFC 8878, 3.1.1) with its content's size, of one block that is stored and one of repeated zeroes."""
    blocks = struct.pack("<I", len(octets) << 3)[:3] + octets + struct.pack("<I", 1 | 1 << 1 | 64 << 3)[:3] + bytes(1)
    return bytes.fromhex("28b52ffd") + b"\xa0" + struct.pack("<I", len(octets) + 64) + blocks


def spool_layout(fields, length):
    table = b"".join(struct.pack("<HBB", offset, width, len(name)) + name.encode() for name, offset, width in fields)
    return length, len(fields), table, crc32c(struct.pack("<I", length) + table)


def spool_header(layout, version=1):
    length, count, table, checksum = layout
    octets = b"FPSPOOL\0" + struct.pack("<HHII", version, count, 76 + len(table), length) + checksum
    octets += bytes(range(16)) + struct.pack("<QqQQ", 1, COMMITTED, 1, 0) + table
    return octets + crc32c(octets)


def spool_batch(kind, identifier, payload=b"", checksum=bytes(4), records=0, before=0, plain=None):
    octets = b"FPBT" + struct.pack("<HBB", 88, kind, plain is not None)
    octets += struct.pack("<QIIII", identifier, 1, records, len(payload), len(payload) if plain is None else plain)
    octets += struct.pack("<QqqQQ", before, COMMITTED, COMMITTED, 9, 3 * before) + checksum + crc32c(payload) + bytes(4)
    return octets + crc32c(octets) + payload


def forged(batch, offset, octets):
    """The batch with other octets in its header, whose checksum is right."""
    header = batch[:offset] + octets + batch[offset + len(octets):84]
    return header + crc32c(header) + batch[88:]


def spool_seeds():
    narrow = spool_layout([("flowId", 0, 8)], 8)
    foreign = spool_layout(
        [("sourcePort", 0, 4), ("retiredField", 4, 8), ("packetsForward", 12, 2), ("tcpState", 14, 1), ("flowId", 16, 8),
         ("firstForward", 24, 8), ("observationDomainId", 32, 4)], 40)
    record = lambda flow: struct.pack("<IQHBxQqII", 53, 2**64 - 1, 9, 1, flow, COMMITTED, flow % 2, 0)
    gap = lambda clean: struct.pack("<QqqQQ", clean, COMMITTED, COMMITTED + 5, 20, 18)
    own = lambda flow: struct.pack("<QQII", flow, flow, 0, 1) + bytes(OWN_RECORD - 24)
    three = b"".join(map(record, (40, 41, 42)))

    def run(layout, records, first=1, clean=1):
        """A gap, a batch for each of the records, and the end."""
        return (spool_batch(GAP, first, gap(clean)) + b"".join(
            spool_batch(RECORDS, first + 1 + index, octets, layout[3], len(octets) // layout[0], before)
            for index, (octets, before) in enumerate(records))
            + spool_batch(CLOSE, first + 1 + len(records), before=sum(len(octets) for octets, _ in records) // layout[0]))

    plain = spool_header(foreign) + run(foreign, [(three, 0), (record(43), 3)])
    compressed = spool_header(foreign) + spool_batch(GAP, 1, gap(0)) + spool_batch(
        RECORDS, 2, zstd(record(7) + bytes(16)), foreign[3], 3, plain=120) + spool_batch(CLOSE, 3, before=3)
    numbers = struct.pack("<4Q", 1, 2, 3, 4)
    listed = spool_layout([("flowId", 0, 8), ("attributeOctets", 8, 2)], 10)
    lists = b"\x01\x01a", b"\x05\x02\x00\xc8" + b"\x12\x01\x00"
    attributed = b"".join(struct.pack("<QH", index, len(one)) for index, one in enumerate(lists)) + b"".join(lists)
    seeds = {
        "attributes": (SEALED, spool_header(listed, 2) + spool_batch(GAP, 1, gap(1)) + spool_batch(
            RECORDS, 2, attributed, listed[3], 2) + spool_batch(CLOSE, 3, before=2)),
        "plain": (0, plain), "plain-sealed": (SEALED, plain), "spool": (SEALED | WHOLE_SPOOL, plain),
        "compressed": (SEALED, compressed), "compressed-spool": (SEALED | WHOLE_SPOOL, compressed),
        "narrow": (SEALED, spool_header(narrow) + run(narrow, [(numbers, 0)], clean=0)),
        "own-records": (SEALED | OWN_HEADER, run((OWN_RECORD, 0, b"", bytes(4)), [(own(1) + own(2), 0), (own(3), 2)])),
        "own-records-spool": (SEALED | OWN_HEADER | WHOLE_SPOOL, run((OWN_RECORD, 0, b"", bytes(4)), [(own(1), 0)])),
        "later-format": (0, spool_header(foreign, 3) + run(foreign, [(three, 0)])),
        "damaged-batch": (0, plain[:-150] + b"\xff" + plain[-149:]),
        "damaged-between": (SEALED, spool_header(foreign) + run(foreign, [(three, 0)]) + DATA
                            + run(foreign, [(record(9), 9)], 9)),
        "damaged-end": (SEALED | WHOLE_SPOOL, plain + plain[-88:][:50]),
        "damaged-claim": (WHOLE_SPOOL, plain + forged(spool_batch(GAP, 9, gap(1), before=4), 20, b"\x05")),
        "damaged-reserved": (WHOLE_SPOOL, plain + forged(spool_batch(CLOSE, 9, before=4), 80, b"\x01")),
        "damaged-numbers": (WHOLE_SPOOL, plain + forged(spool_batch(CLOSE, 9), 32, b"\xff" * 8)),
        "damaged-time": (WHOLE_SPOOL, plain + forged(spool_batch(CLOSE, 9, before=4), 40, b"\xff" * 7 + b"\x80")),
        "damaged-payload": (0, plain.replace(record(41), record(44))),
    }
    return {name: bytes([choices]) + octets for name, (choices, octets) in seeds.items()}
