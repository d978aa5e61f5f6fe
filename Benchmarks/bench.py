#!/usr/bin/env python3
"""`make bench`: takes the figures of README.md beside this file, and prints them as a table."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import traceback

from figures import cpu, detection, hang, idle, life, pool_drain, pool_gone, pool_idle, size, unlocks, web
from rig import machine
from rig.bench import Bench, NotTaken
from rig.ground import Ground
from rig.report import Row, table
from rig.subjects import build_references

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(HERE)

#: In the order of the table.
FIGURES = {
    "size": size.size,
    "idle": idle.idle,
    "hang": hang.hang,
    "cpu": cpu.cpu,
    "requests": web.requests,
    "connections": web.connections,
    "start": life.start,
    "term": life.term,
    "term-hung": life.term_hung,
    "vanish": detection.vanish,
    "hang-verdict": detection.hang_verdict,
    "canary": detection.canary,
    "pool-gone": pool_gone.gone,
    "pool-idle": pool_idle.idle,
    "pool-drain": pool_drain.drain,
    "pool-hang": pool_idle.hang,
    "volsync-plan": unlocks.plan,
    "volsync-cluster": unlocks.cluster,
    "thousand": cpu.thousand,
}
#: Those that mostly wait run beside the others: what they observe wakes up once a second.
WAITING = {"idle", "hang"}
#: Those that come after the waiting ones: mounts that come and go wake every sidecar, and 1000 of
#: them in the table cost it memory.
LAST = {
    *("pool-gone", "pool-idle", "pool-drain", "pool-hang"),
    *("volsync-plan", "volsync-cluster", "thousand"),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=FIGURES, help="take only this figure")
    parser.add_argument("--quick", action="store_true", help="short runs: about five minutes")
    parser.add_argument(
        "--long", action="store_true", help="memory after 15 minutes, a hung pool as well"
    )
    parser.add_argument(
        "--without-containers", action="store_true", help="the pool's figures as without dockerd"
    )
    parser.add_argument("--hang-seconds", type=int, help="length of the hang: 600, quick 20")
    parser.add_argument("--repeat", type=int, help="how often to measure what is repeated")
    parser.add_argument("--program", default=f"{REPOSITORY}/out/mountmon", help="what to measure")
    parser.add_argument("--json", metavar="FILE", help="write all samples there")
    options = parser.parse_args()
    if options.hang_seconds is None:
        options.hang_seconds = 20 if options.quick else 600
    return options


def main() -> int:
    options = arguments()
    names = [name for name in FIGURES if not options.only or name in options.only]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    program = os.path.abspath(options.program)
    if not os.path.exists(program):
        build(["make", "release"])
    faultfs = find_faultfs() if {"hang", "term-hung", "hang-verdict"} & set(names) else None
    ground = Ground()
    try:
        references, missing = build_references(f"{HERE}/reference", ground.folder)
        bench = Bench(
            ground,
            program,
            faultfs,
            references,
            options.quick,
            options.long,
            options.hang_seconds,
            options.repeat,
            not options.without_containers,
        )
        about = machine.describe(REPOSITORY)
        rows, failures = take(bench, names)
        about["load"] += f" at the start, {machine.load()} at the end"
        failures += missing and [f"note: {line}" for line in missing]
    finally:
        left = ground.clear()
    bench.tell("")
    show(about, rows, failures + [f"left behind: {line}" for line in left])
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({**about, "rows": [row.as_json() for row in rows]}, file, indent=2)
    return 1 if left or any(row.measured.startswith("not taken") for row in rows) else 0


def build(command: list[str]) -> None:
    print(f"building: {' '.join(command)}", file=sys.stderr)
    subprocess.run(command, cwd=REPOSITORY, check=True, stdout=sys.stderr)


def find_faultfs() -> str | None:
    """The built daemon; builds it where that is possible."""
    program = f"{REPOSITORY}/.build/debug/faultfs"
    if not os.path.exists(program) and shutil.which("swift"):
        build(["swift", "build", "--product", "faultfs"])
    return program if os.path.exists(program) else None


def take(bench: Bench, names: list[str]) -> tuple[list[Row], list[str]]:
    """All rows in the order of the table, and a line for each figure that could not be taken."""
    found: dict[str, list[Row]] = {}
    failures: list[str] = []

    def take_one(name: str) -> None:
        busy = machine.Busy()
        try:
            found[name] = FIGURES[name](bench)
        except NotTaken as reason:
            found[name] = [Row(name, f"not taken: {reason}")]
        except Exception as error:  # One figure's trouble is not the others'.
            words = f"{error or type(error).__name__}".splitlines()[0]
            found[name] = [Row(name, f"not taken: {words}")]
            failures.append(f"{name}:\n{traceback.format_exc()}")
        for row in found[name]:
            row.busy = busy.share

    waiting = [
        threading.Thread(target=take_one, args=[name], daemon=True)
        for name in names
        if name in WAITING
    ]
    for thread in waiting:
        thread.start()
    for name in names:
        if name not in WAITING | LAST:
            take_one(name)
    for thread in waiting:
        thread.join()
    for name in names:
        if name in LAST:
            take_one(name)
    return [row for name in names for row in found[name]], failures


def show(about: dict[str, str], rows: list[Row], notes: list[str]) -> None:
    for key, value in about.items():
        print(f"{key + ':':<9}{value}")
    print("\n" + table(rows))
    for line in notes:
        print("\n" + line)


if __name__ == "__main__":
    sys.exit(main())
