#!/usr/bin/env python3
"""A client that behaves badly: hostile-client.py BEHAVIOUR PORT [SEED or FILE]. Prints what it saw as one JSON object."""

import json
import random
import re
import socket
import sys
import time

PORT = int(sys.argv[2])


def connect(timeout=30):
    client = socket.socket()
    client.settimeout(timeout)
    client.connect(("127.0.0.1", PORT))
    return client


def read_all(client, most=1 << 26):
    """Everything until the server closes."""
    data = b""
    try:
        while len(data) < most:
            part = client.recv(65536)
            if not part:
                break
            data += part
    except ConnectionError:
        pass
    return data


def status(data):
    return int(data.split()[1]) if data.startswith(b"HTTP/1.1 ") else 0


def length(answer):
    """What the answer says of its length; -1 when there is not so much of it."""
    found = re.search(rb"\r\ncontent-length: (\d+)\r\n", answer, re.IGNORECASE)
    return int(found[1]) if found else -1


def body(answer):
    return answer.partition(b"\r\n\r\n")[2]


def ask():
    client = connect()
    client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = read_all(client)
    return {"status": status(answer) if len(body(answer)) == length(answer) else -1}


def garbage():
    """Random octets, and requests with random damage; half of the clients leave at once."""
    chance = random.Random(int(sys.argv[3]))
    closed = 0
    good = b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc"
    for number in range(300):
        client = connect()
        data = chance.randbytes(chance.randrange(1, 400))
        if number % 3:
            damaged = bytearray(good)
            for _ in range(chance.randrange(1, 6)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            data = bytes(damaged) * chance.randrange(1, 4)
        try:
            client.sendall(data)
            if number % 2:
                client.shutdown(socket.SHUT_WR)
                read_all(client)
        except OSError:
            pass
        client.close()
        closed += 1
    return {"sent": 300, "closed": closed}


def drip(begin, drop):
    """Sends `begin` and then a drop every 50 ms, until the server has had enough."""
    client = connect()
    started = time.monotonic()
    if begin:
        client.sendall(begin)
    client.settimeout(0.05)
    while time.monotonic() - started < 12:
        try:
            if drop:
                client.sendall(drop)
            # An answer may come early; what counts is when the connection ends.
            if client.recv(65536) == b"" and not drop:
                break
            time.sleep(0.05)
        except socket.timeout:
            continue
        except OSError:
            break
    return {"milliseconds": int((time.monotonic() - started) * 1000)}


def not_reading():
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(15)
    client.connect(("127.0.0.1", PORT))
    client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(6)
    data = read_all(client)
    return {"octets": len(data), "complete": int(len(body(data)) == length(data))}


def accepted():
    """Connections at the server's end of the port that it has taken: those still waiting have no inode."""
    count = 0
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if int(fields[1].split(":")[1], 16) == PORT and fields[3] in ("01", "08") and fields[9] != "0":
                count += 1
    return count


def many():
    clients = []
    most = 0
    for _ in range(400):
        client = socket.socket()
        client.setblocking(False)
        try:
            client.connect(("127.0.0.1", PORT))
        except BlockingIOError:
            pass
        clients.append(client)
    started = time.monotonic()
    while time.monotonic() - started < 2:
        most = max(most, accepted())
        time.sleep(0.02)
    for client in clients[200:]:
        client.close()
    try:
        first = ask()
        answered = int((time.monotonic() - started) * 1000) if first["status"] == 200 else 10**6
    except OSError:
        answered = 10**6
    return {"most": most, "answered_after_milliseconds": answered}


def send_endlessly(begin, part, most=64 << 20):
    client = connect()
    sent = 0
    try:
        client.sendall(begin)
        while sent < most:
            client.sendall(part)
            sent += len(part)
    except OSError:
        pass
    return {"sent": sent, "status": status(read_all(client))}


def pipelined():
    client = connect()
    try:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
    except OSError:
        pass
    return {"answers": read_all(client).count(b"HTTP/1.1 200")}


def hold():
    clients = [connect() for _ in range(20)]
    for number, client in enumerate(clients):
        client.sendall([b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n"][number % 3])
    # Tells that all of them are there.
    with open(sys.argv[3], "w", encoding="ascii"):
        pass
    started = time.monotonic()
    for client in clients:
        read_all(client)
    return {"held": len(clients), "milliseconds": int((time.monotonic() - started) * 1000)}


REQUEST = b"GET /metrics HTTP/1.1\r\nHost: x\r\n"
BEHAVIOURS = {
    "ask": ask,
    "garbage": garbage,
    "slow-header": lambda: drip(REQUEST + b"X: ", b"y"),
    "slow-body": lambda: drip(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", b"y"),
    "silent": lambda: drip(b"", b""),
    "silent-after-request-line": lambda: drip(REQUEST, b""),
    "not-reading": not_reading,
    "many": many,
    "long-header": lambda: send_endlessly(REQUEST, b"X" * 65536),
    "long-value": lambda: send_endlessly(REQUEST + b"X: ", b"y" * 65536),
    "many-headers": lambda: send_endlessly(REQUEST, b"X: y\r\n" * 1000),
    "long-target": lambda: send_endlessly(b"GET /", b"y" * 65536),
    "endless-body": lambda: send_endlessly(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n", b"y" * 65536),
    "endless-chunks": lambda: send_endlessly(
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"y" * 4096 + b"\r\n"),
    "pipelined": pipelined,
    "hold": hold,
}

print(json.dumps(BEHAVIOURS[sys.argv[1]]()))
