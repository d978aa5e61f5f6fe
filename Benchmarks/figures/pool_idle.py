"""What the pool monitor costs while nothing happens, and while the pool hangs."""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import ExitStack

from rig import engine, pool
from rig.bench import Bench, NotTaken
from rig.engine import Engine
from rig.monitor import DownloadClient, Monitor, Script
from rig.pool import Pool
from rig.report import Row, megabytes
from rig.web import seconds_until

INTERVALS = ("10s", "1s")


def idle(bench: Bench) -> list[Row]:
    """8 branches at two intervals, with 5 containers and 2 clients, beside the script."""
    with ExitStack() as stack:
        return _idle(bench, stack)


def _idle(bench: Bench, stack: ExitStack) -> list[Row]:
    union, docker, clients, note = _ground(bench, stack, 8)
    if docker:
        docker.run([f"idle-{number}" for number in range(1, 6)], union.path)
    monitors = {
        interval: _monitor(bench, stack, union, docker, clients, pollInterval=interval)
        for interval in INTERVALS
    }
    script = None
    if shutil.which("curl") and shutil.which("mountpoint"):
        script = Script(bench.ground, union, None, clients[0], [])
    bench.sleep(bench.seconds(15, 5), "settling")
    seconds = bench.seconds(120, 20)
    before = {interval: monitor.cpu_seconds() for interval, monitor in monitors.items()}
    script_before = script.cpu_seconds() if script else 0
    bench.sleep(seconds, "idle pool")
    beside = ""
    if script:
        hourly = (script.cpu_seconds() - script_before) / seconds * 3600
        beside = f"; script, at 10 s: {hourly:.1f} CPU s/h"
        script.end(bench.ground)
    rows = []
    for interval, monitor in monitors.items():
        used = (monitor.cpu_seconds() - before[interval]) / seconds * 3600
        state = _state(monitor)
        row = Row(
            f"pool monitor, idle, 8 branches, pollInterval {interval}{note}",
            f"{used:.1f} CPU s/h ({used / 36:.3f} % of a core), Pss {megabytes(state['pss'])}"
            f" (anon {megabytes(state['anon'])}), {state['threads']} threads,"
            f" {state['descriptors']} descriptors{beside}",
            values={"cpu_seconds_per_hour": used, "seconds": seconds, **state},
        )
        rows.append(row)
        beside = ""
    return rows


def hang(bench: Bench) -> list[Row]:
    """mergerfs stopped for ten minutes: what waits for it must not grow. Only with --long."""
    if not bench.is_long:
        return []
    with ExitStack() as stack:
        return [_hang(bench, stack)]


def _hang(bench: Bench, stack: ExitStack) -> Row:
    union, docker, clients, note = _ground(bench, stack, 3)
    if docker:
        docker.run(["hung-1", "hung-2"], union.path)
    monitor = _monitor(bench, stack, union, docker, clients, pollInterval="1s")
    # Whoever hangs in the mount is freed by the end of mergerfs.
    stack.callback(lambda: union.signal(signal.SIGKILL))
    bench.sleep(20, "before the hang")
    states = [_state(monitor)]
    union.signal(signal.SIGSTOP)
    # By then it is drained: an unresponsive pool is borne for 30 s.
    early = min(60, bench.hang_seconds / 2)
    bench.sleep(early, "pool hung")
    states.append(_state(monitor))
    bench.sleep(bench.hang_seconds - early, "pool hung")
    states.append(_state(monitor))
    first, settled, last = states

    def course(key: str, text=str) -> str:
        return " -> ".join(text(state[key]) for state in states)

    return Row(
        f"pool hung for {bench.hang_seconds} s, pollInterval 1s{note}",
        f"before, after {early:.0f} s, at the end: threads {course('threads')}, descriptors"
        f" {course('descriptors')}, processes {course('processes')},"
        f" Pss {course('pss', megabytes)}",
        "flat from the drain on",
        last["threads"] <= settled["threads"]
        and last["descriptors"] <= settled["descriptors"]
        and last["pss"] - settled["pss"] < 256,
        {"before": first, "early": settled, "end": last},
    )


def _ground(bench: Bench, stack: ExitStack, count: int):
    """The pool, the engine or None, two clients, and what is missing."""
    lacks = pool.missing(pool.PROGRAMS, bench.ground)
    if lacks:
        raise NotTaken(lacks)
    no_engine = engine.why_none(bench)
    note = f" (without containers: {no_engine})" if no_engine else ""
    union = Pool(bench.ground, count)
    stack.callback(union.end)
    docker = None if no_engine else Engine(bench.ground)
    if docker:
        stack.callback(docker.end)
    clients = [DownloadClient(bench.ground) for _ in range(2)]
    for client in clients:
        stack.callback(client.end)
    return union, docker, clients, note


def _monitor(bench: Bench, stack: ExitStack, *things, **settings) -> Monitor:
    program = bench.ground.copy(bench.program)
    monitor = Monitor(bench.ground, program, *things, **settings)
    stack.callback(monitor.end)
    seconds_until(lambda: os.path.getsize(monitor.log) > 0, 20, 0.05)
    return monitor


def _state(monitor: Monitor) -> dict[str, int]:
    memory = monitor.memory()
    return {
        "threads": monitor.threads(),
        "descriptors": monitor.descriptors(),
        "processes": len(monitor.pids),
        "pss": memory.pss,
        "anon": memory.pss_anon,
    }
