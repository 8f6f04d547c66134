"""Examples drawn from shapes: what a field says of itself, else something of its kind."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
OF_FORMAT = {"uuid": "0199a3c8-5f6e-7b1c-8d2e-3f4a5b6c7d8e", "date-time": "2026-03-02T09:30:00Z", "date": "2026-03-02"}
OF_TYPE = {"integer": 3, "number": 0.94, "string": "Maria", "boolean": False, "null": None, "object": {}}
NOTHING = {"next_cursor", "error_code", "error", "fulfilled_at", "fulfilled_by", "breached_at", "acknowledged_at",
           "acknowledged_by", "failing_since", "erased_at"}  # fmt: skip


def example(schemas: Schema, schema: Schema, whole: bool = True) -> Any:
    """One example of a schema: all its fields, or only those that have to be there (at least one)."""
    if schema.get("examples"):
        return schema["examples"][0]
    schema = resolved(schemas, schema)
    if "anyOf" in schema:
        return example(schemas, schema["anyOf"][0], whole)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if schema.get("type") == "array":
        return [example(schemas, schema["items"], whole)]
    if "properties" in schema:
        return _fields(schemas, schema, whole)
    return OF_FORMAT.get(schema.get("format", ""), OF_TYPE.get(schema.get("type", "string")))


def resolved(schemas: Schema, schema: Schema) -> Schema:
    """The schema itself where this one only points to it."""
    found: Schema = schemas[named(schema)] if "$ref" in schema else schema
    return found


def named(schema: Schema) -> str:
    """The name that a schema points to, empty where it does not point."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _fields(schemas: Schema, schema: Schema, whole: bool) -> Schema:
    every = list(schema["properties"])
    wanted = every if whole else schema.get("required") or every[:1]
    return {name: None if name in NOTHING else example(schemas, schema["properties"][name], whole) for name in wanted}
