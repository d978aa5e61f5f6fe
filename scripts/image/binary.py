"""What a program's file tells about itself."""

import hashlib
import os
import platform
import re
import struct
import subprocess

from .fault import Fault

# ELF's number of a machine, and the image specification's name of it.
MACHINES = {62: "amd64", 183: "arm64"}
NATIVE = {"x86_64": "amd64", "aarch64": "arm64"}
PROGRAM_HEADER_INTERPRETER = 3


class Binary:
    """A static program for Linux, read once."""

    def __init__(self, path):
        try:
            with open(path, "rb") as file:
                self.content = file.read()
        except OSError as error:
            raise Fault(f"{path}: {error.strerror}; make release builds it") from error
        self.path = path
        self.architecture = self._architecture()
        self._require_static()

    def _architecture(self):
        content = self.content
        if content[:4] != b"\x7fELF" or content[4:6] != b"\x02\x01":
            raise Fault(f"{self.path}: no 64-bit, little-endian ELF file")
        (machine,) = struct.unpack_from("<H", content, 18)
        if machine not in MACHINES:
            raise Fault(f"{self.path}: for machine {machine}; known are {sorted(MACHINES.values())}")
        return MACHINES[machine]

    def _require_static(self):
        """The image has no dynamic linker: a program that asks for one would not start in it."""
        (start,) = struct.unpack_from("<Q", self.content, 32)
        size, count = struct.unpack_from("<HH", self.content, 54)
        for index in range(count):
            (kind,) = struct.unpack_from("<I", self.content, start + index * size)
            if kind == PROGRAM_HEADER_INTERPRETER:
                raise Fault(f"{self.path}: not static, so it cannot run in an empty image; make release")

    def digest(self, algorithm):
        return hashlib.new(algorithm, self.content).hexdigest()

    def holds(self, text):
        """Whether it has this text, as a whole string of C."""
        return b"\0" + text.encode() + b"\0" in self.content

    def compiler(self):
        """The version of the GCC whose libraries are in it, as that compiler left it there."""
        found = re.search(rb"GCC: \([^)]*\) ([0-9.]+)", self.content)
        return found.group(1).decode() if found else ""

    def identity(self):
        """The version and the commit that it says it is; none where it does not know its commit.

        That needs a machine that can run it.
        """
        if NATIVE.get(platform.machine()) != self.architecture:
            raise Fault(f"{self.path}: for {self.architecture}, and so not run here: give --version")
        answer = subprocess.run(
            [os.path.abspath(self.path), "--version"],
            capture_output=True, text=True, timeout=30, check=False)
        identity = parsed(answer.stdout)
        if answer.returncode != 0 or not identity:
            raise Fault(f"{self.path} --version: {answer.returncode}, {answer.stdout + answer.stderr!r}")
        return identity


def parsed(text):
    """Version, commit and whether it was modified, of what `--version` prints; nothing of another text."""
    found = re.match(
        r"mountmon (?P<version>\d\S*)(?: \(commit (?P<commit>[0-9a-f]{7,40})(?P<modified>, modified)?)?", text)
    return found and (found["version"], found["commit"] or "", bool(found["modified"]))
