"""CPU time of probing, beside a Go program and a C loop that probe the same mounts."""

import time

from rig import machine
from rig.bench import Bench
from rig.report import Row, megabytes

#: The Go sidecar's, measured when it was taken apart: CPU-µs per probe.
GO_SIDECAR = {"directory": 72, "canary": 91}


def cpu(bench: Bench) -> list[Row]:
    """Three mounts, once a second; directories and canaries at the same time."""
    paths = bench.ground.mounts(3)
    subjects = {check: bench.side_by_side(paths, check) for check in GO_SIDECAR}
    seconds = bench.seconds(120, 20)
    costs = _observe(bench, subjects, len(paths), seconds)
    rows = []
    for check, budget in GO_SIDECAR.items():
        cost = costs[check]
        ours, go = cost["mountmon"], cost.get("Go")
        rows.append(
            Row(
                f"CPU per {check} probe, 3 mounts, {seconds:.0f} s",
                _words(cost),
                f"<= {budget} us (Go sidecar), <= Go reference",
                ours <= budget,
                {**cost, "load": machine.load()},
                ours <= go if go else None,
            )
        )
    return rows


def thousand(bench: Bench) -> list[Row]:
    """1000 mounts, once a second: how much of a core, and how much memory."""
    paths = bench.ground.mounts(1000)
    seconds = bench.seconds(30, 8)
    rows = []
    for check in GO_SIDECAR:
        subjects = {check: bench.side_by_side(paths, check)}
        # The first rounds, and the mount table's first reading, are the start and not the run.
        bench.sleep(bench.seconds(10, 3), f"1000 {check} mounts begin")
        cost = _observe(bench, subjects, len(paths), seconds, end=False)[check]
        memory = {subject.name: subject.memory() for subject in subjects[check]}
        for subject in subjects[check]:
            subject.end()
        share = cost["mountmon"] * 1000 / 1e6 * 100
        words = ", ".join(f"{name} {megabytes(found.pss)}" for name, found in memory.items())
        values = {**cost, "pss": {name: vars(found) for name, found in memory.items()}}
        rows += [
            Row(
                f"1000 {check} mounts at 1 s: CPU of one core",
                f"{share:.2f} % ({_words(cost)})",
                "< 5 %",
                share < 5,
                {**values, "percent": share, "load": machine.load()},
            ),
            Row(
                f"1000 {check} mounts at 1 s: Pss",
                words,
                "< 40 MB",
                memory["mountmon"].pss < 40 * 1024,
                values,
            ),
        ]
    for path in paths:
        bench.ground.unmount(path)
    return rows


def _observe(
    bench: Bench, subjects: dict, mounts: int, seconds: float, end: bool = True
) -> dict[str, dict[str, float]]:
    """CPU-µs per probe, by check and program."""
    # Between two rounds, so that whole rounds are counted.
    time.sleep(0.5)
    before = {check: [each.cpu_seconds() for each in group] for check, group in subjects.items()}
    bench.sleep(seconds, "CPU of probes")
    costs = {}
    for check, group in subjects.items():
        spent = [each.cpu_seconds() - then for each, then in zip(group, before[check])]
        costs[check] = {
            each.name: used / (seconds * mounts) * 1e6 for each, used in zip(group, spent)
        }
        if end:
            for each in group:
                each.end()
    return costs


def _words(cost: dict[str, float]) -> str:
    ours = cost["mountmon"]
    words = [f"{ours:.1f} us"]
    words += [
        f"{name} {theirs:.1f} us (x{ours / theirs:.2f})"
        for name, theirs in cost.items()
        if name != "mountmon"
    ]
    return "; ".join(words)
