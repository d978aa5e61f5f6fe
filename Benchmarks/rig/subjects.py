"""What is measured: the sidecar, and beside it the programs of `reference/`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time

from . import process
from .ground import CANARY, Ground
from .web import Client, seconds_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Subject:
    """A running program: its processes together."""

    #: Whether it serves /healthz/ready.
    serves = True

    def __init__(self, ground: Ground, command: list[str], port: int = 0, **options):
        self.ground = ground
        self.port = port
        self.started = time.monotonic()
        self.main = ground.start(command, **options)

    @property
    def pids(self) -> list[int]:
        return [self.main.pid]

    def cpu_seconds(self) -> float:
        return sum(process.cpu_seconds(pid) for pid in self.pids)

    def memory(self) -> process.Memory:
        return sum((process.memory(pid) for pid in self.pids), process.Memory())

    def threads(self) -> int:
        return sum(process.threads(pid) for pid in self.pids)

    def descriptors(self) -> int:
        return sum(process.descriptors(pid) for pid in self.pids)

    def client(self) -> Client:
        return Client(self.port)

    def wait_until_ready(self, limit: float = 20, pause: float = 0.0002) -> float:
        """Seconds from the start to the first 200 of /healthz/ready."""
        if not self.serves:
            return 0.0
        with self.client() as client:
            return seconds_until(
                lambda: client.get("/healthz/ready")[0] == 200, limit, pause, self.started
            )

    def seconds_to_exit(self, number: int = signal.SIGTERM, limit: float = 20) -> float:
        """Sends a signal and waits for the end of the main process."""
        self.ground.note_children(self.main.pid)
        begun = time.monotonic()
        self.main.send_signal(number)
        self.main.wait(limit)
        return time.monotonic() - begun

    def pin(self, core: int) -> None:
        """Keeps all its threads on one core."""
        for pid in self.pids:
            for thread in os.listdir(f"/proc/{pid}/task"):
                os.sched_setaffinity(int(thread), {core})

    def end(self) -> None:
        self.ground.end(self.main)


class Sidecar(Subject):
    """`mountmon sidecar` and its probe worker."""

    name = "mountmon"

    def __init__(self, ground: Ground, program: str, paths: list[str], check: str, **settings):
        port = free_port()
        configuration = {
            "httpAddress": "127.0.0.1",
            "httpPort": port,
            "checkInterval": "1s",
            "flapWindow": "0s",
            "mounts": [{"path": path, "checkType": check} for path in paths],
            **settings,
        }
        file = ground.path("config.json")
        with open(file, "w", encoding="utf-8") as output:
            json.dump(configuration, output)
        self.log = ground.path("log")
        with open(self.log, "wb") as log:
            command = [program, "sidecar", "--config", file]
            super().__init__(ground, command, port, stdout=log, stderr=log)

    @property
    def pids(self) -> list[int]:
        return [self.main.pid, *process.children(self.main.pid)]

    def status(self, client: Client, path: str) -> dict:
        """What /healthz/status says of one mount."""
        mounts = client.json("/healthz/status")["mounts"]
        return next(mount for mount in mounts if mount["path"] == path)


class GoReference(Subject):
    """`reference/watch.go`."""

    name = "Go"

    def __init__(self, ground: Ground, program: str, paths: list[str], check: str, **options):
        port = free_port()
        command = [program, "-listen", f"127.0.0.1:{port}"]
        if check == "canary":
            command += ["-canary", CANARY]
        command += [f"-{name}={value}" for name, value in options.items()]
        super().__init__(ground, command + paths, port, stderr=subprocess.DEVNULL)


class CReference(Subject):
    """`reference/watch.c`."""

    name = "C"
    serves = False

    def __init__(self, ground: Ground, program: str, paths: list[str], check: str):
        if check == "canary":
            command = [program, "read", "1", *[f"{path}/{CANARY}" for path in paths]]
        else:
            command = [program, "stat", "1", *paths]
        super().__init__(ground, command)


def build_references(folder: str, into: str) -> tuple[dict[str, str], list[str]]:
    """Compiles what of the reference programs can be compiled here.

    Returns the programs by name, and a line for each that is missing.
    """
    programs, missing = {}, []
    recipes = {
        "Go": ("go", ["build", "-trimpath", "-ldflags=-s -w", "-o"], "watch.go", "golang-go"),
        "C": ("cc", ["-O2", "-o"], "watch.c", "gcc"),
    }
    for name, (tool, arguments, source, package) in recipes.items():
        if shutil.which(tool) is None:
            missing.append(f"no {name} reference: {tool} is missing (apt-get install {package})")
            continue
        program = f"{into}/reference-{name.lower()}"
        done = subprocess.run(
            [tool, *arguments, program, f"{folder}/{source}"],
            env={**os.environ, "CGO_ENABLED": "0", "GO111MODULE": "off"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            programs[name] = program
        else:
            missing.append(f"no {name} reference: {done.stderr.strip()}")
    return programs, missing
