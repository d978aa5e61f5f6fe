"""Memory of a sidecar that nobody asks anything."""

import time

from rig.bench import Bench
from rig.report import Row, megabytes

BUDGET = 10 * 1024


def idle(bench: Bench) -> list[Row]:
    """Three mounts, once probed as directories and once by canaries, beside the Go reference."""
    paths = bench.ground.mounts(3)
    subjects = {}
    for check in ("directory", "canary"):
        subjects[check] = bench.sidecar(paths, check)
        subjects[f"{check}, Go"] = bench.go(paths, check)
    subjects = {name: subject for name, subject in subjects.items() if subject}
    begun = time.monotonic()
    rows = []
    ages = [bench.seconds(60, 10)] + ([900] if bench.is_long else [])
    for age in ages:
        bench.sleep(max(0, begun + age - time.monotonic()), "idle")
        found = {name: subject.memory() for name, subject in subjects.items()}
        rows += [_row(check, age, found) for check in ("directory", "canary")]
    for subject in subjects.values():
        subject.end()
    return rows


def _row(check: str, age: float, found: dict) -> Row:
    ours, go = found[check], found.get(f"{check}, Go")
    words = (
        f"Pss {megabytes(ours.pss)} (anon {megabytes(ours.pss_anon)}, file"
        f" {megabytes(ours.pss_file)}); RSS {megabytes(ours.rss)}"
    )
    if go:
        words += f"; Go reference {megabytes(go.pss)}"
    values = {"mountmon": vars(ours), "go": vars(go) if go else None, "seconds": age}
    return Row(
        f"memory, idle, 3 {check} mounts, after {age:.0f} s",
        words,
        "Pss < 10 MB, aim 7",
        ours.pss < BUDGET,
        values,
    )
