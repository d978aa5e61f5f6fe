"""`mountmon volsync --watch`, and the cluster that it looks at."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from .ground import Ground
from .subjects import Subject, free_port
from .web import seconds_until

_HERE = os.path.dirname(os.path.abspath(__file__))


class FakeCluster:
    """A running `cluster.py`."""

    def __init__(self, ground: Ground, pods: int, sources: int):
        self.ground = ground
        self._file = ground.path("cluster")
        with open(self._file, "wb") as output:
            command = [sys.executable, f"{_HERE}/cluster.py", str(pods), str(sources)]
            self.main = ground.start(command, stdin=subprocess.PIPE, stdout=output, text=True)
        seconds_until(lambda: bool(self._lines()), 60, 0.01)
        self.port = int(self._lines()[0][1])

    def send(self, command: str, number: int) -> None:
        self.main.stdin.write(f"{command} {number}\n")
        self.main.stdin.flush()

    def seconds_to_plan(self, number: int, limit: float) -> float:
        """Lets a backup fail; seconds from its pod's failure to the request for an unlock Job."""
        self.send("fail", number)
        seconds_until(lambda: "planned" in self._moments(number), limit, 0.01)
        moments = self._moments(number)
        return moments["planned"] - moments["failed"]

    def end(self) -> None:
        self.ground.end(self.main)

    def _moments(self, number: int) -> dict[str, float]:
        found: dict[str, float] = {}
        for word, which, when in (line for line in self._lines() if len(line) == 3):
            if which == str(number):
                found.setdefault(word, float(when))
        return found

    def _lines(self) -> list[list[str]]:
        with open(self._file, encoding="utf-8") as file:
            return [line.split() for line in file.read().split("\n")[:-1]]


class Unlocker(Subject):
    """`mountmon volsync --watch`."""

    name = "mountmon"

    def __init__(self, ground: Ground, program: str, cluster: FakeCluster):
        port = free_port()
        monitor = {
            "apiVersion": "homelab.rafaribe.com/v1alpha1",
            "kind": "VolSyncMonitor",
            "metadata": {"name": "bench", "namespace": "mountmon"},
            "spec": {"enabled": True, "maxConcurrentUnlocks": 100},
        }
        file, token = ground.path("monitor.json"), ground.path("token")
        with open(file, "w", encoding="utf-8") as output:
            json.dump(monitor, output)
        with open(token, "w", encoding="utf-8") as output:
            output.write("bench")
        command = [program, "volsync", "--watch", "--config", file, "--namespace", "mountmon"]
        command += ["--server", f"http://127.0.0.1:{cluster.port}", "--token-file", token]
        command += ["--http-address", "127.0.0.1", "--http-port", str(port)]
        self.log = ground.path("log")
        with open(self.log, "wb") as log:
            super().__init__(ground, command, port, stdout=log, stderr=log)

    def wait_until_leading(self) -> None:
        """It waits out another leader that may be there: 15 s, by the Lease's rules."""
        with self.client() as client:
            for line in (b"\nmountmon_volsync_leader 1\n", b"\nmountmon_volsync_synced 1\n"):
                seconds_until(lambda: line in client.get("/metrics")[1], 90, 0.05)
