#!/usr/bin/env python3
"""Holds workflows against the rules of docs/supply-chain.md: what others wrote is pinned, and rights are few.

usage: check-workflows.py [FOLDER]    # .github/workflows unless given
"""

import pathlib
import re
import sys

import yaml

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
LOCAL = re.compile(r"\./\S+$")
# The line of an action ends with its version.
VERSION = re.compile(r" # v\d+\.\d+\.\d+$")
# A volume that the jobs use as their /tmp: the engine makes its folder for root alone.
TEMPORARY = re.compile(r":/tmp/?(:\w+)?$")
# The tag of an image has a whole version, or the digest says which it is.
IMAGE = re.compile(r"@sha256:[0-9a-f]{64}$|:\d+\.\d+\.\d+[\w.-]*$")
READING = {"read", "none"}


def findings(text):
    """What is wrong with a workflow, a line for each."""
    lines = text.splitlines()
    for name, number in actions(yaml.compose(text, Loader=yaml.SafeLoader)):
        is_pinned = PINNED.match(name) and VERSION.search(lines[number].rstrip())
        if not is_pinned and not LOCAL.match(name):
            yield f"{number + 1}: an action is named by its commit and, as a comment, its version: {name}"
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


def actions(node):
    """What a workflow uses, however that is written, with the index of its line."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from actions(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "uses":
                yield str(value.value), value.start_mark.line
            else:
                yield from actions(value)


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
    volumes = [] if isinstance(container, str) else container.get("volumes", [])
    if any(TEMPORARY.search(volume) for volume in volumes) and (
            str(job["steps"][0].get("run", "")).strip() != "chmod 1777 /tmp"):
        yield "container: with a volume on /tmp the first step is `chmod 1777 /tmp`: others than root write there"
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
