"""How soon the stack of a drive pool is stopped when the pool is gone."""

from __future__ import annotations

import random
import signal
import time
from statistics import median

from rig import engine, pool
from rig.bench import Bench, NotTaken
from rig.engine import Engine
from rig.monitor import ENDS, DownloadClient, Moment, Monitor, Script
from rig.pool import Pool
from rig.report import Row, spread
from rig.web import seconds_until

#: How long too few drives are borne here; subtracted.
SCARCE = 2
BUDGET = 1
#: A drained stack is brought back soon, so that the next round can begin.
SOON = {"upgradeAfter": "1s", "upgradeCoolDown": "0s", "upgradesPerHour": 60}
FAULTS = {
    "pool unmounted": lambda lab: lab.pool.unmount(),
    "mergerfs killed": lambda lab: lab.pool.signal(signal.SIGKILL),
    "one drive of three pulled": lambda lab: lab.pool.unplug(lab.pool.branches[0]),
}


def gone(bench: Bench) -> list[Row]:
    """Three faults, seen by mountmon and the script at the same time, each with its own stack."""
    lacks = pool.missing({**pool.PROGRAMS, "curl": "curl"}, bench.ground)
    if lacks:
        raise NotTaken(lacks)
    no_engine = engine.why_none(bench) or pool.missing({"docker": "dockerd"}, bench.ground)
    lab = _Lab(bench, not no_engine)
    try:
        lab.monitor.wait_until_ready(60, 0.05)
        rows = []
        for fault in FAULTS:
            rounds = [lab.round(fault, number) for number in range(bench.times(5, 1))]
            rows += _rows(fault, rounds)
        if no_engine:
            rows.append(Row("to containers stopped", f"not measured: {no_engine}"))
        return rows
    finally:
        lab.end()


class _Lab:
    """A pool, an engine with two stacks, mountmon for the one and the script for the other."""

    def __init__(self, bench: Bench, has_engine: bool):
        self.bench = bench
        self.pool = Pool(bench.ground, 3)
        self.clients = [DownloadClient(bench.ground) for _ in range(3)]
        self.engine = Engine(bench.ground) if has_engine else None
        numbers = range(1, 6) if has_engine else ()
        self.own = [f"own-{number}" for number in numbers]
        self.others = [f"script-{number}" for number in numbers]
        if self.engine:
            self.engine.run(self.own + self.others, self.pool.path)
        self.monitor = Monitor(
            bench.ground,
            bench.ground.copy(bench.program),
            self.pool,
            self.engine,
            self.clients[:2],
            self.others,
            **SOON,
            minBranches=3,
            drainAfter={"scarce": f"{SCARCE}s"},
        )

    def round(self, fault: str, number: int) -> dict[str, float | None]:
        """Seconds from the fault on."""
        bench = self.bench
        # The drive of which it takes no notice needs no more than one round.
        is_watched = fault != "one drive of three pulled" or number == 0
        script = None
        if is_watched:
            script = Script(bench.ground, self.pool, self.engine, self.clients[2], self.others)
        bench.tell(f"{fault} {number + 1}")
        time.sleep(random.uniform(0, 10) if script else 1)
        busy = self.monitor.cpu_seconds()
        begun = Moment()
        FAULTS[fault](self)
        found: dict[str, float | None] = {}
        self.monitor.wait_for(lambda: self._paused(self.clients[:2], begun), 60)
        found["paused"] = self._paused(self.clients[:2], begun)
        if self.engine:
            self.engine.wait_until_stopped(self.own, 90)
            found["stopped"] = self.engine.last_end(self.own) - begun.date
        self.monitor.wait_for(lambda: self.monitor.drain_since(begun.date, *ENDS), 90)
        found["cpu"] = self.monitor.cpu_seconds() - busy
        if script:
            self._wait_for(script, fault, begun, found)
            script.end(bench.ground)
        self.pool.restore()
        self.clients[2].resume()
        if self.engine:
            self.engine.start(sorted(set(self.others) - self.engine.running()))
        self.monitor.wait_until_ready(90, 0.05)
        return found

    def _wait_for(self, script: Script, fault: str, begun: Moment, found: dict) -> None:
        if fault == "one drive of three pulled":
            # Two more polls, and it is known that it takes no notice.
            known = len(script.states())
            seconds_until(lambda: len(script.states()) >= known + 2, 60, 0.05)
            found["script paused"] = self._paused(self.clients[2:], begun)
            return
        seconds_until(lambda: self._paused(self.clients[2:], begun), 90)
        found["script paused"] = self._paused(self.clients[2:], begun)
        if self.engine:
            self.engine.wait_until_stopped(self.others, 90)
            found["script stopped"] = self.engine.last_end(self.others) - begun.date

    @staticmethod
    def _paused(clients: list[DownloadClient], begun: Moment) -> float | None:
        found = [client.paused_since(begun.tick) for client in clients]
        return min((when - begun.tick for when in found if when), default=None)

    def end(self) -> None:
        self.monitor.end()
        for client in self.clients:
            client.end()
        if self.engine:
            self.engine.end()
        self.pool.end()


def _rows(fault: str, rounds: list[dict]) -> list[Row]:
    delay = SCARCE if fault == "one drive of three pulled" else 0
    note = f", less {delay} s of drainAfter" if delay else ""
    paused = [found["paused"] - delay for found in rounds]
    stopped = [found["stopped"] - delay for found in rounds if "stopped" in found]
    cpu = [found["cpu"] * 1000 for found in rounds]
    first = Row(
        f"{fault}: to the first client paused{note}",
        f"{spread([value * 1000 for value in paused], 'ms', 0)};"
        f" CPU of the drain {median(cpu):.0f} ms" + _beside(rounds, "script paused"),
        "< 1 s",
        max(paused) < BUDGET,
        {"rounds": rounds, "delay": delay},
    )
    if not stopped:
        return [first]
    words = spread(stopped, "s") + _beside(rounds, "script stopped")
    return [first, Row(f"{fault}: to 5 containers stopped{note}", words)]


def _beside(rounds: list[dict], key: str) -> str:
    found = [one[key] for one in rounds if one.get(key) is not None]
    return "; script " + (spread(found, "s") if found else "never: it takes no notice")
