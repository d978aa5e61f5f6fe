"""The image in a container that may do nothing, with a mount that hangs."""

import http.client
import json
import os
import socket
import sys
import threading
import time
import unittest

from engine import Engine, Process
from fault_mount import FaultMount
from lab import Lab, binary, images, run, until

MEMORY = 32 << 20
# A container that has nothing but its image, and may do next to nothing.
CONFINED = [
    "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "65534:65534",
    "--memory", str(MEMORY), "--memory-swap", str(MEMORY), "--pids-limit", "32", "--network", "host",
]


def tell(text):
    """A figure for the reader of the log; it decides nothing."""
    print(f"    {text}", file=sys.stderr)


def share(lab, folder):
    """Makes a folder from which mounts spread, as a node has them; the root of a machine may be private."""
    folder.mkdir()
    run("mount", "--bind", folder, folder)
    lab.callback(run, "umount", "-l", folder, check=False)
    run("mount", "--make-shared", folder)


class TheImage(unittest.TestCase):
    """Run by a container engine."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab())
        # Mounts end after the engine: one that hangs holds up the end of a container.
        cls.mounts = cls.lab.folder / "mnt"
        share(cls.lab, cls.mounts)
        cls.well = FaultMount(cls.lab, cls.mounts / "well")
        cls.engine = Engine(cls.lab)
        cls.ill = FaultMount(cls.lab, cls.mounts / "ill")
        # As `make image` does where an engine answers.
        images("build", "--binary", binary(), "--output", cls.lab.folder / "image", "--load",
               "--name", "example.invalid/mountmon:test",
               environment={"SOURCE_DATE_EPOCH": "1700000000"} | cls.engine.environment)
        (cls.lab.folder / "etc").mkdir()

    def tearDown(self):
        self.ill.tell("clear")
        self.engine.remove_containers()

    def confined(self, *words):
        """The words of `docker run` up to the image's name."""
        return ["run", *words, *CONFINED, "--volume", f"{self.mounts}:/mnt:ro,rslave",
                "--volume", f"{self.lab.folder}/etc:/etc/mountmon:ro", "example.invalid/mountmon:test"]

    def check(self, *words):
        return self.engine.docker(*self.confined("--rm"), "check", *words, check=False)

    def start_sidecar(self):
        """A sidecar that watches both mounts; its container, and the process that is its first."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        (self.lab.folder / "etc/config.json").write_text(json.dumps({
            "checkInterval": "1s", "readTimeout": "500ms", "failureThreshold": 2,
            "httpAddress": "127.0.0.1", "httpPort": self.port,
            "mounts": [{"name": name, "path": f"/mnt/{name}", "expect": "ok", "requireMount": True}
                       for name in ("well", "ill")],
        }))
        name = f"sidecar-{self.port}"
        self.forget_program()
        self.engine.docker(*self.confined("--detach", "--name", name), "sidecar",
                           "--config", "/etc/mountmon/config.json")
        until(lambda: self.get("/healthz/ready")[0] == 200, "the container is ready")
        return name, Process(self.engine.inspect(name)["State"]["Pid"])

    def forget_program(self):
        """Has the program's pages read anew, so that they count as the next container's memory."""
        layer = self.engine.inspect("example.invalid/mountmon:test")["GraphDriver"]["Data"]["UpperDir"]
        with open(f"{layer}/mountmon", "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def get(self, path):
        """The code and the body of an answer; 0 where nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (ConnectionRefusedError, ConnectionResetError, http.client.RemoteDisconnected):
            return 0, ""
        finally:
            connection.close()

    def statuses(self):
        return {mount["name"]: mount for mount in json.loads(self.get("/healthz/status")[1])["mounts"]}

    def verdicts(self):
        return {name: status.get("verdict") for name, status in self.statuses().items()}

    def test_says_what_it_is_and_holds_nothing_else(self):
        image = self.engine.inspect("example.invalid/mountmon:test")
        self.assertEqual(image["Config"]["User"], "65534:65534")
        self.assertEqual(image["Config"]["Labels"]["org.opencontainers.image.title"], "mountmon")
        self.assertLess(image["Size"], 16_000_000)
        self.assertEqual(image["Size"], binary().stat().st_size)
        version = self.engine.docker(*self.confined("--rm"), "--version").stdout
        self.assertRegex(version, r"^mountmon \d+\.\d+\.\d+")

    def test_answers_a_check_with_its_exit_code(self):
        self.assertEqual(self.check("--canary", ".health-check", "/mnt/well", "/mnt/ill").returncode, 0)
        self.assertEqual(self.check("--canary", "nothing", "/mnt/well").returncode, 2)
        self.assertEqual(self.check("--no-such-option").returncode, 3)
        self.ill.tell("error EACCES OPEN:/.health-check")
        self.assertEqual(self.check("--canary", ".health-check", "/mnt/ill").returncode, 1)

    def test_runs_with_no_right_and_ends_when_it_is_told_to(self):
        name, process = self.start_sidecar()
        self.assertEqual(process.status("Uid").split(), ["65534"] * 4)
        for key in ("CapEff", "CapPrm", "CapBnd"):
            self.assertEqual(int(process.status(key), 16), 0, key)
        self.assertEqual(process.status("NoNewPrivs"), "1")
        self.assertEqual(process.status("Seccomp"), "2")
        root = [line.split() for line in (process.folder / "mountinfo").read_text().splitlines()
                if line.split()[4] == "/"]
        self.assertIn("ro", root[0][5].split(","))
        since = time.monotonic()
        self.engine.docker("stop", "--time", "60", name)
        tell(f"docker stop, all mounts well: {time.monotonic() - since:.2f} s")
        state = self.engine.inspect(name)["State"]
        # 137 would be: killed, after the minute.
        self.assertEqual((state["ExitCode"], state["OOMKilled"]), (0, False))

    def test_outlives_a_mount_that_hangs_in_32_megabytes(self):
        name, process = self.start_sidecar()
        limit = process.group_file("memory", "memory.limit_in_bytes", "memory.max")
        self.assertEqual(int(limit.read_text()), MEMORY)
        peak = process.group_file("memory", "memory.max_usage_in_bytes", "memory.peak")
        used = process.group_file("memory", "memory.usage_in_bytes", "memory.current")
        self.ill.tell("hang READ")
        until(lambda: self.get("/healthz/ready")[0] == 503, "it is not ready")
        until(lambda: self.verdicts() == {"well": "ok", "ill": "hung"}, "the hang is seen, and it alone")
        # A while of rounds and of readers: the hang costs one thread, and that once.
        for _ in range(200):
            self.assertEqual(self.get("/healthz/live")[0], 200)
            self.assertEqual(self.get("/metrics")[0], 200)
        until(lambda: self.statuses()["ill"]["failureCount"] >= 4, "rounds go on")
        self.assertFalse(self.engine.inspect(name)["State"]["OOMKilled"])
        tell(f"memory of the container: {int(used.read_text()) / 1e6:.1f} MB,"
             f" at most {int(peak.read_text()) / 1e6:.1f} MB of {MEMORY / 1e6:.1f} MB")
        self.assertLess(int(peak.read_text()), MEMORY)
        self.end_while_it_hangs(name, process)

    def end_while_it_hangs(self, name, process):
        """It serves no longer and is over at once; the kernel keeps its namespace until the mount lets go."""
        since = time.monotonic()
        stop = threading.Thread(
            target=self.engine.docker, args=("stop", "--time", "60", name), kwargs={"check": False})
        stop.start()
        until(lambda: self.get("/healthz/live")[0] == 0, "nobody listens any more")
        tell(f"docker stop, a mount hung: nobody listens after {time.monotonic() - since:.2f} s")
        until(lambda: process.is_over, "the first process is over")
        tell(f"docker stop, a mount hung: the first process is over after {time.monotonic() - since:.2f} s")
        until(lambda: "shutdown complete" in self.engine.docker("logs", name).stdout, "it says so")
        since = time.monotonic()
        self.ill.tell("clear")
        until(lambda: not self.engine.inspect(name)["State"]["Running"], "the container has ended")
        until(lambda: not process.folder.exists(), "nothing of it is left")
        tell(f"the mount answers again: the container has ended {time.monotonic() - since:.2f} s later")
        stop.join(60)
        self.assertEqual(self.engine.inspect(name)["State"]["ExitCode"], 0)


if __name__ == "__main__":
    unittest.main()
