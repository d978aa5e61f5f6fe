"""The stub API server of the tests as a program, with its faults."""

from __future__ import annotations

import os
import subprocess
import threading

from rig.ground import Ground

#: What goes wrong and is over with `well`, or with the second word.
FAULTS = {
    "silent": ("silent on", "silent off"),
    "refused": ("refuse", "accept"),
    "failing": ("fail", "well"),
    "garbled": ("garble", "well"),
    "slow": ("slow", "well"),
    "cut": ("cut", None),
    "expired": ("expire", None),
    "rotated": ("rotate", None),
}


class StubAPI:
    """A running `stub-api`."""

    def __init__(self, ground: Ground, program: str):
        self.folder = ground.path("api")
        os.mkdir(self.folder)
        self._lock = threading.Lock()
        self._process = ground.start(
            [program, self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        _, self.url, self.uid = self._read("ready")[-1].split()

    def access(self, account: str) -> list[str]:
        """Words for a command that lead it here."""
        folder = f"{self.folder}/{account}"
        files = ["--token-file", f"{folder}/token", "--ca-file", f"{folder}/ca.crt"]
        return ["--server", self.url, *files]

    def send(self, line: str) -> list[str]:
        """Gives a command, waits until it is obeyed, and returns what was said before that."""
        with self._lock:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            return self._read(f"ok {line}")[:-1]

    def _read(self, start: str) -> list[str]:
        lines = []
        for line in self._process.stdout:
            lines.append(line.strip())
            if line.startswith(start):
                return lines
        raise OSError(f"stub-api ended; it said {lines}")
