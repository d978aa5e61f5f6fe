#!/usr/bin/env python3
"""Holds objects of types that manifests define themselves against those definitions, strictly.

    custom-resources.py FILE…

Looks at each CustomResourceDefinition of the files: whether its schema is structural, as the API
server asks for, whether its defaults fit it, and whether its columns show what they say. Then at each
object of such a type, also those that are kept as JSON in a ConfigMap: a field that the schema does
not know is a fault, since the API server would drop it. Prints the files that hold nothing but such
objects, since nobody else can judge them.
"""
import json
import re
import sys

import jsonschema
import yaml

KNOWN = {
    "type", "format", "description", "default", "enum", "properties", "required", "items",
    "additionalProperties", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems",
    "maxItems", "minProperties", "maxProperties", "nullable", "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-validations",
    "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields",
}
SCALARS = {"string", "integer", "number", "boolean"}


def strict(schema):
    """The same schema, which refuses what it does not name."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {}
    for key, value in schema.items():
        if key == "properties":
            made[key] = {name: strict(child) for name, child in value.items()}
        elif key in ("items", "additionalProperties"):
            made[key] = strict(value)
        else:
            made[key] = value
    if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made["additionalProperties"] = False
    return made


def structure(schema, path):
    """What the API server would not take."""
    for key in schema:
        if key not in KNOWN:
            yield f"{path}: {key} has no place in a structural schema"
    if "type" not in schema and not schema.get("x-kubernetes-int-or-string"):
        yield f"{path}: it has no type"
    if "properties" in schema and "additionalProperties" in schema:
        yield f"{path}: it has properties and additionalProperties"
    for name in schema.get("required", []):
        if name not in schema.get("properties", {}):
            yield f"{path}: it requires {name}, which is no property"
    kind = schema.get("x-kubernetes-list-type")
    items = schema.get("items", {})
    if schema.get("type") == "array" and "items" not in schema:
        yield f"{path}: what its items are is not said"
    if kind == "set" and items.get("type") not in SCALARS:
        yield f"{path}: a set has to be of scalars"
    if kind == "map":
        for key in schema.get("x-kubernetes-list-map-keys", []) or [""]:
            child = items.get("properties", {}).get(key, {})
            if child.get("type") not in SCALARS or key not in items.get("required", []):
                yield f"{path}: its items need no {key!r}, which is to tell them apart"
    if "default" in schema:
        for error in jsonschema.Draft202012Validator(strict(schema)).iter_errors(schema["default"]):
            yield f"{path}: its default does not fit: {error.message}"
    for name, child in schema.get("properties", {}).items():
        yield from structure(child, f"{path}.{name}")
    if "items" in schema:
        yield from structure(items, f"{path}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from structure(schema["additionalProperties"], f"{path}.*")


def column(schema, one):
    """What is wrong with a column; `None` where nothing is."""
    if one["jsonPath"].startswith(".metadata."):
        return None
    # What stands in quotes may be anything; what stands in brackets chooses among items.
    path = re.sub(r'"[^"]*"', "", one["jsonPath"])
    for name, index in re.findall(r"\.(\w+)((?:\[[^]]*\])?)", re.sub(r"@\.", "", path)):
        schema = schema.get("properties", {}).get(name)
        if schema is None:
            return f"there is no {name}"
        if index:
            schema = schema.get("items", {})
    shown = "date" if schema.get("format") == "date-time" else schema.get("type")
    if one["type"] != shown:
        return f"it says {one['type']}, and the field is of the type {shown}"
    return None


def validators(definition, path):
    group, kind = definition["spec"]["group"], definition["spec"]["names"]["kind"]
    for version in definition["spec"]["versions"]:
        schema = version["schema"]["openAPIV3Schema"]
        name = f"{path}: {kind} {version['name']}"
        faults = list(structure(schema, f"{name} "))
        for one in version.get("additionalPrinterColumns", []):
            fault = column(schema, one)
            if fault:
                faults.append(f"{name}: column {one['name']}: {fault}")
        if not faults:
            jsonschema.Draft202012Validator.check_schema(schema)
        checked = strict(schema)
        checked["properties"] = dict(checked["properties"], metadata={"type": "object"})
        yield f"{group}/{version['name']}", kind, jsonschema.Draft202012Validator(checked), faults


def kept(document):
    """Objects that a ConfigMap keeps as JSON."""
    if document.get("kind") == "ConfigMap":
        for name, text in document.get("data", {}).items():
            if name.endswith(".json"):
                yield name, json.loads(text)


def main():
    documents = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            documents += [(path, d) for d in yaml.safe_load_all(file) if isinstance(d, dict)]
    types, faults = {}, []
    for path, document in documents:
        if document.get("kind") != "CustomResourceDefinition":
            continue
        for version, kind, validator, found in validators(document, path):
            types[version, kind] = validator
            faults += found
    own, others = set(), set()
    for path, document in documents:
        validator = types.get((document.get("apiVersion"), document.get("kind")))
        (own if validator else others).add(path)
        judged = [(path, validator, document)] if validator else []
        for name, value in kept(document):
            inner = types.get((value.get("apiVersion"), value.get("kind")))
            if inner:
                judged.append((f"{path}: {name}", inner, value))
        for place, inner, value in judged:
            for error in inner.iter_errors(value):
                faults.append(f"{place}: {error.json_path}: {error.message}")
    print("\n".join(sorted(own - others)))
    if faults:
        sys.exit("\n".join(faults))


try:
    main()
except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
    sys.exit(f"custom-resources.py: {type(error).__name__}: {error}")
except jsonschema.SchemaError as error:
    sys.exit(f"custom-resources.py: a schema is none: {error.message}")
