"""Start and end."""

import time
from statistics import median

from rig import process
from rig.bench import Bench, NotTaken
from rig.report import Row, spread
from rig.subjects import GoReference, Sidecar
from rig.web import seconds_until


def start(bench: Bench) -> list[Row]:
    """From the start of the process to the first 200 of /healthz/ready: each mount probed once."""
    paths = bench.ground.mounts(3)
    samples: dict[str, list[float]] = {"mountmon": []}
    for turn in range(bench.times(30, 10)):
        bench.tell(f"start {turn + 1}")
        subjects = [Sidecar(bench.ground, bench.program, paths, "directory")]
        samples["mountmon"].append(subjects[0].wait_until_ready() * 1000)
        if "Go" in bench.references:
            subjects.append(GoReference(bench.ground, bench.references["Go"], paths, "directory"))
            samples.setdefault("Go", []).append(subjects[1].wait_until_ready() * 1000)
        for subject in subjects:
            subject.end()
    words = spread(samples["mountmon"], "ms")
    if "Go" in samples:
        words += "; Go reference " + spread(samples["Go"], "ms")
    met = median(samples["mountmon"]) < 20
    return [Row("start to first 200 of /healthz/ready", words, "< 20 ms", met, samples)]


def term(bench: Bench) -> list[Row]:
    """From SIGTERM to the end of the process, with nothing else going on."""
    paths = bench.ground.mounts(3)
    samples = []
    for turn in range(bench.times(10, 4)):
        bench.tell(f"SIGTERM {turn + 1}")
        subject = Sidecar(bench.ground, bench.program, paths, "directory")
        subject.wait_until_ready()
        time.sleep(0.3)
        samples.append(subject.seconds_to_exit() * 1000)
    return [_exit_row("SIGTERM to exit, idle", samples)]


def term_hung(bench: Bench) -> list[Row]:
    """The same with a worker that SIGKILL does not end: a thread of it is in state D."""
    samples = []
    for turn in range(bench.times(5, 2)):
        bench.tell(f"SIGTERM, hung, {turn + 1}")
        mount = bench.fault_mount()
        subject = Sidecar(bench.ground, bench.program, [mount.path], "canary")
        subject.wait_until_ready()
        worker = process.children(subject.main.pid)[0]
        mount.send("hang READ")
        with subject.client() as client:
            seconds_until(lambda: subject.status(client, mount.path)["verdict"] == "hung", 10)
        samples.append(subject.seconds_to_exit() * 1000)
        time.sleep(0.2)
        if process.state(worker) is None:
            raise NotTaken("the worker was not beyond SIGKILL")
        mount.end()
    return [_exit_row("SIGTERM to exit, a mount hung beyond SIGKILL", samples)]


def _exit_row(figure: str, samples: list[float]) -> Row:
    words = spread(samples, "ms", 0)
    return Row(figure, words, "< 1 s", max(samples) < 1000, {"milliseconds": samples})
