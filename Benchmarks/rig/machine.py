"""The machine that the figures are of."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import datetime, timezone


def describe(repository: str) -> dict[str, str]:
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(repository),
        "cpu": f"{_cpu_model()}, {os.cpu_count()} cores",
        "memory": f"{_memory_kilobytes() / 1024 / 1024:.1f} GB",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load": load(),
    }


def load() -> str:
    return "%.2f %.2f %.2f" % os.getloadavg()


class Busy:
    """What part of all cores is in use, from its making on."""

    def __init__(self):
        self._begun = self._ticks()

    @property
    def share(self) -> float:
        idle, total = (now - then for now, then in zip(self._ticks(), self._begun))
        return 1 - idle / total if total else 0

    @staticmethod
    def _ticks() -> tuple[int, int]:
        """Those of idle and I/O wait, and all: the first line of /proc/stat, proc_stat(5)."""
        with open("/proc/stat", encoding="utf-8") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        return ticks[3] + ticks[4], sum(ticks)


def _commit(repository: str) -> str:
    def git(*words: str) -> str:
        command = ["git", "-C", repository, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    changed = " with changes" if git("status", "--porcelain", "--", "Sources") else ""
    return (git("log", "-1", "--format=%h %s") or "not known") + changed


def _cpu_model() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _memory_kilobytes() -> int:
    with open("/proc/meminfo", encoding="utf-8") as file:
        return int(file.readline().split()[1])
