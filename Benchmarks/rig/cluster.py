#!/usr/bin/env python3
"""A cluster with VolSync in it, and as much of the Kubernetes API as `mountmon volsync` asks for.

`cluster.py PODS SOURCES` serves on loopback. Reads lines: `fail N` lets the backup of source N fail on
an old lock, `touch N` changes a pod that nobody is interested in. Writes lines: `listening PORT`, then
`failed N WHEN` and `planned N WHEN` (the unlock Job of source N was asked for), by the monotonic clock.
"""

import json
import queue
import sys
import threading
import time
import urllib.parse

from serving import Handler, Server

NAMESPACE = "backups"
BORN = "2026-01-01T00:00:00Z"
#: Ends of the names of the mover that fails, and of the one that was killed before it.
LIVE, DEAD = "alive", "died0"
LOG = """unable to create lock in backend: repository is already locked by PID 17 on {host} by root (UID 0, GID 0)
lock was created at {when} (2m0.5s ago)
storage ID 8a2b0c11
the `unlock` command can be used to remove stale locks
"""


def ballast(size: int) -> list[dict]:
    """Environment as pods have it: what a client has to read and need not keep."""
    return [{"name": f"SETTING_{n}", "value": "x" * 60} for n in range(size)]


class World:
    """Objects by collection, the history of their changes, and who listens."""

    def __init__(self, pods: int, sources: int):
        self.lock = threading.RLock()
        self.version = 1000
        self.objects: dict[str, dict[str, dict]] = {
            "pods": {}, "jobs": {}, "nodes": {}, "replicationsources": {},
            "replicationdestinations": {}, "leases": {}, "events": {},
        }
        self.watchers: list[tuple[str, queue.SimpleQueue]] = []
        self.put("nodes", self._node())
        for number in range(pods):
            self.put("pods", self._bystander(number))
        for number in range(sources):
            self.put("replicationsources", self._source(number))
            self.put("jobs", self._job(number))
            for suffix in (LIVE, DEAD):
                self.put("pods", self._mover(number, suffix))

    def put(self, kind: str, item: dict) -> dict:
        with self.lock:
            self.version += 1
            key = f"{item['metadata'].get('namespace', '')}/{item['metadata']['name']}"
            change = "MODIFIED" if key in self.objects[kind] else "ADDED"
            item["metadata"]["resourceVersion"] = str(self.version)
            item["metadata"].setdefault("uid", f"00000000-0000-4000-8000-{self.version:012d}")
            item["metadata"].setdefault("creationTimestamp", BORN)
            self.objects[kind][key] = item
            self.tell(kind, change, item)
            return item

    def tell(self, kind: str, change: str, item: dict) -> None:
        line = json.dumps({"type": change, "object": item}).encode() + b"\n"
        for wanted, listener in self.watchers:
            if wanted == kind:
                listener.put(line)

    def fail(self, number: int) -> None:
        with self.lock:
            pod = json.loads(json.dumps(self.objects["pods"][f"{NAMESPACE}/{mover(number, LIVE)}"]))
            pod["status"] = self._ended(11)
            when = time.monotonic()
            self.put("pods", pod)
        say("failed", number, when)

    def touch(self, number: int) -> None:
        with self.lock:
            pod = json.loads(json.dumps(self.objects["pods"][f"apps/app-{number}"]))
            pod["metadata"]["annotations"] = {"touched": str(self.version)}
            self.put("pods", pod)

    @staticmethod
    def _node() -> dict:
        ready = {"type": "Ready", "status": "True", "lastHeartbeatTime": BORN}
        return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"},
                "status": {"conditions": [ready]}}

    @staticmethod
    def _bystander(number: int) -> dict:
        container = {"name": "app", "image": "example.invalid/app:1", "env": ballast(30)}
        state = {"name": "app", "ready": True, "restartCount": 0, "image": "example.invalid/app:1",
                 "imageID": "", "state": {"running": {"startedAt": BORN}}}
        return {"apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": f"app-{number}", "namespace": "apps", "labels": {"app": "x"}},
                "spec": {"nodeName": "node-1", "containers": [container]},
                "status": {"phase": "Running", "containerStatuses": [state]}}

    def _source(self, number: int) -> dict:
        restic = {"repository": f"secret-{number}", "copyMethod": "Snapshot"}
        return {"apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationSource",
                "metadata": {"name": f"source-{number}", "namespace": NAMESPACE},
                "spec": {"sourcePVC": f"data-{number}", "restic": restic}, "status": {}}

    def _job(self, number: int) -> dict:
        owner = self.objects["replicationsources"][f"{NAMESPACE}/source-{number}"]
        return {"apiVersion": "batch/v1", "kind": "Job",
                "metadata": {"name": f"volsync-src-source-{number}", "namespace": NAMESPACE,
                             "labels": {"app.kubernetes.io/created-by": "volsync"},
                             "ownerReferences": [_owner(owner)]},
                "spec": {"backoffLimit": 8, "template": {"spec": {}}}, "status": {}}

    def _mover(self, number: int, suffix: str) -> dict:
        job = self.objects["jobs"][f"{NAMESPACE}/volsync-src-source-{number}"]
        reference = {"secretKeyRef": {"name": f"secret-{number}", "key": "RESTIC_REPOSITORY"}}
        container = {"name": "restic", "image": "example.invalid/volsync:0.16",
                     "command": ["/mover-restic/entry.sh"], "args": ["backup"],
                     "env": [{"name": "RESTIC_REPOSITORY", "valueFrom": reference}] + ballast(20)}
        state = {"name": "restic", "ready": True, "restartCount": 0, "imageID": "",
                 "image": "example.invalid/volsync:0.16", "state": {"running": {"startedAt": BORN}}}
        return {"apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": mover(number, suffix), "namespace": NAMESPACE,
                             "labels": {"app.kubernetes.io/created-by": "volsync",
                                        "batch.kubernetes.io/job-name": job["metadata"]["name"]},
                             "ownerReferences": [_owner(job)]},
                "spec": {"nodeName": "node-1", "restartPolicy": "Never", "containers": [container]},
                "status": self._ended(137) if suffix == DEAD
                else {"phase": "Running", "containerStatuses": [state]}}

    @staticmethod
    def _ended(code: int) -> dict:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        ended = {"exitCode": code, "reason": "Error", "startedAt": now, "finishedAt": now}
        state = {"name": "restic", "ready": False, "restartCount": 0, "imageID": "",
                 "image": "example.invalid/volsync:0.16", "state": {"terminated": ended}}
        return {"phase": "Failed", "containerStatuses": [state]}


def mover(number: int, suffix: str) -> str:
    return f"volsync-src-source-{number}-{suffix}"


def log(pod: str) -> str:
    """What the mover that failed wrote: its predecessor has left a lock."""
    if not pod.endswith(LIVE):
        return "Killed\n"
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - 120))
    return LOG.format(host=pod.removesuffix(LIVE) + DEAD, when=when)


def _owner(item: dict) -> dict:
    return {"apiVersion": item["apiVersion"], "kind": item["kind"], "controller": True,
            "name": item["metadata"]["name"], "uid": item["metadata"]["uid"]}


def say(*words) -> None:
    print(*words, flush=True)


class API(Handler):
    """One connection."""

    world: World

    def parts(self) -> tuple[list[str], dict[str, str]]:
        url = urllib.parse.urlsplit(self.path)
        words = url.path.strip("/").split("/")
        words = words[2:] if words[0] == "api" else words[3:]
        return words, dict(urllib.parse.parse_qsl(url.query))

    def place(self) -> tuple[str, str | None, str | None, str | None]:
        """Kind, namespace, name, subresource."""
        words, _ = self.parts()
        namespace = None
        if words[0] == "namespaces" and len(words) > 2:
            namespace, words = words[1], words[2:]
        words += [None, None]
        return words[0], namespace, words[1], words[2]

    def do_GET(self):
        kind, namespace, name, part = self.place()
        _, query = self.parts()
        objects = self.world.objects.get(kind)
        if objects is None:
            return self.refuse(404, "NotFound")
        if part == "log":
            return self.answer(200, log(name).encode(), "text/plain")
        if name is not None:
            found = objects.get(f"{namespace or ''}/{name}")
            return self.refuse(404, "NotFound") if found is None else self.json(200, found)
        if query.get("watch") in ("1", "true"):
            return self.watch(kind, query)
        with self.world.lock:
            items = [i for i in objects.values() if namespace in (None, i["metadata"].get("namespace"))]
            start = int(query.get("continue") or 0)
            limit = int(query.get("limit") or len(items) or 1)
            about = {"resourceVersion": str(self.world.version)}
            if start + limit < len(items):
                about["continue"] = str(start + limit)
            page = {"kind": "List", "apiVersion": "v1", "metadata": about,
                    "items": items[start:start + limit]}
            self.json(200, page)

    def watch(self, kind: str, query: dict[str, str]) -> None:
        listener = queue.SimpleQueue()
        since = int(query.get("resourceVersion") or 0)
        with self.world.lock:
            for item in self.world.objects[kind].values():
                if int(item["metadata"]["resourceVersion"]) > since:
                    listener.put(json.dumps({"type": "MODIFIED", "object": item}).encode() + b"\n")
            self.world.watchers.append((kind, listener))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        end = time.monotonic() + float(query.get("timeoutSeconds") or 60)
        try:
            while (left := end - time.monotonic()) > 0:
                try:
                    line = listener.get(timeout=left)
                except queue.Empty:
                    break
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        finally:
            with self.world.lock:
                self.world.watchers.remove((kind, listener))

    def do_POST(self):
        kind, namespace, _, _ = self.place()
        item = json.loads(self.body())
        item["metadata"].setdefault("namespace", namespace)
        if kind == "jobs":
            when = time.monotonic()
            text = json.dumps(item)
            number = text.partition('"secret-')[2].partition('"')[0]
            say("planned", number, when)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        item["metadata"]["creationTimestamp"] = now
        if kind not in self.world.objects:
            return self.refuse(404, "NotFound")
        self.json(201, self.world.put(kind, item))

    def do_PUT(self):
        kind, namespace, name, _ = self.place()
        item = json.loads(self.body())
        item["metadata"].setdefault("namespace", namespace)
        self.json(200, self.world.put(kind, item))

    do_PATCH = do_PUT

    def do_DELETE(self):
        self.body()
        self.refuse(404, "NotFound")

    def refuse(self, code: int, reason: str) -> None:
        self.json(code, {"kind": "Status", "apiVersion": "v1", "status": "Failure",
                         "reason": reason, "message": reason, "code": code})

    def json(self, code: int, value: dict) -> None:
        self.answer(code, json.dumps(value).encode())


def main() -> None:
    world = World(int(sys.argv[1]), int(sys.argv[2]))
    API.world = world
    server = Server(("127.0.0.1", 0), API)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say("listening", server.server_address[1])
    for line in sys.stdin:
        command, number = line.split()
        {"fail": world.fail, "touch": world.touch}[command](int(number))


if __name__ == "__main__":
    main()
