"""What the tests of the image share: a place of their own, programs that end with it, and patience."""

import atexit
import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1
# Tests that look into scripts/image import this module first.
sys.path.insert(0, str(ROOT / "scripts"))
LIBC = ctypes.CDLL(None, use_errno=True)


def binary():
    """The release binary that is put into images."""
    return needed("MOUNTMON_BIN", ROOT / "out/mountmon", "make release")


def needed(variable, otherwise, remedy):
    path = pathlib.Path(os.environ.get(variable) or otherwise)
    path = path if path.is_absolute() else ROOT / path
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(f"{path}: no program; {remedy}, or set {variable}")
    return path


def until(condition, what, seconds=30):
    """Waits until something holds, and returns it; fails with `what` when it does not."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def run(*words, check=True, timeout=120, **options):
    """Runs a program to its end; its output is text, both streams of it."""
    answer = subprocess.run(
        [str(word) for word in words], text=True, timeout=timeout, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **options)
    if check and answer.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))}: {answer.returncode}\n{answer.stdout}")
    return answer


def images(*words, check=True, environment=None):
    """Runs scripts/image."""
    return run(sys.executable, ROOT / "scripts/image", *words, check=check,
               env=os.environ | (environment or {}))


def die_with_parent():
    """A program that was started does not outlive tests that were killed."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Lab(contextlib.ExitStack):
    """A folder whose content goes in the end, after whatever was started in it."""

    def __enter__(self):
        super().__enter__()
        # A run that is interrupted leaves without unwinding.
        atexit.register(self.close)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mountmon-image-"))
        self.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        return self

    def start(self, *words, log, **options):
        """Starts a program that is ended with the lab, by force where it has to be."""
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [str(word) for word in words], stdout=output, stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent, **options)
        self.callback(end, process)
        return process


def end(process):
    if process.stdin:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(20)
