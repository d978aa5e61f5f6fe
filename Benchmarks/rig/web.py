"""A client for one host, small enough to ask every millisecond."""

from __future__ import annotations

import json
import socket
import time


class Client:
    """Keeps its connection, and makes another when the server has closed it."""

    def __init__(self, port: int, timeout: float = 5.0):
        self.port = port
        self.timeout = timeout
        self.connection: socket.socket | None = None

    def get(self, path: str) -> tuple[int, bytes]:
        """The status and the body.

        Raises OSError where nobody listens or the answer is cut short.
        """
        if self.connection is not None:
            try:
                return self._exchange(path)
            except OSError:
                self.close()
        self.connection = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._exchange(path)

    def json(self, path: str):
        return json.loads(self.get(path)[1])

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _exchange(self, path: str) -> tuple[int, bytes]:
        self.connection.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:])
        while len(body) < int(fields.get("content-length", 0)):
            body += self._receive()
        if fields.get("connection") == "close":
            self.close()
        return int(lines[0].split()[1]), body

    def _receive(self) -> bytes:
        data = self.connection.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data


def seconds_until(condition, limit: float, pause: float = 0.001, since: float | None = None):
    """How long it takes until `condition()` holds, counted from `since` (or from now).

    An OSError counts as "not yet". Raises TimeoutError.
    """
    begun = time.monotonic() if since is None else since
    end = time.monotonic() + limit
    while True:
        try:
            if condition():
                return time.monotonic() - begun
        except OSError:
            pass
        if time.monotonic() > end:
            raise TimeoutError(f"not within {limit} s")
        time.sleep(pause)
