#!/usr/bin/env python3
"""Keeps what kustomize makes of Examples/kubernetes: Tests/Kustomized.

    kustomized.py record    # runs `kubectl kustomize`: kubectl 1.27 or newer
    kustomized.py check     # needs no kubectl: is what is kept still made of what lies there?

Debian has no kustomize that knows components. So its answer is kept, with a digest of all that it was
made of; comments and the order of keys are no part of that. The tests judge what is kept.
"""
import hashlib
import json
import os
import re
import subprocess
import sys

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = os.path.join(ROOT, "Examples", "kubernetes")
KEPT = os.path.join(ROOT, "Tests", "Kustomized")
NEEDS = re.compile(r"# Needs Kubernetes (\d+)\.(\d+) or newer\.\n")


def inputs(folder):
    """The files that a kustomization is made of, by itself and by those that it names."""
    own = os.path.join(folder, "kustomization.yaml")
    yield own
    with open(own, encoding="utf-8") as file:
        kustomization = yaml.safe_load(file)
    for name in kustomization.get("resources", []) + kustomization.get("components", []):
        path = os.path.normpath(os.path.join(folder, name))
        if os.path.isdir(path):
            yield from inputs(path)
        else:
            yield path


def digest(folder):
    """A digest of what a kustomization is made of, and the version that all of it needs."""
    found, needs = hashlib.sha256(), (1, 25)
    for path in inputs(folder):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        said = NEEDS.match(text)
        if said:
            needs = max(needs, (int(said[1]), int(said[2])))
        documents = list(yaml.safe_load_all(text))
        found.update(json.dumps([os.path.relpath(path, SOURCES), documents], sort_keys=True).encode())
    return found.hexdigest(), f"{needs[0]}.{needs[1]}"


def folders():
    for name, _, files in sorted(os.walk(SOURCES)):
        if "kustomization.yaml" in files:
            with open(os.path.join(name, "kustomization.yaml"), encoding="utf-8") as file:
                if yaml.safe_load(file)["kind"] == "Kustomization":
                    yield name


def place(folder):
    return os.path.join(KEPT, os.path.relpath(folder, SOURCES).replace(os.sep, "-") + ".yaml")


def record():
    said = subprocess.run(["kubectl", "version", "--client", "--output=json"], check=True,
                          capture_output=True, text=True).stdout
    version = json.loads(said)["kustomizeVersion"]
    os.makedirs(KEPT, exist_ok=True)
    for name in os.listdir(KEPT):
        os.remove(os.path.join(KEPT, name))
    for folder in folders():
        made = subprocess.run(["kubectl", "kustomize", folder], check=True, capture_output=True,
                              text=True).stdout
        of, needs = digest(folder)
        with open(place(folder), "w", encoding="utf-8") as file:
            file.write(f"# Needs Kubernetes {needs} or newer.\n#\n# Made by kustomize {version}; do not "
                       f"edit: scripts/kustomized.py record\n# of: {of}\n{made}")


def check():
    stale = []
    for folder in folders():
        try:
            with open(place(folder), encoding="utf-8") as file:
                if f"# of: {digest(folder)[0]}\n" not in file.read(400):
                    stale.append(folder)
        except FileNotFoundError:
            stale.append(folder)
    left = set(os.listdir(KEPT)) - {os.path.basename(place(folder)) for folder in folders()}
    for folder in stale:
        print(f"{os.path.relpath(folder, ROOT)} has changed since kustomize was asked: "
              "scripts/kustomized.py record (needs kubectl 1.27 or newer)", file=sys.stderr)
    for name in sorted(left):
        print(f"Tests/Kustomized/{name} is of no kustomization", file=sys.stderr)
    sys.exit(1 if stale or left else 0)


COMMANDS = {"record": record, "check": check}
if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
    sys.exit(__doc__)
try:
    COMMANDS[sys.argv[1]]()
except FileNotFoundError as error:
    sys.exit(f"kustomized.py: {error.filename} is not there")
except subprocess.CalledProcessError as error:
    sys.exit(f"kustomized.py: {' '.join(error.cmd)}: {error.stderr}")
