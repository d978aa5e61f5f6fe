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
    # By then the probe that hangs has its thread and its descriptors: what is flat stays so.
    settled = min(10, bench.hang_seconds / 2)
    bench.sleep(settled, "hung")
    early = [_state(subject) for subject in subjects]
    bench.sleep(bench.hang_seconds - settled, "hung")
    after = [_state(subject) for subject in subjects]
    # The daemon's end frees the threads; without it, nothing could end the processes.
    for subject in subjects:
        bench.ground.note_children(subject.main.pid)
        subject.main.kill()
    mount.end()
    for subject in subjects:
        subject.end()
    rows = [
        _row(subject, bench.hang_seconds, states)
        for subject, *states in zip(subjects, before, early, after)
    ]
    rows[0].budget = "flat (one thread more)"
    rows[0].met = _is_flat(before[0], early[0], after[0])
    return rows


def _is_flat(before: dict, early: dict, after: dict) -> bool:
    return (
        after["threads"] <= before["threads"] + 1
        and after["descriptors"] <= early["descriptors"]
        # What a thread and its probe may touch, and what is measured when pages come and go.
        and after["pss"] - before["pss"] < 256
    )


def _state(subject: Subject) -> dict[str, int]:
    return {
        "threads": subject.threads(),
        "descriptors": subject.descriptors(),
        "pss": subject.memory().pss,
    }


def _row(subject: Subject, seconds: int, states: list[dict]) -> Row:
    def course(key: str, text=str) -> str:
        return " -> ".join(text(state[key]) for state in states)

    name = "" if subject.name == "mountmon" else f", {subject.name} reference"
    return Row(
        f"a mount hung for {seconds} s at 1 s{name}",
        f"before, early, at the end: threads {course('threads')}, descriptors"
        f" {course('descriptors')}, Pss {course('pss', megabytes)}",
        values={"before": states[0], "early": states[1], "end": states[2]},
    )
