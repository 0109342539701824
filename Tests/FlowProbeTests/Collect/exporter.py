"""An exporting process that does what its arguments say, one after the other, and prints what it is answered.

    exporter.py PORT [--tls CA [CERTIFICATE KEY]] STEP...

  templates        the templates of flow records and of batches
  plain            the template of flow records alone
  data:FIRST:N     N flow records with flowId FIRST, FIRST + 1, ...
  orphans:N        N records of a template that was never sent
  close:ID         the record that closes batch ID
  answer           waits for an answer: "answer STATUS ID", or "no answer" when the connection ends
  half             half a message
  junk             what is no message
  sleep:SECONDS
  wait             until the other side closes: "closed"
"""
import socket
import ssl
import struct
import sys
import time

PROBE = bytes(range(16))
FLOW = struct.pack(">HHHHHHHHHHHH", 256, 5, 8, 4, 12, 4, 4, 1, 1, 8, 148, 8)
BATCH = struct.pack(">HHHHHIHHI", 326, 2, 1, 0x8000 | 200, 8, 32473, 0x8000 | 201, 65535, 32473)


class Exporter:
    def __init__(self, connection):
        self.connection = connection
        self.number = 0

    def message(self, set_id, body, records=0):
        header = struct.pack(">HHIII", 10, 20 + len(body), 1_795_342_400, self.number, 7)
        self.number += records
        return header + struct.pack(">HH", set_id, 4 + len(body)) + body

    def send(self, set_id, body, records=0):
        self.connection.sendall(self.message(set_id, body, records))

    def data(self, first, count, template=256):
        for start in range(first, first + count, 500):
            some = range(start, min(start + 500, first + count))
            self.send(template, b"".join(struct.pack(">IIBQQ", 0xC0000201, 0xC6336402, 17, 100, i) for i in some),
                      len(some))

    def answer(self):
        octets = b""
        while len(octets) < 32:
            try:
                more = self.connection.recv(32 - len(octets))
            except OSError:
                more = b""
            if not more:
                print("no answer", flush=True)
                return
            octets += more
        magic, version, status, zero, probe, batch = struct.unpack(">4sBBH16sQ", octets)
        sound = (magic, version, zero, probe) == (b"FPAK", 1, 0, PROBE)
        print(f"answer {status} {batch}" if sound else f"odd answer {octets.hex()}", flush=True)

    def step(self, step):
        word, *numbers = step.split(":")
        if word == "templates":
            self.send(2, FLOW)
            self.send(3, BATCH)
        elif word == "plain":
            self.send(2, FLOW)
        elif word == "data":
            self.data(int(numbers[0]), int(numbers[1]))
        elif word == "orphans":
            self.data(0, int(numbers[0]), template=999)
        elif word == "close":
            self.send(326, struct.pack(">QB", int(numbers[0]), 16) + PROBE, 1)
        elif word == "answer":
            self.answer()
        elif word == "half":
            self.connection.sendall(self.message(2, FLOW)[:20])
        elif word == "junk":
            self.connection.sendall(b"GET / HTTP/1.1\r\n\r\n" * 10)
        elif word == "sleep":
            time.sleep(float(numbers[0]))
        elif word == "wait":
            try:
                while self.connection.recv(4096):
                    pass
            except OSError:
                pass
            print("closed", flush=True)
        else:
            sys.exit(f"no such step: {step}")


def main(arguments):
    port, steps = int(arguments[0]), arguments[1:]
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    if steps[:1] == ["--tls"]:
        context = ssl.create_default_context(cafile=steps[1])
        context.check_hostname = False
        steps = steps[2:]
        if steps[0].startswith("/"):
            context.load_cert_chain(steps[0], steps[1])
            steps = steps[2:]
        connection = context.wrap_socket(connection)
    exporter = Exporter(connection)
    for step in steps:
        try:
            exporter.step(step)
        except OSError as error:
            print(f"failed {step}: {type(error).__name__}", flush=True)
    connection.close()


main(sys.argv[1:])
