#!/usr/bin/env python3
"""Writes <service>.json: what an OpenAPI document says about requests, without its prose.

    tests/openapi/without_prose.py DOCUMENT SERVICE

Responses, and schemas that no request uses, are left out.
"""
import json
import pathlib
import sys

PROSE = {"description", "summary", "title", "example", "examples", "externalDocs", "tags", "operationId", "deprecated"}
METHODS = ("get", "put", "post", "patch", "delete")
# What maps names to schemas: a property may be called "description".
NAMES = {"properties", "patternProperties", "$defs"}


def schema(value):
    if isinstance(value, list):
        return [schema(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: {name: schema(inner) for name, inner in item.items()} if key in NAMES else
        item if key in ("enum", "const", "default", "required") else schema(item)
        for key, item in value.items()
        if key not in PROSE and not key.startswith("x-")
    }


def references(value):
    if isinstance(value, list):
        return {name for item in value for name in references(item)}
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return own | {name for item in value.values() for name in references(item)}


document = json.loads(pathlib.Path(sys.argv[1]).read_text())
paths = {}
for path, item in document["paths"].items():
    shared = {"parameters": item["parameters"]} if "parameters" in item else {}
    operations = {
        method: {key: item[method][key] for key in ("parameters", "requestBody") if key in item[method]}
        for method in METHODS
        if method in item
    }
    paths[path] = schema(shared | operations)

components, wanted = {}, references(paths)
while wanted:
    reference = wanted.pop()
    _, _, kind, name = reference.split("/")
    if name not in components.setdefault(kind, {}):
        components[kind][name] = schema(document["components"][kind][name])
        wanted |= references(components[kind][name])

short = {
    "openapi": document["openapi"],
    "paths": paths,
    "components": {kind: dict(sorted(items.items())) for kind, items in sorted(components.items())},
}
target = pathlib.Path(__file__).with_name(f"{sys.argv[2]}.json")
target.write_text(json.dumps(short, indent=1, ensure_ascii=False) + "\n")
