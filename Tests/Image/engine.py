"""A container engine of the tests' own, without a network, in one folder."""

import json
import os
import pathlib
import shutil

from lab import run, until

DOCKER = "/usr/bin/docker"
#: A dockerd uses this one in place of its own wherever it is there.
CONTAINERD = "/run/containerd/containerd.sock"


class Engine:
    """A running dockerd."""

    def __init__(self, lab):
        if os.geteuid() != 0 or not shutil.which("dockerd"):
            raise AssertionError("needs root and dockerd: make setup")
        if os.path.lexists(CONTAINERD):
            raise AssertionError(f"a containerd of this machine runs: {CONTAINERD};"
                                 " stop it: systemctl stop containerd docker docker.socket")
        folder = lab.folder / "docker"
        folder.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "DOCKER_CONFIG": str(folder / "config"),
            "DOCKER_HOST": f"unix://{folder}/docker.sock",
            # A client that builds without BuildKit, which Debian's engine lacks a frontend for.
            "DOCKER_BUILDKIT": "0",
        }
        group = lab.folder.name
        # Called from the last to the first: containers, then the daemon, then what it leaves.
        lab.callback(remove_groups, group)
        lab.callback(unmount_below, folder)
        log = folder / "dockerd.log"
        daemon = lab.start(
            "dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false",
            "--ip-masq=false", "--storage-driver=overlay2",
            # Where systemd runs, its driver would be taken, which refuses such a parent.
            "--exec-opt=native.cgroupdriver=cgroupfs", f"--cgroup-parent=/{group}",
            f"--data-root={folder}/root", f"--exec-root={folder}/exec", f"--pidfile={folder}/dockerd.pid",
            f"--host=unix://{folder}/docker.sock", log=log, start_new_session=True)
        lab.callback(self.remove_containers)

        def answers():
            if daemon.poll() is not None:
                raise AssertionError(f"dockerd ended: {log.read_text()[-4000:]}")
            return self.docker("version", check=False).returncode == 0

        until(answers, "dockerd answers", seconds=60)

    def docker(self, *words, check=True):
        return run(DOCKER, *words, check=check, env=self.environment)

    def inspect(self, name):
        return json.loads(self.docker("inspect", name).stdout)[0]

    def remove_containers(self):
        names = self.docker("ps", "--all", "--quiet", check=False).stdout.split()
        if names:
            self.docker("rm", "--force", *names, check=False)


def unmount_below(folder):
    """A daemon that is killed leaves mounts; the deepest go first."""
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        points = [line.split()[4] for line in table]
    for point in sorted((p for p in points if p.startswith(f"{folder}/")), key=len, reverse=True):
        run("umount", "-l", point, check=False)


def remove_groups(name):
    """The engine leaves the control groups that it made, in each hierarchy."""
    top = pathlib.Path("/sys/fs/cgroup")
    for group in [top / name, *(tree / name for tree in top.iterdir() if tree.is_dir())]:
        if group.is_dir():
            for folder, _, _ in os.walk(group, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass  # Somebody is still in it, whom the engine could not end.


class Process:
    """What the kernel says of a process."""

    def __init__(self, pid):
        self.folder = pathlib.Path(f"/proc/{pid}")

    def status(self, key):
        for line in (self.folder / "status").read_text().splitlines():
            if line.startswith(f"{key}:"):
                return line.partition(":")[2].strip()
        return ""

    @property
    def is_over(self):
        """It has ended; its parent may not have asked yet."""
        try:
            return self.status("State").startswith("Z")
        except (FileNotFoundError, ProcessLookupError):
            return True

    def group_file(self, controller, first, second):
        """A file of its control group: of version 1, or of version 2 by the second name."""
        for line in (self.folder / "cgroup").read_text().splitlines():
            _, names, path = line.split(":", 2)
            if controller in names.split(","):
                return pathlib.Path(f"/sys/fs/cgroup/{controller}{path}/{first}")
            if not names:
                unified = pathlib.Path(f"/sys/fs/cgroup{path}/{second}")
        return unified
