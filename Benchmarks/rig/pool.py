"""A drive pool: ext4 on loop devices, with their labels as udev's links, and mergerfs over them."""

from __future__ import annotations

import os
import shutil
import subprocess

from .ground import Ground
from .web import seconds_until

#: What a pool needs, and the Debian packages that have it.
PROGRAMS = {"mergerfs": "mergerfs", "mkfs.ext4": "e2fsprogs", "losetup": "mount"}


def missing(programs: dict[str, str], ground: Ground) -> str | None:
    """What this machine lacks of them, in one line."""
    if not ground.can_mount:
        return "needs root, for mounts"
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    names = [name for name in programs if shutil.which(name, path=path) is None]
    packages = " ".join(programs[name] for name in names)
    return f"needs {', '.join(names)} (apt-get install {packages})" if names else None


class Pool:
    """Its drives and its union. Nothing in here touches the pool from the benchmark's process."""

    _OPTIONS = "fsname=pool,category.create=mfs,minfreespace=1M,cache.files=off,allow_other"

    def __init__(self, ground: Ground, count: int):
        self.ground = ground
        self.folder = ground.path("pool")
        self.path = f"{self.folder}/pool"
        self.labels = f"{self.folder}/by-label"
        for folder in (self.folder, self.path, self.labels):
            os.mkdir(folder)
        self.branches = [f"{self.folder}/Disk{number}" for number in range(1, count + 1)]
        self._loops: dict[str, str] = {}
        self._union: subprocess.Popen | None = None
        ground.at_end(self.end)
        for branch in self.branches:
            os.mkdir(branch)
            _run("truncate", "-s", "16M", f"{branch}.img")
            _run("mkfs.ext4", "-q", "-F", "-L", os.path.basename(branch), f"{branch}.img")
            self.plug(branch)
        self.mount()

    @property
    def settings(self) -> dict:
        """What mountmon has to be told of it."""
        return {
            "path": self.path,
            "branches": self.branches,
            "labelDirectory": self.labels,
            "requireMount": {"fsType": "fuse.mergerfs"},
        }

    def plug(self, branch: str) -> None:
        """The drive comes: its device, its label, its mount."""
        loop = _run("losetup", "--find", "--show", f"{branch}.img")
        self._loops[branch] = loop
        os.symlink(loop, f"{self.labels}/{os.path.basename(branch)}")
        _run("mount", loop, branch)
        with open(f"{branch}/.canary", "w", encoding="utf-8") as file:
            file.write("alive\n")

    def unplug(self, branch: str) -> None:
        """The drive goes: its label, its mount, its device."""
        os.unlink(f"{self.labels}/{os.path.basename(branch)}")
        self.ground.detach(branch)
        _run("losetup", "-d", self._loops.pop(branch))

    def mount(self) -> None:
        command = ["mergerfs", "-f", "-o", self._OPTIONS, ":".join(self.branches), self.path]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._union = self.ground.start(command, **quiet)
        seconds_until(lambda: self.path in _mount_points(), 20, 0.01)

    def unmount(self) -> None:
        self.ground.detach(self.path)

    def signal(self, number: int) -> None:
        """To mergerfs."""
        self._union.send_signal(number)

    def restore(self) -> None:
        """All drives and a new union, whatever was taken away."""
        self._leave()
        for branch in self.branches:
            if branch not in self._loops:
                self.plug(branch)
        self.mount()

    def end(self) -> None:
        """Takes all away. May come twice."""
        self._leave()
        for point in _mount_points():
            if point in self.branches:
                self.ground.detach(point)
        for loop in self._loops.values():
            _run("losetup", "-d", loop)
        self._loops = {}

    def _leave(self) -> None:
        if self._union:
            self.ground.end(self._union)
            self._union = None
        while self.path in _mount_points():
            self.ground.detach(self.path)


def _mount_points() -> list[str]:
    with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as file:
        return [line.split()[4] for line in file]


def _run(*command: str) -> str:
    environment = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.strip()
