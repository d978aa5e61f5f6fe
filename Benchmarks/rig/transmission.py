#!/usr/bin/env python3
"""A download client with two torrents, and as much of Transmission's RPC as is asked of it.

Writes a line each time: `listening PORT`, then `paused WHEN` or `running WHEN`, by the monotonic
clock.
"""

import json
import sys
import threading
import time

from serving import Handler, Server

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


class Transmission(Handler):
    """One connection."""

    torrents = Torrents()

    def do_POST(self):
        body = self.body()
        if self.headers.get("X-Transmission-Session-Id") != SESSION:
            return self.reply(409, b"")
        request = json.loads(body)
        found = self.torrents.obey(request.get("method", ""), request.get("arguments", {}))
        self.reply(200, json.dumps({"result": "success", "arguments": found}).encode())

    def reply(self, status: int, body: bytes) -> None:
        self.answer(status, body, X_Transmission_Session_Id=SESSION)


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Transmission)
    print("listening", server.server_address[1], flush=True)
    sys.exit(server.serve_forever())
