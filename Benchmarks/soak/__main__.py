"""`make soak`: puts the release binary under faults for a while, and sees whether it grows."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time

from rig import machine
from rig.ground import Ground

from .pool import PoolStory, why_no_pool
from .sidecar import SidecarStory
from .story import Pace, Story
from .volsync import VolSyncStory

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long, in real time")
    parser.add_argument("--short", action="store_true", help="a few quick rounds: for CI")
    parser.add_argument("--rounds", type=int, help="with --short: how many of each")
    parser.add_argument("--only", action="append", choices=STORIES, help="only this one")
    parser.add_argument("--program", default=f"{REPOSITORY}/out/mountmon", help="the binary")
    parser.add_argument("--helpers", help="the folder with faultfs and stub-api")
    parser.add_argument("--seed", type=int, default=1, help="of what is left to chance")
    parser.add_argument("--json", metavar="FILE", help="write all samples there")
    return parser.parse_args()


STORIES = {"sidecar": SidecarStory, "pool": PoolStory, "volsync": VolSyncStory}


#: In the short form. A round of volsync takes longest: a Job waits before it makes another pod.
SHORT = {"sidecar": 9, "pool": 12, "volsync": 6}


def pace(options: argparse.Namespace, name: str) -> Pace:
    if options.short:
        return Pace(0, options.rounds or SHORT[name], (0.2, 0.5), 1, 3, 1, 1024, None, 0)
    # A shorter run is not yet past what fills up at the start when it is half over.
    late = 256 if options.minutes >= 30 else None
    return Pace(options.minutes * 60, 6, (5, 40), 8, 10, 5, 1024, late, 62)


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    helpers = os.path.abspath(options.helpers or f"{REPOSITORY}/.build/debug")
    programs = {name: f"{helpers}/{name}" for name in ("faultfs", "stub-api")}
    programs["mountmon"] = os.path.abspath(options.program)
    missing = [path for path in programs.values() if not os.access(path, os.X_OK)]
    if missing:
        print(f"soak: not there: {', '.join(missing)}; make release && swift build", file=sys.stderr)
        return 1
    if os.geteuid() != 0:
        print("soak: needs root, for mounts", file=sys.stderr)
        return 1
    about = machine.describe(REPOSITORY)
    ground = Ground()
    begun = time.monotonic()
    try:
        stories = make(options, ground, programs)
        threads = [threading.Thread(target=story.run, daemon=True) for story in stories]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        left = ground.clear()
    about["seconds"] = round(time.monotonic() - begun)
    about["load"] += f" at the start, {machine.load()} at the end"
    show(about, stories, left)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            courses = [story.course.as_json() for story in stories]
            json.dump({**about, "left": left, "courses": courses}, file, indent=1)
    return 0 if not left and all(story.course.is_good for story in stories) else 1


def make(options: argparse.Namespace, ground: Ground, programs: dict[str, str]) -> list[Story]:
    names = options.only or list(STORIES)
    lacks = why_no_pool(ground)
    if lacks and "pool" in names:
        print(f"soak: no drive pool: {lacks}", file=sys.stderr)
        sys.exit(1)
    return [
        STORIES[name](ground, pace(options, name), options.seed + number, programs)
        for number, name in enumerate(names)
    ]


def show(about: dict, stories: list[Story], left: list[str]) -> None:
    for key, value in about.items():
        print(f"{key + ':':<9}{value}")
    for story in stories:
        course = story.course
        words = "good" if course.is_good else "BAD"
        print(f"\n{course.name}: {words}, {len(course.rounds)} rounds")
        for finding in course.findings:
            print(f"  {finding.text()}")
        if course.rounds:
            pss = [values["pss"] for values in course.rounds]
            print(f"  Pss: {pss[0]} -> {pss[-1]} kB (most {max(pss)})")
        print("  " + ", ".join(f"{count} {what}" for what, count in sorted(course.faults.items())))
        for line in course.trouble:
            print(f"  trouble: {line}")
    for line in left:
        print(f"left behind: {line}")


if __name__ == "__main__":
    sys.exit(main())
