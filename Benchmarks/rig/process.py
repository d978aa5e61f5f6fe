"""What the kernel tells of a process."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass


@dataclass
class Memory:
    """In kB, as in /proc/PID/smaps_rollup."""

    pss: int = 0
    rss: int = 0
    pss_anon: int = 0
    pss_file: int = 0

    def __add__(self, other: "Memory") -> "Memory":
        return Memory(
            self.pss + other.pss,
            self.rss + other.rss,
            self.pss_anon + other.pss_anon,
            self.pss_file + other.pss_file,
        )


def memory(pid: int) -> Memory:
    found = {}
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if words[-1] == "kB":
                found[words[0]] = int(words[1])
    return Memory(found["Pss:"], found["Rss:"], found["Pss_Anon:"], found["Pss_File:"])


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads, also of those that have ended, in nanosecond steps.

    The process's CPU clock (clock_getcpuclockid(3)) adds up the same counters that
    /proc/PID/task/*/schedstat shows, without losing the threads that are gone.
    """
    return time.clock_gettime((~pid << 3) | 2)


def threads(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def children(pid: int) -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and _parent(int(entry)) == pid:
            found.append(int(entry))
    return found


def state(pid: int) -> str | None:
    """Its letter in ps(1); None when it is gone."""
    fields = _stat(pid)
    return fields[0] if fields else None


def birth(pid: int) -> str | None:
    """When it began, in clock ticks since boot: tells it from a later process of the same number."""
    fields = _stat(pid)
    return fields[19] if fields else None


def _parent(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _stat(pid: int) -> list[str] | None:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def with_argument(text: str) -> list[int]:
    """Those that live and have a text in one of their arguments."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                arguments = file.read()
        except OSError:
            continue
        if text.encode() in arguments and state(int(entry)) not in (None, "Z"):
            found.append(int(entry))
    return found
