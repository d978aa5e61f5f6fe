"""A container engine of the benchmark's own: dockerd in one folder, without a network."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import socket
import subprocess
import tarfile
import time
from datetime import datetime

from . import process
from .ground import Ground
from .pool import missing
from .web import seconds_until

#: What it needs, and the Debian packages that have it.
PROGRAMS = {"dockerd": "dockerd", "containerd": "dockerd", "busybox": "busybox-static"}

#: A dockerd uses this one in place of its own wherever it is there.
_CONTAINERD = "/run/containerd/containerd.sock"


def why_none(bench) -> str | None:
    """Why there are no containers here, in one line."""
    if bench.has_containers and os.path.lexists(_CONTAINERD):
        return (f"a containerd of this machine runs: {_CONTAINERD};"
                " stop it: systemctl stop containerd docker docker.socket")
    return missing(PROGRAMS, bench.ground) if bench.has_containers else "left out"


_IMAGE = "tiny:1"
#: Ends at SIGTERM, at once.
_SCRIPT = "trap 'exit 0' TERM; sleep 86400 & wait"


class Engine:
    """Its daemon and its containers."""

    def __init__(self, ground: Ground):
        self.ground = ground
        self.folder = ground.path("docker")
        os.mkdir(self.folder)
        self.socket = f"{self.folder}/docker.sock"
        self.environment = {"DOCKER_HOST": f"unix://{self.socket}", "HOME": self.folder}
        self._group = "/" + os.path.basename(ground.folder)
        command = ["dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none"]
        command += ["--ip-forward=false", "--ip-masq=false", "--storage-driver=overlay2"]
        # Where systemd runs, its driver would be taken, which refuses such a parent.
        command += ["--exec-opt=native.cgroupdriver=cgroupfs"]
        command += [f"--cgroup-parent={self._group}", f"--data-root={self.folder}/root"]
        command += [f"--exec-root={self.folder}/exec", f"--pidfile={self.folder}/pid"]
        command += ["-H", f"unix://{self.socket}"]
        with open(f"{self.folder}/log", "wb") as log:
            path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
            environment = {**os.environ, "PATH": path, **self.environment}
            self._daemon = ground.start(command, stdout=log, stderr=log, env=environment)
        ground.at_end(self.end)
        seconds_until(lambda: self.call("GET", "/_ping")[0] == 200, 60, 0.05)
        self._import_image()

    def call(self, method: str, path: str, body: bytes | dict | None = None):
        """The status and the body of an answer."""
        connection = _Connection(self.socket)
        fields = {}
        if isinstance(body, dict):
            body, fields = json.dumps(body).encode(), {"Content-Type": "application/json"}
        try:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def run(self, names: list[str], folder: str) -> None:
        """Starts containers that mount a folder."""
        for name in names:
            what = {
                "Image": _IMAGE,
                "Cmd": ["/bin/busybox", "sh", "-c", _SCRIPT],
                "HostConfig": {"Binds": [f"{folder}:/data"], "NetworkMode": "none"},
            }
            self._ask("POST", f"/containers/create?name={name}", what)
        self.start(names)

    def start(self, names: list[str]) -> None:
        for name in names:
            self._ask("POST", f"/containers/{name}/start")

    def running(self) -> set[str]:
        containers = json.loads(self._ask("GET", "/containers/json"))
        return {container["Names"][0].lstrip("/") for container in containers}

    def wait_until_stopped(self, names: list[str], limit: float) -> None:
        seconds_until(lambda: not self.running() & set(names), limit, 0.1)

    def last_end(self, names: list[str]) -> float:
        """When the last of them ended, in seconds since 1970, as the engine has it."""
        return max(self._end_of(name) for name in names)

    def _end_of(self, name: str) -> float:
        state = json.loads(self._ask("GET", f"/containers/{name}/json"))["State"]
        whole, _, fraction = state["FinishedAt"].rstrip("Z").partition(".")
        return datetime.fromisoformat(whole + "+00:00").timestamp() + float(f"0.{fraction or 0}")

    def _ask(self, *request) -> bytes:
        status, body = self.call(*request)
        if status >= 400:
            raise OSError(f"dockerd: {request[1]}: {status} {body.decode(errors='replace')}")
        return body

    def _import_image(self) -> None:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            tar.add("/bin/busybox", "bin/busybox")
            tar.add("/bin/busybox", "bin/sleep")
            for name in ("data", "proc", "etc", "tmp"):
                folder = tarfile.TarInfo(name)
                folder.type, folder.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(folder)
        self._ask("POST", "/images/create?fromSrc=-&repo=tiny&tag=1", archive.getvalue())

    def end(self) -> None:
        """Ends it and all its containers. May come twice."""
        if not os.path.exists(self.folder) or self._daemon is None:
            return
        try:
            for container in json.loads(self._ask("GET", "/containers/json?all=1")):
                self.call("DELETE", f"/containers/{container['Id']}?force=1")
        except OSError:
            pass
        self._daemon.terminate()
        try:
            self._daemon.wait(20)
        except subprocess.TimeoutExpired:
            pass
        self.ground.end(self._daemon)
        self._daemon = None
        # Its containerd and the shims have the folder among their arguments.
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in process.with_argument(self.folder + "/"):
                os.kill(pid, number)
            end = time.monotonic() + 5
            while process.with_argument(self.folder + "/") and time.monotonic() < end:
                time.sleep(0.05)
        self._unmount()
        self._remove_groups()

    def _unmount(self) -> None:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as file:
            points = [line.split()[4] for line in file]
        for point in reversed(points):
            if point.startswith(self.folder + "/"):
                self.ground.detach(point)

    def _remove_groups(self) -> None:
        top = "/sys/fs/cgroup"
        for tree in [top] + [f"{top}/{name}" for name in os.listdir(top)]:
            for folder, _, _ in os.walk(tree + self._group, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str):
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
