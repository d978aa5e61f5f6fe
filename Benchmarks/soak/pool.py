"""`mountmon pool run`: a union that dies and hangs, clients that hang, an engine that flaps."""

from __future__ import annotations

import signal
import time

from rig import pool
from rig.ground import Ground
from rig.monitor import DownloadClient, Monitor
from rig.pool import Pool

from .story import Pace, Story


def why_no_pool(ground: Ground) -> str | None:
    return pool.missing(pool.PROGRAMS, ground)


class PoolStory(Story):
    """Its rounds."""

    name = "pool"

    def __init__(self, ground: Ground, pace: Pace, seed: int, programs: dict[str, str]):
        super().__init__(ground, pace, seed)
        self._programs = programs
        self._last_begin = 0.0

    def start(self) -> None:
        self._pool = Pool(self.ground, 3)
        self._clients = [DownloadClient(self.ground) for _ in range(3)]
        self.subject = Monitor(
            self.ground,
            self.ground.copy(self._programs["mountmon"]),
            self._pool,
            None,
            self._clients,
            pollInterval="1s",
            upgradeAfter="1s",
            upgradeCoolDown="0s",
            upgradesPerHour=60,
            minBranches=3,
            drainAfter={"scarce": "2s", "unresponsive": "5s"},
        )

    def round(self, number: int) -> None:
        # The stack is brought back sixty times an hour at most.
        if number:
            time.sleep(max(0, self._last_begin + self.pace.pool_spacing - time.monotonic()))
        self._last_begin = time.monotonic()
        kind = number % 4
        if kind == 0:
            self._pool.signal(signal.SIGKILL)
            self.note("union killed")
        elif kind == 1:
            self._pool.unmount()
            self.note("union unmounted")
        elif kind == 2:
            self._clients[0].send(signal.SIGSTOP)
            self.note("client hung")
            self._pool.signal(signal.SIGKILL)
            self.note("union killed")
        else:
            self._pool.signal(signal.SIGSTOP)
            self.note("union hung")
        self.wait(lambda: not self._is_ready(), "the loss is known")
        self.last()
        self._clients[0].send(signal.SIGCONT)
        self._pool.restore()

    def _is_ready(self) -> bool:
        with self.subject.client() as client:
            return client.get("/healthz/ready")[0] == 200

    def is_well(self) -> bool:
        with self.subject.client() as client:
            stack = client.json("/healthz/status")["stack"]
        return self._is_ready() and stack["mode"] in ("full", "none")

    def explain(self) -> str:
        with open(self.subject.log, encoding="utf-8") as file:
            return " | ".join(file.read().split("\n")[-6:])
