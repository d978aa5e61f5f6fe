"""The ground the figures stand on: a folder, mounts in a mount namespace of their own, processes.

Whatever happens, `Ground.clear` takes all of it away again.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from . import process

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNS = 0x00020000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_MNT_DETACH = 2

CANARY = ".health-check"


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


class Ground:
    """To be made before any thread is started: the mount namespace is that of the whole process."""

    def __init__(self):
        self.can_mount = os.geteuid() == 0
        if self.can_mount:
            # So that neither side is disturbed by the other's mounts.
            _checked(_LIBC.unshare(_CLONE_NEWNS), "unshare")
            _checked(_LIBC.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None), "mount /")
        self.folder = tempfile.mkdtemp(prefix="mountmon-bench-")
        self._lock = threading.Lock()
        self._number = 0
        self._mounts: list[str] = []
        #: What `clear` calls before anything else, the latest first.
        self._endings: list = []
        self._processes: list[subprocess.Popen] = []
        #: Children of processes that are gone, and when each of them began.
        self._strays: dict[int, str | None] = {}

    # Folders and mounts

    def path(self, name: str) -> str:
        """A new path in the folder."""
        with self._lock:
            self._number += 1
            return f"{self.folder}/{name}-{self._number}"

    def copy(self, file: str) -> str:
        """A copy of a file: a program that runs from it shares its pages with no other process."""
        path = self.path(os.path.basename(file))
        shutil.copy(file, path)
        return path

    def mount(self, path: str | None = None) -> str:
        """A tmpfs with a canary; a plain directory where mounting is not allowed.

        At a new path, or at one where a mount was before.
        """
        if path is None:
            path = self.path("mount")
            os.mkdir(path)
        if self.can_mount:
            result = _LIBC.mount(b"tmpfs", path.encode(), b"tmpfs", 0, b"size=64k")
            _checked(result, f"mount {path}")
            with self._lock:
                self._mounts.append(path)
        with open(f"{path}/{CANARY}", "w", encoding="utf-8") as file:
            file.write("ok\n")
        return path

    def mounts(self, count: int) -> list[str]:
        return [self.mount() for _ in range(count)]

    def has_mounted(self, path: str) -> None:
        """Notes a mount that another program made."""
        with self._lock:
            self._mounts.append(path)

    def detach(self, path: str) -> None:
        """Unmounts what may be in use."""
        self.unmount(path, _MNT_DETACH)

    def unmount(self, path: str, flags: int = 0) -> None:
        _checked(_LIBC.umount2(path.encode(), flags), f"umount {path}")
        with self._lock:
            if path in self._mounts:
                self._mounts.remove(path)

    # Processes

    def start(self, command: list[str], **options) -> subprocess.Popen:
        options = {"stdin": subprocess.DEVNULL, "cwd": "/", **options}
        started = self._start_patiently(command, options)
        with self._lock:
            self._processes.append(started)
        return started

    @staticmethod
    def _start_patiently(command: list[str], options: dict) -> subprocess.Popen:
        # A copy that was just written may still be open in a child that another thread forked a moment
        # ago: ETXTBSY, until that child has become its own program.
        for _ in range(20):
            try:
                return subprocess.Popen(command, **options)
            except OSError as error:
                if error.errno != errno.ETXTBSY:
                    raise
                time.sleep(0.05)
        return subprocess.Popen(command, **options)

    def end(self, started: subprocess.Popen, limit: float = 10) -> None:
        """Kills a process and those it started. One that hangs in a mount is ended by `clear`."""
        self.note_children(started.pid)
        started.kill()
        try:
            started.wait(limit)
        except subprocess.TimeoutExpired:
            return
        with self._lock:
            self._processes.remove(started)

    def note_children(self, pid: int) -> None:
        """Notes processes of which `clear` has to see the end, should their parent not."""
        for child in process.children(pid):
            with self._lock:
                self._strays[child] = process.birth(child)

    def at_end(self, ending) -> None:
        """Has `clear` call something; it may have been called before."""
        self._endings.append(ending)

    def clear(self) -> list[str]:
        """Takes all away; says what could not be."""
        left = []
        for ending in reversed(self._endings):
            try:
                ending()
            except Exception as error:  # The rest has to go as well.
                left.append(f"{ending.__qualname__}: {error}")
        for started in list(self._processes):
            self.note_children(started.pid)
        # The FUSE daemons last, and by their own end: that frees whoever hangs in their mounts.
        for started in reversed(self._processes):
            if started.stdin:
                started.stdin.close()
            else:
                started.kill()
        for started in self._processes:
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                started.kill()
        for path in list(self._mounts):
            try:
                self.unmount(path, _MNT_DETACH)
            except OSError as error:
                left.append(str(error))
        left += [f"process {pid} ({state})" for pid, state in self._survivors()]
        shutil.rmtree(self.folder, ignore_errors=True)
        return left

    def _survivors(self) -> list[tuple[int, str]]:
        def alive() -> list[tuple[int, str]]:
            states = [
                (pid, process.state(pid))
                for pid, birth in self._strays.items()
                if process.birth(pid) == birth
            ]
            return [(pid, state) for pid, state in states if state not in (None, "Z")]

        for pid, _ in alive():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        end = time.monotonic() + 5
        while alive() and time.monotonic() < end:
            time.sleep(0.05)
        return alive()


class FaultMount:
    """A running `faultfs` and its mount."""

    def __init__(self, ground: Ground, program: str):
        self.ground = ground
        self.path = ground.path("fuse")
        os.mkdir(self.path)
        self.daemon = ground.start(
            [program, self.path, "--until-eof"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
        )
        self.wait_for(lambda line: line.startswith("ready"))

    def send(self, command: str) -> None:
        """Gives a command and waits until it is obeyed."""
        self.daemon.stdin.write(command + "\n")
        self.daemon.stdin.flush()
        self.wait_for(lambda line: line == f"ok {command}")

    def wait_for(self, is_wanted) -> float:
        """Reads lines until the wanted one; when it came."""
        for line in self.daemon.stdout:
            if is_wanted(line.strip()):
                return time.monotonic()
        raise OSError("faultfs ended")

    def end(self) -> None:
        """Frees whoever hangs in it, and unmounts."""
        self.daemon.stdin.close()
        self.daemon.wait(10)
