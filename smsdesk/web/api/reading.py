"""The OpenAPI document as a person reads it: chapters of operations, each with what it takes and tells."""

from __future__ import annotations

import json
from dataclasses import dataclass

from smsdesk.web.api.examples import Schema, named, resolved


@dataclass(frozen=True)
class Field:
    """A parameter or a field: `kind` is its type in words."""

    name: str
    kind: str
    words: str
    required: bool


@dataclass(frozen=True)
class Deed:
    """One operation."""

    id: str
    method: str
    path: str
    summary: str
    words: str
    asks: tuple[Field, ...]
    takes: tuple[Field, ...]
    example: str
    status: str
    tells: str
    statuses: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chapter:
    """One resource: its operations, and the shapes that it tells."""

    name: str
    words: str
    deeds: tuple[Deed, ...]
    shapes: tuple[tuple[str, tuple[Field, ...]], ...]


def chapters(api: Schema) -> tuple[Chapter, ...]:
    """The document in the order of its tags."""
    found = [(path, method, it) for path, methods in api["paths"].items() for method, it in methods.items()]
    return tuple(_chapter(api, tag, found) for tag in api["tags"])


def _chapter(api: Schema, tag: Schema, found: list[tuple[str, str, Schema]]) -> Chapter:
    own = [one for one in found if one[2]["tags"] == [tag["name"]]]
    names = dict.fromkeys(_tells(api, it) for _, _, it in own)
    schemas = api["components"]["schemas"]
    shapes = tuple(
        (name, _fields(api, schemas[name])) for name in names if name in schemas and _at_home(name, tag["name"])
    )
    return Chapter(tag["name"], tag["description"], tuple(_deed(api, *one) for one in own), shapes)


def _deed(api: Schema, path: str, method: str, it: Schema) -> Deed:
    status = next(code for code in it["responses"] if code.startswith("2"))
    content = it.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = content.get("schema")
    responses = api["components"]["responses"]
    refused = tuple(
        (code, responses[one["$ref"].rpartition("/")[2]]["description"])
        for code, one in it["responses"].items()
        if "$ref" in one
    )
    return Deed(
        id=it["operationId"],
        method=method.upper(),
        path=api["servers"][0]["url"] + path,
        summary=it["summary"],
        words=it["description"],
        asks=tuple(_parameter(api, one) for one in it["parameters"] if one["in"] != "path"),
        takes=_fields(api, body) if body else (),
        example=json.dumps(content["example"], ensure_ascii=False) if body else "",
        status=status,
        tells=_tells(api, it),
        statuses=refused,
    )


def _tells(api: Schema, it: Schema) -> str:
    """The name of the shape that it answers, for a list that of its items."""
    content = next(one for code, one in it["responses"].items() if code.startswith("2"))["content"]
    if "application/json" not in content:
        return "bytes"
    name = named(content["application/json"]["schema"])
    items = api["components"]["schemas"][name]["properties"].get("items")
    return named(items["items"]) if items else name


def _at_home(shape: str, tag: str) -> bool:
    return tag.startswith(shape.lower())


def _parameter(api: Schema, one: Schema) -> Field:
    return Field(one["name"], _kind(api, one["schema"]), one["description"], one.get("required", False))


def _fields(api: Schema, schema: Schema) -> tuple[Field, ...]:
    schema = resolved(api["components"]["schemas"], schema)
    if "anyOf" in schema:
        return tuple(field for one in schema["anyOf"] for field in _fields(api, one))
    required = schema.get("required", [])
    return tuple(
        Field(name, _kind(api, one), one.get("description", ""), name in required)
        for name, one in schema["properties"].items()
    )


def _kind(api: Schema, schema: Schema) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(api, one) for one in schema["anyOf"])
    target = resolved(api["components"]["schemas"], schema)
    if "enum" in target:
        return " | ".join(str(word) for word in target["enum"])
    if "const" in target:
        return str(target["const"])
    if "$ref" in schema:
        return named(schema)
    if target.get("type") == "array":
        return f"list of {_kind(api, target['items'])}"
    return {"uuid": "id", "date-time": "moment"}.get(target.get("format", ""), str(target.get("type", "anything")))
