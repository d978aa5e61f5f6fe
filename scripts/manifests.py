#!/usr/bin/env python3
"""Prints the documents of YAML files as JSON: a list of {"path", "document"}.

Refuses what YAML readers pass over in silence and Kubernetes does not mean: a key that is there
twice, and a file without a document.
"""
import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    "reading an object", node.start_mark, f"the key {name!r} is there twice",
                    key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def documents(path):
    with open(path, encoding="utf-8") as file:
        found = [d for d in yaml.load_all(file, Loader=Loader) if d is not None]
    if not found:
        raise yaml.YAMLError(f"{path}: no document in it")
    return [{"path": path, "document": document} for document in found]


def main():
    try:
        json.dump([d for path in sys.argv[1:] for d in documents(path)], sys.stdout)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        sys.exit(f"manifests.py: {error}")


main()
