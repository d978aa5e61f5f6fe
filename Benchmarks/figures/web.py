"""What the HTTP server can do, what a request costs, and what clients cost in memory."""

import os
import re
import resource
import shutil
import socket
import subprocess
from statistics import median

from rig import machine
from rig.bench import Bench, NotTaken
from rig.report import Row, megabytes, spread
from rig.subjects import Subject

#: The Go sidecar's, in CPU-µs per request.
GO_SIDECAR = 14.5


def requests(bench: Bench) -> list[Row]:
    """`wrk -t1 -c8`, each server on one core and wrk on the other, in turns."""
    if shutil.which("wrk") is None:
        raise NotTaken("needs wrk (apt-get install wrk)")
    paths = bench.ground.mounts(3)
    ours = bench.sidecar(paths, "directory")
    ours.wait_until_ready()
    with ours.client() as client:
        size = len(client.get("/healthz/ready")[1])
    go = bench.go(paths, "directory", size=size)
    runs = {"mountmon": (ours, "/healthz/ready")}
    if go:
        go.wait_until_ready()
        runs["Go"] = (go, "/healthz/ready")
        runs["Go, fixed body"] = (go, "/fixed")
    samples = {name: [] for name in runs}
    for _ in range(bench.times(3, 1)):
        for name, (subject, path) in runs.items():
            bench.tell(f"wrk: {name}")
            samples[name].append(_load(subject, path, bench.seconds(5, 3)))
    memory = ours.memory()
    for subject in filter(None, (ours, go)):
        subject.end()
    return _rows(samples) + [_after_load(memory)]


def connections(bench: Bench) -> list[Row]:
    """1000 clients that have asked once and keep their connections."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < 1100:
        raise NotTaken("needs more than 1100 descriptors (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    paths = bench.ground.mounts(3)
    words, values = [], {}
    for subject in filter(None, (bench.sidecar(paths, "directory"), bench.go(paths, "directory"))):
        subject.wait_until_ready()
        clients = [subject.client() for _ in range(1000)]
        for client in clients:
            client.get("/healthz/ready")
        bench.sleep(3, "1000 connections")
        memory = subject.memory()
        kept = sum(_is_open(client.connection) for client in clients)
        words.append(f"{subject.name} Pss {megabytes(memory.pss)} ({kept} kept open)")
        values[subject.name] = {**vars(memory), "kept": kept}
        for client in clients:
            client.close()
        subject.end()
    return [Row("memory with 1000 idle connections", "; ".join(words), values=values)]


def _load(subject: Subject, path: str, seconds: float) -> tuple[float, float]:
    """Requests a second, and CPU-µs a request."""
    driver = ["wrk", "-t1", "-c8", f"-d{seconds:.0f}s", f"http://127.0.0.1:{subject.port}{path}"]
    if (os.cpu_count() or 1) > 1:
        subject.pin(0)
        driver = ["taskset", "-c", "1", *driver]
    before = subject.cpu_seconds()
    done = subprocess.run(driver, capture_output=True, text=True, check=True)
    used = subject.cpu_seconds() - before
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise NotTaken(f"wrk: {done.stdout}")
    count = int(re.search(r"(\d+) requests in", done.stdout)[1])
    rate = float(re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)[1])
    return rate, used / count * 1e6


def _rows(samples: dict[str, list[tuple[float, float]]]) -> list[Row]:
    rates = {name: [rate for rate, _ in found] for name, found in samples.items()}
    costs = {name: [cost for _, cost in found] for name, found in samples.items()}
    rate, cost = median(rates["mountmon"]), median(costs["mountmon"])
    values = {"rates": rates, "costs": costs, "load": machine.load()}

    def words(of: dict[str, list[float]], unit: str, digits: int) -> str:
        others = [f"{name} {median(found):.{digits}f}" for name, found in of.items()]
        return "; ".join([spread(of["mountmon"], unit, digits), *others[1:]])

    return [
        Row(
            "/healthz/ready on one core",
            words(rates, "/s", 0),
            ">= Go reference",
            values=values,
            beside_go=rate >= median(rates["Go"]) if "Go" in rates else None,
        ),
        Row(
            "/healthz/ready, CPU per request",
            words(costs, "us", 1),
            f"<= {GO_SIDECAR} us (Go sidecar), <= Go reference",
            cost <= GO_SIDECAR,
            values,
            cost <= median(costs["Go"]) if "Go" in costs else None,
        ),
    ]


def _after_load(memory) -> Row:
    words = f"Pss {megabytes(memory.pss)}; RSS {megabytes(memory.rss)}"
    return Row("memory after HTTP load, 3 directory mounts", words, values=vars(memory))


def _is_open(connection: socket.socket | None) -> bool:
    """Whether the server has left it open."""
    if connection is None:
        return False
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
