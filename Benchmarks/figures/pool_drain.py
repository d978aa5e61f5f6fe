"""What a large drain takes, and what a client that does not answer costs it."""

from __future__ import annotations

import signal
import subprocess
import time
from contextlib import ExitStack
from statistics import median

from rig import engine, pool
from rig.bench import Bench, NotTaken
from rig.engine import Engine
from rig.monitor import ENDS, DownloadClient, Moment, Monitor
from rig.pool import Pool
from rig.report import Row, spread

from .pool_gone import SOON

CONTAINERS = [f"app-{number}" for number in range(1, 31)]
#: `deadlines`: fence and client.
DEADLINE = {"mergerfs killed": 2, "by hand": 5}


def drain(bench: Bench) -> list[Row]:
    """30 containers and 5 clients, when all answer and when one is stopped (SIGSTOP), in turns."""
    lacks = pool.missing(pool.PROGRAMS, bench.ground) or engine.why_none(bench)
    if lacks:
        raise NotTaken(lacks)
    with ExitStack() as stack:
        return _drain(bench, stack)


def _drain(bench: Bench, stack: ExitStack) -> list[Row]:
    union, docker = Pool(bench.ground, 3), Engine(bench.ground)
    stack.callback(union.end)
    stack.callback(docker.end)
    clients = [DownloadClient(bench.ground) for _ in range(5)]
    for client in clients:
        stack.callback(client.end)
    docker.run(CONTAINERS, union.path)
    rows = []
    if not bench.is_quick:
        rows.append(_engine_alone(docker))
    program = bench.ground.copy(bench.program)
    monitor = Monitor(bench.ground, program, union, docker, clients, **SOON)
    stack.callback(monitor.end)
    monitor.wait_until_ready(60, 0.05)
    lab = _Lab(bench, union, docker, clients, monitor)
    for cause in ["mergerfs killed"] if bench.is_quick else list(DEADLINE):
        rounds = {False: [], True: []}
        for number in range(bench.times(3, 1)):
            for is_stuck in (False, True):
                bench.tell(f"drain, {cause}, {number + 1}{', one stuck' if is_stuck else ''}")
                rounds[is_stuck].append(lab.round(cause, is_stuck))
        rows += [_row(cause, is_stuck, rounds) for is_stuck in (False, True)]
    return rows


class _Lab:
    def __init__(self, bench, union, docker, clients, monitor):
        self.bench, self.union, self.docker = bench, union, docker
        self.clients, self.monitor = clients, monitor

    def round(self, cause: str, is_stuck: bool) -> dict[str, float]:
        """Seconds from the beginning of the drain on; when a fault is seen is another figure."""
        if is_stuck:
            self.clients[0].send(signal.SIGSTOP)
        time.sleep(1)
        cpu, begun = self.monitor.cpu_seconds(), Moment()
        if cause == "by hand":
            self.monitor.drain_by_hand()
        else:
            self.union.signal(signal.SIGKILL)
        self.monitor.wait_for(lambda: self.monitor.drain_since(begun.date, *ENDS), 180)
        used = self.monitor.cpu_seconds() - cpu
        awake = self.clients[1:] if is_stuck else self.clients
        late = self.monitor.drain_since(begun.date, "began") - begun.date
        paused = [client.paused_since(begun.tick) - begun.tick - late for client in awake]
        if self.docker.running() & set(CONTAINERS):
            raise OSError("a drain has ended, and containers run on")
        found = {
            "first": min(paused),
            "last": max(paused),
            "stopped": self.docker.last_end(CONTAINERS) - begun.date - late,
            "over": self.monitor.drain_since(begun.date, *ENDS) - begun.date - late,
            "cpu": used,
        }
        if is_stuck:
            self.clients[0].send(signal.SIGCONT)
        if cause == "by hand":
            self.monitor.resume_by_hand()
        else:
            self.union.restore()
        self.monitor.wait_until_ready(180, 0.05)
        return found


def _engine_alone(docker: Engine) -> Row:
    """The engine told to stop all of them at once, by its own client."""
    environment = {**docker.environment, "PATH": "/usr/local/bin:/usr/bin:/bin"}
    begun = Moment()
    command = ["docker", "stop", "--time", "10", *CONTAINERS]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    seconds = docker.last_end(CONTAINERS) - begun.date
    docker.start(CONTAINERS)
    return Row("30 containers stopped by `docker stop`, for comparison", f"{seconds:.2f} s")


def _row(cause: str, is_stuck: bool, rounds: dict[bool, list[dict]]) -> Row:
    found = rounds[is_stuck]

    def of(key: str, digits: int = 2) -> str:
        return spread([one[key] for one in found], "s", digits)

    words = (
        f"over after {of('over')}; clients paused from {of('first')} to {of('last')};"
        f" containers stopped after {of('stopped')}; CPU of mountmon {of('cpu')}"
    )
    budget, met = "", None
    if is_stuck:
        over = {key: median([one["over"] for one in some]) for key, some in rounds.items()}
        longer = over[True] - over[False]
        words += f"; longer by {longer:.2f} s, its deadline is {DEADLINE[cause]} s"
        budget = "the deadline once, others not held up"
        # Half a second, or a tenth, for what differs between two rounds anyway.
        slack = max(0.5, over[False] / 10)
        met = longer < DEADLINE[cause] + slack
        met = met and max(one["last"] for one in found) < DEADLINE[cause]
    who = "one of the clients stuck" if is_stuck else "all answer"
    name = f"drain of 30 containers and 5 clients, {cause}, {who}"
    return Row(name, words, budget, met, {"rounds": found})
