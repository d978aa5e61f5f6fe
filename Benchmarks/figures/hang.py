"""What a mount costs that hangs for long."""

from rig.bench import Bench
from rig.report import Row, megabytes
from rig.subjects import Subject
from rig.web import seconds_until


def hang(bench: Bench) -> list[Row]:
    """Threads, descriptors and memory before and after; two sound mounts beside the hung one."""
    mount = bench.fault_mount()
    paths = [mount.path, *bench.ground.mounts(2)]
    subjects = [bench.sidecar(paths, "canary", readTimeout="500ms"), bench.go(paths, "canary")]
    subjects = [subject for subject in subjects if subject]
    for subject in subjects:
        subject.wait_until_ready()
    bench.sleep(bench.seconds(60, 8), "before the hang")
    before = [_state(subject) for subject in subjects]
    mount.send("hang READ")
    ours = subjects[0]
    with ours.client() as client:
        seconds_until(lambda: ours.status(client, mount.path)["verdict"] == "hung", 20)
    bench.sleep(bench.hang_seconds, "hung")
    after = [_state(subject) for subject in subjects]
    # The daemon's end frees the threads; without it, nothing could end the processes.
    for subject in subjects:
        bench.ground.note_children(subject.main.pid)
        subject.main.kill()
    mount.end()
    for subject in subjects:
        subject.end()
    rows = [
        _row(subject, bench.hang_seconds, then, now)
        for subject, then, now in zip(subjects, before, after)
    ]
    rows[0].budget = "flat (one thread more)"
    grown = {key: after[0][key] - before[0][key] for key in before[0]}
    # A thread's stack and bookkeeping are some pages.
    rows[0].met = grown["threads"] <= 1 and grown["descriptors"] <= 0 and grown["pss"] < 256
    return rows


def _state(subject: Subject) -> dict[str, int]:
    return {
        "threads": subject.threads(),
        "descriptors": subject.descriptors(),
        "pss": subject.memory().pss,
    }


def _row(subject: Subject, seconds: int, before: dict, after: dict) -> Row:
    words = (
        f"threads {before['threads']} -> {after['threads']}, descriptors"
        f" {before['descriptors']} -> {after['descriptors']}, Pss"
        f" {megabytes(before['pss'])} -> {megabytes(after['pss'])}"
    )
    name = "" if subject.name == "mountmon" else f", {subject.name} reference"
    return Row(
        f"a mount hung for {seconds} s at 1 s{name}",
        words,
        values={"before": before, "after": after},
    )
