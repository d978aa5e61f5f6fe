"""The sidecar: mounts that hang, err and vanish, an API server that flaps, reloads, a killed worker."""

from __future__ import annotations

import contextlib
import json
import os
import signal

from rig import process
from rig.ground import FaultMount, Ground
from rig.subjects import Subject, free_port

from .api import FAULTS, StubAPI
from .story import Pace, Story


class Watched(Subject):
    """`mountmon sidecar` with an API server."""

    name = "sidecar"

    def __init__(self, ground: Ground, program: str, api: StubAPI, file: str, port: int):
        environment = {
            **os.environ,
            "POD_NAME": "plex-0",
            "POD_NAMESPACE": "media",
            "POD_UID": api.uid,
        }
        self.log = ground.path("sidecar-log")
        command = [program, "sidecar", "--config", file, *api.access("sidecar")]
        with open(self.log, "wb") as log:
            super().__init__(ground, command, port, stdout=log, stderr=log, env=environment)

    @property
    def pids(self) -> list[int]:
        return [self.main.pid, *process.children(self.main.pid)]


class SidecarStory(Story):
    """Its rounds."""

    name = "sidecar"

    def __init__(self, ground: Ground, pace: Pace, seed: int, programs: dict[str, str]):
        super().__init__(ground, pace, seed)
        self._programs = programs
        self._file = ground.path("sidecar.json")
        self._has_more = False

    def start(self) -> None:
        self._hanging = FaultMount(self.ground, self._programs["faultfs"])
        self._erring = FaultMount(self.ground, self._programs["faultfs"])
        self._vanishing = self.ground.mount()
        self._sound = self.ground.mounts(2)
        self._api = StubAPI(self.ground, self._programs["stub-api"])
        self._port = free_port()
        self._configure()
        program = self.ground.copy(self._programs["mountmon"])
        self.subject = Watched(self.ground, program, self._api, self._file, self._port)

    def _configure(self) -> None:
        paths = [self._hanging.path, self._erring.path, self._vanishing, *self._sound]
        text = json.dumps(
            {
                "httpAddress": "127.0.0.1",
                "httpPort": self._port,
                "checkInterval": "1s",
                "readTimeout": "300ms",
                "failureThreshold": 2,
                "flapWindow": "0s",
                "mounts": [{"path": path} for path in (paths if self._has_more else paths[:-1])],
                "watchdog": {
                    "enabled": True,
                    "retryBackoffInitial": "50ms",
                    "retryBackoffMax": "500ms",
                    "budget": {"restarts": 100, "per": "1m", "spacing": "0s"},
                },
            }
        )
        with open(self._file + ".new", "w", encoding="utf-8") as output:
            output.write(text)
        os.rename(self._file + ".new", self._file)

    def round(self, number: int) -> None:
        fault, (begin, end) = list(FAULTS.items())[number % len(FAULTS)]
        self._hanging.send("hang READ")
        self._wait_for(self._hanging.path, "hung")
        self.note("mount hung")
        self._api.send(begin)
        self.note(f"API server {fault}")
        self._erring.send("error EIO READ")
        self._wait_for(self._erring.path, "dead")
        self.note("mount failed")
        self._vanish()
        self._wait_for(self._vanishing, "absent")
        self.note("mount vanished")
        if (number + 1) % self.pace.kill_every == 0:
            self._kill_worker()
        self._reload(number)
        self.last()
        if number % 2:
            # In the middle of it the hang is over, and begins again.
            self._hanging.send("clear")
            self._wait_for(self._hanging.path, "ok")
            self._hanging.send("hang READ")
            self._wait_for(self._hanging.path, "hung")
            self.note("mount hung")
        if end:
            self._api.send(end)
        self._hanging.send("clear")
        self._erring.send("clear")
        self.ground.mount(self._vanishing)

    def _vanish(self) -> None:
        def is_gone() -> bool:
            # Not while a probe is in it.
            self.ground.unmount(self._vanishing)
            return True

        self.wait(is_gone, f"{self._vanishing} can be unmounted")

    def _wait_for(self, path: str, verdict: str) -> None:
        self.wait(lambda: self._mounts()[path].get("verdict") == verdict, f"{path} is {verdict}")

    def _kill_worker(self) -> None:
        """It may be beyond killing while its mount hangs; there has to be another one all the same."""
        before = self.metric("mountmon_probe_worker_restarts_total")
        for pid in process.children(self.subject.main.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.wait(
            lambda: self.metric("mountmon_probe_worker_restarts_total") > before,
            "another probe worker",
        )
        self.note("probe worker killed")

    def _reload(self, number: int) -> None:
        self._has_more = not self._has_more
        self._configure()
        if number % 2:
            self.subject.main.send_signal(signal.SIGHUP)
        count = 5 if self._has_more else 4
        self.wait(lambda: len(self._mounts()) == count, f"{count} mounts after a reload")
        self.note("configuration reloaded")

    def is_well(self) -> bool:
        document = self._document()
        mounts = document["mounts"]
        return (
            all(mount.get("verdict") == "ok" for mount in mounts)
            and document["watchdog"]["state"] == "armed"
            and len(self.subject.pids) == 2
        )

    def _document(self) -> dict:
        with self.subject.client() as client:
            return client.json("/healthz/status")

    def _mounts(self) -> dict[str, dict]:
        return {mount["path"]: mount for mount in self._document()["mounts"]}

    def explain(self) -> str:
        document = self._document()
        verdicts = {mount["path"]: mount.get("verdict") for mount in document["mounts"]}
        return f"{verdicts}, watchdog {document.get('watchdog')}"
