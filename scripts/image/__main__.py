"""Builds container images of mountmon: see `python3 scripts/image --help` and docs/supply-chain.md."""

import argparse
import json
import os
import subprocess
import sys

if not __package__:  # Run by the name of the folder, which is then no package yet.
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    __package__ = "image"
    import image  # noqa: F401

from .binary import Binary
from .fault import Fault
from .image import annotations, build, join
from .layout import read
from .sbom import bill


def main():
    options = parse()
    try:
        options.run(options)
    except Fault as fault:
        sys.exit(f"image: {fault}")


def parse():
    parser = argparse.ArgumentParser(prog="scripts/image", description="Container images as files.")
    commands = parser.add_subparsers(required=True)

    one = commands.add_parser("build", help="an image of a static binary, and its bill of materials")
    one.add_argument("--binary", default="out/mountmon")
    one.add_argument("--facts", help="what it was linked from (BINARY.facts.json where that is there)")
    one.add_argument("--output", default="out/image", help="a folder (out/image)")
    one.add_argument("--name", default="mountmon:dev", help="the image's name and tag (mountmon:dev)")
    one.add_argument("--version", help="what the binary says of itself, unless given")
    one.add_argument("--source", default="", help="where the sources are, an annotation")
    one.add_argument("--load", action="store_true", help="into Docker too, where an engine answers")
    one.set_defaults(run=build_one)

    several = commands.add_parser("join", help="one OCI archive for several machines")
    several.add_argument("archives", nargs="+", metavar="ARCHIVE.oci.tar")
    several.add_argument("--output", required=True, help="the archive to write")
    several.add_argument("--name", default="mountmon:dev")
    several.set_defaults(run=build_several)

    named = commands.add_parser("digest", help="print the digest of the image in an OCI archive")
    named.add_argument("archive", metavar="ARCHIVE.oci.tar")
    named.set_defaults(run=lambda options: print(read(options.archive)[1]["digest"]))
    return parser.parse_args()


def build_one(options):
    binary = Binary(options.binary)
    version, commit, modified = (options.version, "", False) if options.version else binary.identity()
    epoch = commit_time(commit or "HEAD")
    notes = annotations(version, revision(commit, modified), epoch, options.source)
    layout, entry = build(binary, notes, epoch)
    facts = read_facts(options)
    if facts is None:
        print("image: what this binary was linked from is not known; its bill of materials lacks versions",
              file=sys.stderr)
    document = bill(binary, facts, {"version": version, "epoch": epoch, "digest": entry["digest"]})
    stem = os.path.join(options.output, f"mountmon-linux-{binary.architecture}")
    write(f"{stem}.oci.tar", layout.oci_archive(entry, options.name, epoch))
    write(f"{stem}.docker.tar", layout.docker_archive(entry, options.name, epoch))
    write(f"{stem}.spdx.json", document)
    if facts:
        write(f"{stem}.resolved.json", (json.dumps(facts["resolved"], indent=2) + "\n").encode())
    print(f"{options.name} for linux/{binary.architecture}: {entry['digest']}")
    if options.load:
        load(f"{stem}.docker.tar")


def load(archive):
    """Gives the image to the container engine that answers; without one that is no fault."""
    try:
        answers = subprocess.run(
            ["docker", "version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        answers = False
    if not answers:
        print(f"no container engine answers here; where one does: docker load --input {archive}")
    elif subprocess.run(["docker", "load", "--quiet", "--input", archive], check=False).returncode != 0:
        raise Fault(f"docker load --input {archive}: it failed, as said above")


def build_several(options):
    joined, entry = join([read(path) for path in options.archives])
    write(options.output, joined.oci_archive(entry, options.name, commit_time("HEAD")))
    print(f"{options.name}: {entry['digest']}")


def read_facts(options):
    path = options.facts or f"{options.binary}.facts.json"
    if not options.facts and not os.path.exists(path):
        return None
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise Fault(f"{path}: {error}") from error


def commit_time(commit):
    """The one time in an image: SOURCE_DATE_EPOCH, else that of the commit."""
    text = os.environ.get("SOURCE_DATE_EPOCH") or git("show", "-s", "--format=%ct", commit)
    if not text or not text.isdigit():
        raise Fault(f"{commit}: no commit to take the time from; run it in its checkout, or set"
                    " SOURCE_DATE_EPOCH to seconds since 1970")
    return int(text)


def revision(commit, modified):
    """The commit that the binary names, in full; else that of the checkout. Marked where the tree held
    what no commit does."""
    if commit:
        full = git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}") or commit
    else:
        full, modified = git("rev-parse", "HEAD"), bool(git("status", "--porcelain"))
    return full and full + ("-modified" if modified else "")


def git(*words):
    """What git says; nothing where it has nothing to say."""
    here = os.path.dirname(os.path.abspath(__file__))
    try:
        answer = subprocess.run(
            ["git", "-C", here, *words], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def write(path, content):
    """A file that is there whole or not at all."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path + ".part", "wb") as file:
        file.write(content)
    os.replace(path + ".part", path)
    print(f"{len(content):>10} bytes  {path}")


if __name__ == "__main__":
    main()
