#!/usr/bin/env python3
"""Holds workflows against the rules of docs/supply-chain.md: what others wrote is pinned, and rights are few.

usage: check-workflows.py [FOLDER]    # .github/workflows unless given
"""

import pathlib
import re
import sys

import yaml

PINNED = re.compile(r"uses:\s*[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
LOCAL = re.compile(r"uses:\s*\./\S+$")
# The tag of an image has a whole version, or the digest says which it is.
IMAGE = re.compile(r"@sha256:[0-9a-f]{64}$|:\d+\.\d+\.\d+[\w.-]*$")
READING = {"read", "none"}


def findings(text):
    """What is wrong with a workflow, a line for each."""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip().removeprefix("- ")
        if line.startswith("uses:") and not PINNED.match(line) and not LOCAL.match(line):
            yield f"{number}: an action is named by its commit and, as a comment, its version: {line}"
    workflow = yaml.safe_load(text)
    # YAML 1.1 reads the key `on` as true.
    triggers = workflow.get("on", workflow.get(True)) or {}
    for trigger in {"pull_request_target", "workflow_run"} & set(triggers):
        yield f"on: {trigger} lets strangers' code run with the rights of the repository"
    rights = workflow.get("permissions")
    if not isinstance(rights, dict) or not set(rights.values()) <= READING:
        yield "permissions: a workflow says which it has, and has none that write"
    for name, job in workflow["jobs"].items():
        for finding in job_findings(job):
            yield f"jobs.{name}: {finding}"


def job_findings(job):
    """What is wrong with a job of a workflow."""
    if "uses" in job:
        return
    if "timeout-minutes" not in job:
        yield "timeout-minutes: is missing"
    if str(job.get("runs-on", "")).endswith("-latest"):
        yield "runs-on: says which version of the machine"
    container = job.get("container", {})
    image = container if isinstance(container, str) else container.get("image", "")
    if image and not IMAGE.search(image):
        yield f"container: {image} has neither a whole version nor a digest"
    for step in job["steps"]:
        if "${{" in step.get("run", ""):
            yield "run: an expression in a script is somebody's text as code; pass it by env"
        settings = step.get("with") or {}
        if step.get("uses", "").startswith("actions/checkout@") and (
                settings.get("persist-credentials") is not False):
            yield "actions/checkout: persist-credentials is false, so that no later step has the token"


def main():
    here = pathlib.Path(__file__).resolve().parent
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent / ".github/workflows"
    files = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")])
    wrong = [f"{file}: {finding}" for file in files for finding in findings(file.read_text("utf-8"))]
    if not files:
        wrong.append(f"{folder}: no workflow")
    print(f"{len(files)} workflows")
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
