"""The controller of restic locks: how soon it has a plan, and what a big cluster costs it."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack

from rig import process
from rig.bench import Bench
from rig.report import Row, megabytes, spread
from rig.unlocker import FakeCluster, Unlocker


def plan(bench: Bench) -> list[Row]:
    """From the failure of a mover's pod to the request for an unlock Job."""
    turns = bench.times(10, 3)
    with ExitStack() as stack:
        cluster, unlocker = _start(bench, stack, 100, turns)
        samples = []
        for turn in range(turns):
            bench.tell(f"volsync plan {turn + 1}")
            time.sleep(random.uniform(0, 1))
            samples.append(cluster.seconds_to_plan(turn, 30))
        return [
            Row(
                "volsync: a mover's pod failed, to the unlock Job asked for, 100 pods",
                spread([sample * 1000 for sample in samples], "ms", 0)
                + f"; Pss {megabytes(unlocker.memory().pss)}",
                "< 5 s",
                max(samples) < 5,
                {"seconds": samples},
            )
        ]


def cluster(bench: Bench) -> list[Row]:
    """Idle, and with pods that change, in a cluster of 5000 pods and 250 backups."""
    with ExitStack() as stack:
        pods, sources = 5000, 250
        fake, unlocker = _start(bench, stack, pods, sources)
        bench.sleep(bench.seconds(30, 10), "idle controller")
        seconds = bench.seconds(60, 20)
        before = unlocker.cpu_seconds()
        bench.sleep(seconds, "idle controller")
        idle = (unlocker.cpu_seconds() - before) / seconds * 3600
        at_rest = unlocker.memory()
        before, changes = unlocker.cpu_seconds(), int(bench.seconds(2000, 400))
        for number in range(changes):
            fake.send("touch", number % pods)
            time.sleep(0.01)
        time.sleep(2)
        each = (unlocker.cpu_seconds() - before) / changes * 1000
        after = unlocker.memory()
        failure = fake.seconds_to_plan(0, 60)
        threads = process.threads(unlocker.main.pid)
        return [
            Row(
                f"volsync: controller in a cluster of {pods} pods and {sources} backups",
                f"idle {idle:.1f} CPU s/h, Pss {megabytes(at_rest.pss)}"
                f" (anon {megabytes(at_rest.pss_anon)}), {threads} threads;"
                f" a changed pod {each:.2f} ms CPU, Pss {megabytes(after.pss)} after"
                f" {changes} changes at 100/s; plan after {failure * 1000:.0f} ms",
                values={
                    "cpu_seconds_per_hour": idle,
                    "milliseconds_per_change": each,
                    "seconds_to_plan": failure,
                    "pss": [at_rest.pss, after.pss],
                },
            )
        ]


def _start(
    bench: Bench, stack: ExitStack, pods: int, sources: int
) -> tuple[FakeCluster, Unlocker]:
    fake = FakeCluster(bench.ground, pods, sources)
    stack.callback(fake.end)
    unlocker = Unlocker(bench.ground, bench.ground.copy(bench.program), fake)
    stack.callback(unlocker.end)
    unlocker.wait_until_leading()
    return fake, unlocker
