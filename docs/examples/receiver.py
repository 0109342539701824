#!/usr/bin/env python3
"""receiver.py PORT FILE CERTIFICATE KEY: takes flowprobe's batches over HTTPS (docs/export-contract.md, `format=ndjson`) into
SQLite, each record once."""
import gzip, http.server, sqlite3, ssl, sys

class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # Keeps connections.

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # The connection broke: the whole request comes again.
            self.close_connection = True
            return
        if self.headers["Content-Type"] != "application/x-ndjson" or self.headers["Flowprobe-Schema"] != "1":
            return self.answer(406)  # Not 415, which would have the probe look for the record that is at fault.
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        database = sqlite3.connect(sys.argv[2], timeout=30)
        with database:  # The key and its records in one transaction.
            if database.execute("INSERT OR IGNORE INTO batch VALUES (?)", [self.headers["Idempotency-Key"]]).rowcount:
                database.executemany("INSERT INTO flow VALUES (?)", ([line.decode()] for line in body.splitlines()))
        database.close()
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

database = sqlite3.connect(sys.argv[2])
database.execute("CREATE TABLE IF NOT EXISTS flow (record TEXT)")
database.execute("CREATE TABLE IF NOT EXISTS batch (name TEXT PRIMARY KEY)")
database.close()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[3], sys.argv[4])
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
# Whoever connects and says nothing keeps its own thread waiting, and nobody else.
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print("listens", flush=True)
server.serve_forever()
