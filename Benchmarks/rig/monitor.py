"""`mountmon pool run`, the clients that it pauses, and the script beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime

from . import process
from .engine import Engine
from .ground import Ground
from .pool import Pool
from .subjects import Subject, free_port
from .web import seconds_until

_HERE = os.path.dirname(os.path.abspath(__file__))
_SCRIPT = f"{os.path.dirname(_HERE)}/reference/pool.sh"


#: How the log says that a drain is over.
ENDS = ("complete", "incomplete")


class Ended(Exception):
    """mountmon is gone."""


class DownloadClient:
    """A running `transmission.py`."""

    def __init__(self, ground: Ground):
        self.ground = ground
        self._file = ground.path("client")
        with open(self._file, "wb") as output:
            command = [sys.executable, f"{_HERE}/transmission.py"]
            self.main = ground.start(command, stdout=output)
        seconds_until(lambda: bool(self._lines()), 20, 0.01)
        self.port = int(self._lines()[0][1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paused_since(self, moment: float) -> float | None:
        """When it was first paused after a moment of the monotonic clock."""
        found = [float(when) for word, when in self._lines()[1:] if word == "paused"]
        return next((when for when in found if when >= moment), None)

    def resume(self) -> None:
        """Has all torrents run, as a person would."""
        headers = {}
        for _ in range(2):
            body = b'{"method": "torrent-start", "arguments": {}}'
            request = urllib.request.Request(f"{self.url}/transmission/rpc", body, headers)
            try:
                urllib.request.urlopen(request, timeout=10).close()
            except urllib.error.HTTPError as answer:
                name = "X-Transmission-Session-Id"
                headers = {name: answer.headers[name]}

    def send(self, number: int) -> None:
        self.main.send_signal(number)

    def end(self) -> None:
        self.ground.end(self.main)

    def _lines(self) -> list[list[str]]:
        with open(self._file, encoding="utf-8") as file:
            return [line.split() for line in file.read().split("\n")[:-1]]


class Monitor(Subject):
    """`mountmon pool run` and its probe worker."""

    name = "mountmon"

    def __init__(
        self,
        ground: Ground,
        program: str,
        pool: Pool,
        engine: Engine | None,
        clients: list[DownloadClient],
        exceptions: list[str] | None = None,
        **settings,
    ):
        port = free_port()
        names = [f"client-{number}" for number in range(1, len(clients) + 1)]
        configuration = {
            **pool.settings,
            "stateDirectory": ground.path("state"),
            "httpPort": port,
            "logFormat": "json",
            "engine": {"enabled": False},
            "clients": [
                {"name": name, "type": "transmission", "url": client.url}
                for name, client in zip(names, clients)
            ],
            **settings,
        }
        # Clients alone make no stack.
        self._modes = {"full"} if engine else {"full", "none"}
        if engine:
            known = {"socket": engine.socket, "exceptions": exceptions or []}
            configuration["engine"] = known
        self.file = ground.path("pool.json")
        with open(self.file, "w", encoding="utf-8") as output:
            json.dump(configuration, output)
        os.chmod(self.file, 0o600)
        self.program = program
        self.log = ground.path("log")
        with open(self.log, "wb") as log:
            command = [program, "pool", "run", "--config", self.file]
            super().__init__(ground, command, port, stdout=log, stderr=log)

    @property
    def pids(self) -> list[int]:
        return [self.main.pid, *process.children(self.main.pid)]

    def wait_until_ready(self, limit: float = 90, pause: float = 0.05) -> float:
        """Also that it has brought the stack back, or found that it runs: the mode is full."""
        with self.client() as client:
            self.wait_for(
                lambda: client.get("/healthz/ready")[0] == 200
                and client.json("/healthz/status")["stack"]["mode"] in self._modes,
                limit,
            )
        return 0.0

    def wait_for(self, condition, limit: float) -> None:
        """Raises TimeoutError with what it logged last."""

        def is_over() -> bool:
            if self.main.poll() is not None:
                raise Ended(f"mountmon has ended with {self.main.returncode}")
            return condition()

        try:
            seconds_until(is_over, limit, 0.02)
        except (TimeoutError, Ended) as error:
            with open(self.log, encoding="utf-8") as file:
                lines = file.read().split("\n")[-12:]
            raise TimeoutError("\n".join([f"{error}; the log ends with", *lines])) from None

    def drain_since(self, moment: float, *ends: str) -> float | None:
        """When a drain first began or ended after a moment, both in seconds since 1970."""
        with open(self.log, encoding="utf-8") as file:
            for line in file.read().split("\n")[:-1]:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                words = record.get("msg", "").split()
                if words[:1] == ["drain"] and " ".join(words[1:]) in ends:
                    when = datetime.fromisoformat(record["time"].replace("Z", "+00:00"))
                    # It is cut to milliseconds.
                    if when.timestamp() + 0.001 >= moment:
                        return when.timestamp()
        return None

    def drain_by_hand(self) -> subprocess.Popen:
        return self._command("drain")

    def resume_by_hand(self) -> subprocess.Popen:
        return self._command("resume")

    def _command(self, word: str) -> subprocess.Popen:
        command = [self.program, "pool", word, "--config", self.file]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return self.ground.start(command, **quiet)


class Script:
    """A running `reference/pool.sh`, which polls every 10 s."""

    def __init__(
        self,
        ground: Ground,
        pool: Pool,
        engine: Engine | None,
        client: DownloadClient,
        containers: list[str],
    ):
        self._file = ground.path("script")
        rpc = f"{client.url}/transmission/rpc"
        command = [_SCRIPT, pool.path, rpc, *pool.branches, "--", *containers]
        environment = {**os.environ, **(engine.environment if engine else {})}
        with open(self._file, "wb") as output:
            self.main = ground.start(
                command, stdout=output, stderr=output, env=environment, start_new_session=True
            )
        seconds_until(lambda: "healthy" in self.states(), 20, 0.01)

    def states(self) -> list[str]:
        with open(self._file, encoding="utf-8") as file:
            return file.read().split()

    def cpu_seconds(self) -> float:
        """Its own, and that of all programs it ran to their end."""
        with open(f"/proc/{self.main.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def end(self, ground: Ground) -> None:
        os.killpg(self.main.pid, signal.SIGKILL)
        ground.end(self.main)


class Moment:
    """Now, by both clocks."""

    def __init__(self):
        self.tick, self.date = time.monotonic(), time.time()
