"""HTTP clients of every kind, good and bad, that come and go."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections import Counter

_PATHS = ("/healthz/live", "/healthz/ready", "/healthz/status", "/metrics", "/nothing")


class Churn:
    """Clients of one server while it is told to go on, in a thread of its own."""

    def __init__(self, port: int, seed: int):
        self._port = port
        self._random = random.Random(seed)
        self._is_over = threading.Event()
        self._idle: list[socket.socket] = []
        self.counts: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> Counter[str]:
        """Ends it, closes what is open, and says how many of which kind there were."""
        self._is_over.set()
        self._thread.join()
        for connection in self._idle:
            connection.close()
        return self.counts

    def _run(self) -> None:
        kinds = [self._plain, self._pipelined, self._kept, self._slow, self._aborted, self._garbage]
        while not self._is_over.wait(self._random.uniform(0.005, 0.05)):
            kind = self._random.choice(kinds)
            try:
                kind()
                self.counts[kind.__name__[1:]] += 1
            except OSError:
                # The server sends bad clients away, and closes idle ones: that is its right.
                self.counts["refused"] += 1

    def _connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), 5)

    def _request(self) -> bytes:
        path = self._random.choice(_PATHS)
        return f"GET {path} HTTP/1.1\r\nHost: soak\r\n\r\n".encode()

    def _plain(self) -> None:
        with self._connect() as connection:
            connection.sendall(self._request().replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            while connection.recv(65536):
                pass

    def _pipelined(self) -> None:
        with self._connect() as connection:
            requests = [self._request() for _ in range(self._random.randint(2, 40))]
            connection.sendall(b"".join(requests))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass

    def _kept(self) -> None:
        """Asks once and stays; of those that stay the eldest goes."""
        connection = self._connect()
        connection.sendall(self._request())
        connection.recv(65536)
        self._idle.append(connection)
        if len(self._idle) > 40:
            self._idle.pop(0).close()

    def _slow(self) -> None:
        with self._connect() as connection:
            for byte in self._request()[: self._random.randint(1, 20)]:
                connection.sendall(bytes([byte]))
                time.sleep(0.005)

    def _aborted(self) -> None:
        """Asks for much and resets the connection without reading."""
        connection = self._connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(self._request() * 10)
        connection.close()

    def _garbage(self) -> None:
        with self._connect() as connection:
            connection.sendall(self._random.randbytes(self._random.randint(1, 3000)))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
