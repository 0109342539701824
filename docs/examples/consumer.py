#!/usr/bin/env python3
"""consumer.py PORT FILE: takes flowprobe's export (docs/export-contract.md) into SQLite, each record once."""
import json, sqlite3, socket, struct, sys

def read_templates(body, at, end, is_options, templates):
    while end - at >= 4:
        name, count = struct.unpack_from(">HH", body, at)
        at += 6 if is_options else 4  # An options template also counts its scope fields, which come first.
        fields = []
        for _ in range(count):
            element, length = struct.unpack_from(">HH", body, at)
            number = struct.unpack_from(">I", body, at + 4)[0] if element & 0x8000 else 0
            fields.append((f"{number}/{element & 0x7FFF}" if number else str(element), length))
            at += 8 if element & 0x8000 else 4
        templates[name] = fields

def read_records(body, at, end, fields):
    while end - at >= sum(1 if length == 0xFFFF else length for _, length in fields):  # Less is padding.
        record = {}
        for name, length in fields:
            if length == 0xFFFF:  # Variable: one octet says how long, or 255 and then two do.
                length, at = (body[at], at + 1) if body[at] < 255 else (struct.unpack_from(">H", body, at + 1)[0], at + 3)
            record[name], at = body[at:at + length].hex(), at + length
        yield record

def take_session(peer, database):
    stream, templates, held, due = peer.makefile("rb"), {}, {}, {}
    while len(header := stream.read(16)) == 16:
        version, length, _, sequence, domain = struct.unpack(">HHIII", header)
        body, at = stream.read(length - 16), 0
        if version != 10 or len(body) < length - 16:
            return
        if sequence != due.setdefault(domain, 0):
            print(f"domain {domain}: {sequence - due[domain]} records are missing", flush=True)
        due[domain] = sequence
        while at < len(body):
            kind, size = struct.unpack_from(">HH", body, at)
            if kind in (2, 3):
                read_templates(body, at + 4, at + size, kind == 3, templates.setdefault(domain, {}))
            for record in read_records(body, at + 4, at + size, templates[domain][kind]) if kind > 3 else ():
                due[domain] = due[domain] + 1 & 0xFFFFFFFF
                if "32473/201" not in record:
                    held.setdefault(domain, []).extend([record] if "148" in record else [])
                    continue
                name = record["32473/201"] + record["32473/200"]  # The batch is whole: keep it with its name, or drop it.
                with database:
                    if database.execute("INSERT OR IGNORE INTO batch VALUES (?)", [name]).rowcount:
                        rows = [[json.dumps(flow)] for flow in held.get(domain, [])]
                        database.executemany("INSERT INTO flow VALUES (?)", rows)
                held[domain] = []
                peer.sendall(b"FPAK\x01\0\0\0" + bytes.fromhex(name))
            at += size

database = sqlite3.connect(sys.argv[2])
database.execute("CREATE TABLE IF NOT EXISTS flow (record TEXT)")
database.execute("CREATE TABLE IF NOT EXISTS batch (name TEXT PRIMARY KEY)")
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listens", flush=True)
while True:
    with server.accept()[0] as peer:
        try:
            take_session(peer, database)
        except (OSError, KeyError, IndexError, struct.error) as error:  # What was not answered comes again.
            print(f"a connection ended: {error!r}", flush=True)
