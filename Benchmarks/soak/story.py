"""What all soaks have in common: rounds of faults, and a look at the same moment of each."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field

from rig import process
from rig.ground import Ground
from rig.subjects import Subject
from rig.web import Client, seconds_until

from .churn import Churn
from .verdict import Finding, Limit, judge

#: How long something may take that has to come; a busy machine takes its time.
PATIENCE = 120


@dataclass(frozen=True)
class Pace:
    """How fast rounds follow each other."""

    #: No round begins after this; at least `rounds` are run.
    seconds: float
    rounds: int
    #: How long a fault lasts once it is seen.
    fault: tuple[float, float]
    #: From the moment when all is well again to the look.
    settle: float
    #: Every how many rounds the probe worker is killed.
    kill_every: int
    #: Between two samples in the middle of things.
    sample: float
    #: By how many kB private memory may differ.
    memory: int
    #: By how many kB it may differ once the middle of the run is reached; None: not looked at.
    late_memory: int | None
    #: The least time from one loss of the pool to the next.
    pool_spacing: float


@dataclass
class Course:
    """What was seen of one program."""

    name: str
    rounds: list[dict[str, int]] = field(default_factory=list)
    samples: list[dict[str, float]] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    trouble: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def judge(self, pace: Pace, kept_connections: int) -> None:
        limits = [
            Limit("processes", 0),
            Limit("threads", 0),
            Limit("descriptors", kept_connections),
            Limit("anon", pace.memory, "kB", pace.late_memory),
        ]
        try:
            self.findings = judge(self.rounds, limits)
        except ValueError as error:
            self.trouble.append(str(error))

    @property
    def is_good(self) -> bool:
        return not self.trouble and all(finding.is_flat for finding in self.findings)

    def as_json(self) -> dict:
        return {
            "name": self.name,
            "verdict": "flat" if self.is_good else "not flat",
            "findings": [finding.text() for finding in self.findings],
            "faults": dict(self.faults),
            "trouble": self.trouble,
            "rounds": self.rounds,
            "samples": self.samples,
        }


class Story:
    """One program, what is done to it, and what becomes of it."""

    name = ""
    #: How many connections it keeps open for a while after use: that many descriptors come and go.
    kept_connections = 0

    def __init__(self, ground: Ground, pace: Pace, seed: int):
        self.ground = ground
        self.pace = pace
        self.random = random.Random(seed)
        self.course = Course(self.name)
        self.begun = time.monotonic()
        self.subject: Subject | None = None
        self._is_over = threading.Event()

    # For each story

    def start(self) -> None:
        """Starts what is looked at, and all that it needs."""
        raise NotImplementedError

    def round(self, number: int) -> None:
        """Breaks things, sees that it is known, and mends them."""
        raise NotImplementedError

    def is_well(self) -> bool:
        """Whether the program says that all is as at the start of a round."""
        raise NotImplementedError

    # What they share

    def run(self) -> None:
        """All rounds, and the verdict."""
        sampler = threading.Thread(target=self._sample_on, daemon=True)
        try:
            self.start()
            self.wait(self.is_well, "it is well at the start")
            sampler.start()
            number = 0
            while number < self.pace.rounds or time.monotonic() - self.begun < self.pace.seconds:
                churn = Churn(self.subject.port, self.random.getrandbits(32))
                try:
                    self.round(number)
                finally:
                    for kind, count in churn.end().items():
                        self.course.faults[f"client {kind}"] += count
                self.wait(self.is_quiet, f"it is well after round {number + 1}")
                time.sleep(self.pace.settle)
                self.course.rounds.append(self._settled_state())
                number += 1
                self.tell(f"round {number}: {self.course.rounds[-1]}")
        except Exception as error:  # Of one program; the others go on.
            self.course.trouble.append(f"{error}")
            self.tell(traceback.format_exc())
        self._is_over.set()
        self.course.judge(self.pace, self.kept_connections)

    def is_quiet(self) -> bool:
        """Well, and without the clients of the round."""
        return self.is_well() and self.metric("mountmon_http_connections") <= 1

    def last(self) -> None:
        """Lets a fault go on for a while."""
        time.sleep(self.random.uniform(*self.pace.fault))

    def note(self, fault: str) -> None:
        self.course.faults[fault] += 1

    def wait(self, condition, what: str, limit: float = PATIENCE) -> None:
        """Waits for what has to come; its absence is trouble."""

        def is_so() -> bool:
            code = self.subject.main.poll()
            if code is not None:
                raise RuntimeError(f"{self.name} ended with {code} while waiting: {what}")
            return condition()

        try:
            seconds_until(is_so, limit, 0.1)
        except TimeoutError:
            raise RuntimeError(f"not within {limit} s: {what}; {self.explain()}") from None

    def explain(self) -> str:
        """What it says of itself."""
        return "no more is known"

    def metric(self, name: str) -> float:
        """The sum of all samples of a metric."""
        with Client(self.subject.port) as client:
            lines = client.get("/metrics")[1].decode().splitlines()
        values = [line.split() for line in lines if line.startswith((name + " ", name + "{"))]
        return sum(float(value[-1]) for value in values)

    def tell(self, text: str) -> None:
        minutes = (time.monotonic() - self.begun) / 60
        print(f"{minutes:6.1f} min  {self.name}: {text}", flush=True)

    # Looking

    def state(self) -> dict[str, int]:
        """Sums over its processes; zombies have nothing that could be summed."""
        found = {"processes": 0, "threads": 0, "descriptors": 0, "pss": 0, "anon": 0}
        for pid in self.subject.pids:
            try:
                memory = process.memory(pid)
                found["threads"] += process.threads(pid)
                found["descriptors"] += process.descriptors(pid)
            except (OSError, KeyError):
                # It ended, or is about to: a child that is killed in the middle of this.
                continue
            found["processes"] += 1
            found["pss"] += memory.pss
            found["anon"] += memory.pss_anon
        return found

    def _settled_state(self) -> dict[str, int]:
        """The least of a few looks: a probe that is under way has a descriptor of its own."""
        looks = []
        for _ in range(5):
            looks.append(self.state())
            time.sleep(0.13)
        return {key: min(look[key] for look in looks) for key in looks[0]}

    def _sample_on(self) -> None:
        while not self._is_over.wait(self.pace.sample):
            seconds = round(time.monotonic() - self.begun, 1)
            self.course.samples.append({"seconds": seconds, **self.state()})
