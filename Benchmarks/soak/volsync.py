"""`mountmon volsync run --watch`: an API server that flaps while backups fail on dead locks."""

from __future__ import annotations

import json
import os

from rig.ground import Ground
from rig.subjects import Subject, free_port

from .api import FAULTS, StubAPI
from .story import Pace, Story


class VolSyncStory(Story):
    """Its rounds."""

    name = "volsync"
    #: To the API server; each for a minute after its last call.
    kept_connections = 6

    def __init__(self, ground: Ground, pace: Pace, seed: int, programs: dict[str, str]):
        super().__init__(ground, pace, seed)
        self._programs = programs

    def start(self) -> None:
        self._api = StubAPI(self.ground, self._programs["stub-api"])
        port = free_port()
        program = self.ground.copy(self._programs["mountmon"])
        command = [program, "volsync", "run", "--watch", "--namespace", "mountmon"]
        command += ["--http-address", "127.0.0.1", "--http-port", str(port)]
        self._log = self.ground.path("volsync-log")
        with open(self._log, "wb") as log:
            environment = {**os.environ, "POD_NAME": "volsync-0"}
            self.subject = Subject(
                self.ground,
                command + self._api.access("volsync"),
                port,
                stdout=log,
                stderr=log,
                env=environment,
            )

    def round(self, number: int) -> None:
        fault, (begin, end) = list(FAULTS.items())[number % len(FAULTS)]
        backup = f"backup-{number % 4}"
        healed = self._succeeded()
        self._api.send(f"break {backup}")
        self.note("lock of a dead backup")
        self._api.send(begin)
        self.note(f"API server {fault}")
        self.last()
        if end:
            self._api.send(end)
        self.wait(lambda: self._succeeded() > healed, "an unlock that succeeded")
        self.note("unlocked")
        self._api.send(f"forget {backup}")
        self.wait(lambda: f"/{backup}" not in self._document(), f"{backup} is forgotten")

    def _succeeded(self) -> int:
        # By the log: /metrics is not always asked in time while the API server flaps.
        with open(self._log, encoding="utf-8") as file:
            return file.read().count('"lock removed"')

    def _document(self) -> str:
        with self.subject.client() as client:
            return json.dumps(client.json("/healthz/status").get("repositories"))

    def is_well(self) -> bool:
        with self.subject.client() as client:
            return client.get("/healthz/ready")[0] == 200

    def explain(self) -> str:
        with open(self._log, encoding="utf-8") as file:
            return " | ".join(file.read().split("\n")[-6:]) + self._document()
