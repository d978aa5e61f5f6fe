"""Rows of the table, and how the table looks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import median


@dataclass
class Row:
    """One line of the table. A figure gives one or several."""

    figure: str
    measured: str
    budget: str = ""
    #: True: met. False: missed. None: there is no budget, or it was not measured.
    met: bool | None = None
    #: The numbers behind the words, for --json.
    values: dict = field(default_factory=dict)
    #: The same for the Go reference of this run; the absolute budget is from another day.
    beside_go: bool | None = None
    #: What part of all cores was in use meanwhile, by whomever.
    busy: float = 0

    @property
    def verdict(self) -> str:
        words = {True: "met", False: "MISSED", None: "-"}
        if self.beside_go is None or self.beside_go == self.met:
            return words[self.met]
        if self.met is None:
            return words[self.beside_go]
        return f"absolute {words[self.met]}, beside Go {words[self.beside_go]}"

    def as_json(self) -> dict:
        return {**asdict(self), "verdict": self.verdict}


def spread(samples: list[float], unit: str, digits: int = 2) -> str:
    """Median, least and most, and of how many."""
    if len(samples) == 1:
        return f"{samples[0]:.{digits}f} {unit}"
    return (
        f"{median(samples):.{digits}f} {unit}"
        f" ({min(samples):.{digits}f}-{max(samples):.{digits}f}, n={len(samples)})"
    )


def megabytes(kilobytes: float) -> str:
    """As the kernel's kB (1024 bytes) are: MiB would be the right name, MB is the usual one."""
    return f"{kilobytes / 1024:.2f} MB"


def table(rows: list[Row]) -> str:
    """A Markdown table with even columns."""
    cells = [["figure", "measured", "budget", "verdict", "busy"]]
    cells += [
        [row.figure, row.measured, row.budget, row.verdict, f"{row.busy:.0%}"] for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(line, widths)) + " |"
        for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
