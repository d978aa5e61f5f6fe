"""How soon a fault is seen."""

import os
import random
import threading
import time
from statistics import median

from rig.bench import Bench, NotTaken
from rig.ground import CANARY
from rig.report import Row, spread
from rig.subjects import Sidecar
from rig.web import seconds_until


def vanish(bench: Bench) -> list[Row]:
    """From the call of umount(2) until /healthz/status says `absent`, between two far probes."""
    if not bench.ground.can_mount:
        raise NotTaken("needs root, for mounts")
    paths = bench.ground.mounts(bench.times(10, 10))
    subject = Sidecar(bench.ground, bench.program, paths, "directory", checkInterval="30s")
    subject.wait_until_ready()
    time.sleep(1)
    samples = []
    with subject.client() as client:
        for path in paths:
            bench.tell(f"umount {len(samples) + 1}")
            umount = threading.Thread(target=bench.ground.unmount, args=[path])
            begun = time.monotonic()
            umount.start()
            seconds = seconds_until(
                lambda: subject.status(client, path)["verdict"] == "absent", 40, since=begun
            )
            samples.append(seconds * 1000)
            umount.join()
            time.sleep(0.2)
    subject.end()
    return [
        Row(
            "a vanished mount to verdict, checkInterval 30 s",
            spread(samples, "ms", 1),
            "< 100 ms",
            max(samples) < 100,
            {"milliseconds": samples},
        )
    ]


def hang_verdict(bench: Bench) -> list[Row]:
    """From the READ that is not answered until `hung`, less readTimeout."""
    mount = bench.fault_mount()
    subject = Sidecar(
        bench.ground, bench.program, [mount.path], "canary", readTimeout="500ms"
    )
    subject.wait_until_ready()
    mount.send("trace on")
    samples, rounds = [], []
    with subject.client() as client:
        for _ in range(bench.times(10, 3)):
            bench.tell(f"hang {len(samples) + 1}")
            time.sleep(random.uniform(0, 1))
            mount.send("hang READ")
            hung = time.monotonic()
            taken = mount.wait_for(lambda line: line.startswith("request READ "))
            seconds_until(lambda: subject.status(client, mount.path)["verdict"] == "hung", 20)
            seen = time.monotonic()
            samples.append((seen - taken - 0.5) * 1000)
            rounds.append((seen - hung) * 1000)
            mount.send("clear READ")
            seconds_until(lambda: client.get("/healthz/ready")[0] == 200, 20)
    subject.end()
    mount.end()
    return [
        Row(
            "a hung READ to verdict, beyond readTimeout (500 ms)",
            f"{spread(samples, 'ms', 1)}; from the hang itself, at 1 s: {median(rounds):.0f} ms",
            values={"milliseconds": samples, "from_hang": rounds},
        )
    ]


def canary(bench: Bench) -> list[Row]:
    """A canary taken away and put back, at 1 s."""
    path = bench.ground.mount()
    subject = Sidecar(bench.ground, bench.program, [path], "canary")
    subject.wait_until_ready()
    removed, restored = [], []
    with subject.client() as client:

        def seconds_to(code: int) -> float:
            return seconds_until(lambda: client.get("/healthz/ready")[0] == code, 20)

        for _ in range(bench.times(12, 4)):
            bench.tell(f"canary {len(removed) + 1}")
            time.sleep(random.uniform(0, 1))
            os.unlink(f"{path}/{CANARY}")
            removed.append(seconds_to(503))
            time.sleep(random.uniform(0, 1))
            with open(f"{path}/{CANARY}", "w", encoding="utf-8") as file:
                file.write("ok\n")
            restored.append(seconds_to(200))
    subject.end()
    return [
        Row("canary removed to ready 503, at 1 s", spread(removed, "s"), values={"s": removed}),
        Row("canary restored to ready 200, at 1 s", spread(restored, "s"), values={"s": restored}),
    ]
