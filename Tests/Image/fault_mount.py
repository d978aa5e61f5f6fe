"""A FUSE file system that hangs on command: a running faultfs."""

import subprocess

from lab import ROOT, needed, run, until


class FaultMount:
    """Mounted at a folder of the lab; gone with the lab, whoever hangs in it."""

    def __init__(self, lab, path):
        program = needed("FAULTFS", ROOT / ".build/debug/faultfs", "swift build --product faultfs")
        path.mkdir(parents=True)
        self.log = lab.folder / f"faultfs-{path.name}.log"
        lab.callback(run, "umount", "-l", path, check=False)
        self.process = lab.start(
            program, path, "--until-eof", log=self.log, stdin=subprocess.PIPE)
        until(lambda: "ready " in self.log.read_text(), f"faultfs serves at {path}")

    def tell(self, command):
        """Gives a command and waits until it is obeyed."""
        known = self.log.read_text().count(f"ok {command}\n")
        self.process.stdin.write(f"{command}\n".encode())
        self.process.stdin.flush()
        until(lambda: self.log.read_text().count(f"ok {command}\n") > known, f"faultfs obeys {command}")
