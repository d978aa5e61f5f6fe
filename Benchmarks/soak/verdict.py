"""Whether something grew: a comparison of the same moment of many rounds.

Within a round threads, descriptors and memory go up and down as faults come and go. At the end of each,
with everything healed, they have to be what they were at the end of the rounds before. What a leak
adds, it adds in each round; so the least of the last third stands above the most of the first third as
soon as something leaks, whatever the noise of single rounds. Nothing here depends on how fast the
machine is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """What may be more at the end."""

    key: str
    #: How much more, in the unit of the figure.
    more: int
    unit: str = ""
    #: How much more than in the middle, where that is looked at: what fills up at the start is
    #: full by then.
    later: int | None = None


@dataclass(frozen=True)
class Finding:
    """One figure of one program."""

    key: str
    unit: str
    #: The most of the first third of rounds, and the least of the middle and of the last one.
    early: int
    middle: int
    late: int
    first: int
    last: int
    most: int
    limit: int
    later: int | None

    @property
    def is_flat(self) -> bool:
        stays = self.later is None or self.late - self.middle <= self.later
        return self.late - self.early <= self.limit and stays

    def text(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        words = "flat" if self.is_flat else f"GREW by {self.late - self.early}{unit}"
        middle = limits = ""
        if self.later is not None:
            middle = f", middle third at least {self.middle}"
            limits = f" and +{self.later}"
        return (
            f"{self.key}: {self.first} -> {self.last}{unit} (most {self.most}; first third at most"
            f" {self.early}{middle}, last third at least {self.late}, limit +{self.limit}{limits}):"
            f" {words}"
        )


#: Rounds in which caches fill and threads are made that stay.
WARM_UP = 1
#: With fewer there is nothing to compare.
LEAST = WARM_UP + 3


def judge(rounds: list[dict[str, int]], limits: list[Limit]) -> list[Finding]:
    """Compares the ends of rounds."""
    if len(rounds) < LEAST:
        raise ValueError(f"only {len(rounds)} rounds, {LEAST} are needed")
    settled = rounds[WARM_UP:]
    third = max(1, len(settled) // 3)
    findings = []
    for limit in limits:
        course = [values[limit.key] for values in settled]
        findings.append(
            Finding(
                limit.key,
                limit.unit,
                max(course[:third]),
                min(course[third:-third]),
                min(course[-third:]),
                course[0],
                course[-1],
                max(course),
                limit.more,
                limit.later,
            )
        )
    return findings
