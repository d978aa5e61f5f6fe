#!/usr/bin/env python3
"""Says which public types of a library stand under no topic of its DocC catalog.

usage: topics.py CATALOG SYMBOL-GRAPH

DocC lists what nobody curated by kind, at the end of the page, without a word: a reader does not find it there.
"""

import json
import pathlib
import re
import sys


def curated(catalog):
    """The symbols that are listed below a `## Topics` heading of any page."""
    found = set()
    for page in catalog.rglob("*.md"):
        _, _, topics = page.read_text(encoding="utf-8").partition("\n## Topics\n")
        found.update(re.findall(r"^- ``([^`]+)``$", topics, re.MULTILINE))
    return found


def public(graph):
    """The names of what stands at the top of a module."""
    symbols = json.loads(graph.read_text(encoding="utf-8"))["symbols"]
    return {s["pathComponents"][0] for s in symbols if len(s["pathComponents"]) == 1}


def main():
    catalog, graph = map(pathlib.Path, sys.argv[1:])
    # `Name-5f3a` tells one of several symbols of a name.
    listed = {name.rsplit("-", 1)[0] if "-" in name else name for name in curated(catalog)}
    missing = sorted(public(graph) - listed)
    for name in missing:
        print(f"{catalog}: no topic has ``{name}``", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
