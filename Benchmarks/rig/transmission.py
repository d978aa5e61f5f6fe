#!/usr/bin/env python3
"""A download client with two torrents, and as much of Transmission's RPC as is asked of it.

Writes a line each time: `listening PORT`, then `paused WHEN` or `running WHEN`, by the monotonic
clock.
"""

import json
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SESSION = "bench-session-0123456789"


class Torrents:
    """Which of them run."""

    def __init__(self):
        self.lock = threading.Lock()
        self.status = {f"{number:040x}": 4 for number in (1, 2)}

    def obey(self, method: str, arguments: dict) -> dict:
        with self.lock:
            if method == "torrent-get":
                return {"torrents": [self._row(name) for name in self.status]}
            if method in ("torrent-stop", "torrent-start"):
                for name in arguments.get("ids", self.status):
                    self.status[name] = 0 if method == "torrent-stop" else 4
                tell("running" if any(self.status.values()) else "paused")
            # The script's way. It leaves the torrents running; it counts as paused all the same.
            if method == "session-set" and arguments.get("speed-limit-down-enabled"):
                tell("paused")
            return {}

    def _row(self, name: str) -> dict:
        return {"hashString": name, "status": self.status[name], "error": 0}


def tell(word: str) -> None:
    print(word, time.monotonic(), flush=True)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    torrents = Torrents()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("X-Transmission-Session-Id") != SESSION:
            return self._answer(409, b"")
        request = json.loads(body)
        found = self.torrents.obey(request.get("method", ""), request.get("arguments", {}))
        self._answer(200, json.dumps({"result": "success", "arguments": found}).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("X-Transmission-Session-Id", SESSION)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    """Names are not looked up."""

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address

    def handle_error(self, *_):
        """A connection that was cut is no trouble."""


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print("listening", server.server_address[1], flush=True)
    sys.exit(server.serve_forever())
