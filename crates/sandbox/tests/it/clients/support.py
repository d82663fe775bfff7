"""What the Python scripts share: counted checks, and a receiver for notifications on this machine."""

import json
import queue
import sys
import threading
import traceback
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Checks:
    """Every check is carried out; what did not hold is told at the end."""

    def __init__(self):
        self.count, self.failed = 0, []

    def __call__(self, what, holds, detail="", /):
        self.count += 1
        if not holds:
            self.failed.append(f"{what}: {detail}"[:600])

    def same(self, what, found, wanted, /):
        self(what, found == wanted, f"{found!r}, not {wanted!r}")

    def fields(self, what, found, /, **wanted):
        for name, value in wanted.items():
            self.same(f"{what}.{name}", found.get(name), value)

    def run(self, *parts):
        for part in parts:
            try:
                part()
            except Exception:
                self(part.__name__, False, traceback.format_exc()[-500:])

    async def wait(self, part):
        try:
            await part
        except Exception:
            self(part.__name__, False, traceback.format_exc()[-500:])

    def finish(self):
        for line in self.failed:
            print(line, file=sys.stderr)
        if self.failed:
            sys.exit(f"{len(self.failed)} of {self.count} checks failed")
        print("done")


def described(path):
    with open(path) as file:
        return json.load(file)


def control(sandbox, command):
    """Sends an order such as expire_sync_tokens to the sandbox's control port."""
    request = urllib.request.Request(sandbox["control"]["root"] + command, data=b"", method="POST")
    with urllib.request.urlopen(request) as answer:
        answer.read()


class Receiver:
    """Takes notifications; shakes hands as Graph wants it."""

    def __init__(self):
        arrived = self.arrived = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                token = parse_qs(urlsplit(self.path).query).get("validationToken")
                # Whoever is told at /push/deaf takes nothing.
                self.send_response(200 if token or "/deaf" not in self.path else 404)
                self.send_header("Content-Type", "text/plain")
                self.end_headers()
                if token:
                    self.wfile.write(token[0].encode())
                arrived.put((dict(self.headers), token, body))

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{server.server_port}/push"

    def next(self):
        return self.arrived.get(timeout=10)
