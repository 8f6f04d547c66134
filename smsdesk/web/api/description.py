"""The OpenAPI 3.1 document, derived from the operations: what runs is what is described."""

from __future__ import annotations

import re
from functools import cache
from inspect import getdoc
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from smsdesk.models.sign_in import TokenScope
from smsdesk.web.api.asking import IDEMPOTENCY_KEY, LONGEST_KEY
from smsdesk.web.api.contract import OPERATIONS, Operation
from smsdesk.web.api.examples import example
from smsdesk.web.api.problems import Problem

Document = dict[str, Any]
_PART = re.compile(r"<uuid:(\w+)>")
_REF = "#/components/schemas/{model}"
ABOUT = """Programs act for a person: a token sees what its person sees, within its scope (read, write, admin).
Moments are RFC 3339 in UTC. Lists come in pages: ask again with `next_cursor` as `cursor` until it is null.
Errors are problem+json (RFC 9457). What is not there and what is not yours look the same: 404."""
REASONS = {
    400: "The request cannot be read: an unknown or repeated parameter, a cursor of another list, broken JSON, a token in the address.",
    401: "No valid token.",
    403: "The token's scope or its person's role does not include this.",
    404: "There is no such thing, or it belongs to another team.",
    409: "Something happened meanwhile, or forbids it; the sentence says what.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The body has another shape, or cannot be done.",
    429: "Too many requests with this token; Retry-After says when to come back.",
    500: "Something broke. Nothing was changed.",
    503: "The database is away for a moment.",
}
NOT_FOR_AGENTS = {"reports", "policies", "webhooks"}  # to look at them asks for a lead or a manager
TAGS = {
    "conversations": "Everything between one customer and one number.",
    "messages": "Texts in and out.",
    "media": "Pictures and files that came with texts.",
    "consents": "Whether a customer may be texted.",
    "notes": "Between colleagues; customers never see them.",
    "assignments": "Who has a conversation.",
    "closures": "Resolved, or taken up again.",
    "waits": "A wait put aside, waved off, or made to press.",
    "clocks": "The promises of an episode.",
    "alerts": "What clocks told somebody.",
    "policies": "What is promised to whom.",
    "webhooks": "Programs that hear alerts.",
    "watches": "Figures that are looked at all the time.",
    "events": "What happened, in order.",
    "reports": "How promises were kept, over days and weeks.",
    "customers": "Who texts.",
    "exports": "Everything that is held about a customer, in one file.",
    "erasures": "A customer's words, name and number go for good.",
    "numbers": "What the business publishes and promises.",
    "teams": "Who sees what.",
    "agents": "Who answers.",
}


@cache
def document() -> Document:
    """The whole description; the same object each time, so nobody may change it."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "SMSDesk", "version": "1", "description": ABOUT},
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "`flask desk issue-token` makes one."}
            },
            "schemas": _schemas(),
            "responses": {f"Problem{status}": _problem(status) for status in REASONS},
        },
    }


def _paths() -> Document:
    paths: Document = {}
    for it in OPERATIONS:
        paths.setdefault(_PART.sub(r"{\1}", it.path), {})[it.method.lower()] = _operation(it)
    return paths


def _operation(it: Operation) -> Document:
    summary, _, more = (getdoc(it.view) or "").partition("\n\n")
    described: Document = {
        "operationId": it.name,
        "tags": [it.tag],
        "summary": summary,
        "description": f"{more} Scope: {it.scope.value}.".strip(),
        "security": [{"bearer": [it.scope.value]}],
        "parameters": [*_path_parts(it), *_query(it), *(_header(name) for name in it.headers)],
        "responses": {str(it.status): _answer(it)} | {str(s): _problem_ref(s) for s in _statuses(it)},
    }
    if it.takes is not None:
        described["requestBody"] = {"required": not it.takes_nothing_too, "content": _json(it.takes, "validation")}
    return described


def _statuses(it: Operation) -> list[int]:
    """What it may answer when it refuses."""
    found = {400, 401, 429, 500, 503}
    found |= {404} if _PART.search(it.path) or it.takes or it.tag == "reports" else set()
    found |= {403} if it.method != "GET" or it.tag in NOT_FOR_AGENTS or it.scope is TokenScope.ADMIN else set()
    found |= {413, 415, 422} if it.takes else set()
    return sorted(found | ({409} if it.conflicts else set()))


def _path_parts(it: Operation) -> list[Document]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in _PART.findall(it.path)
    ]


def _query(it: Operation) -> list[Document]:
    if it.asks is None:
        return []
    schema = it.asks.model_json_schema(ref_template=_REF)
    needed = schema.get("required", ())
    return [
        _parameter(name, dict(one)) | ({"required": True} if name in needed else {})
        for name, one in schema["properties"].items()
    ]


def _parameter(name: str, schema: Document) -> Document:
    words = schema.pop("description", "")
    # A parameter that is left out is not null: null cannot be written in an address
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    schema |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {}
    schema = {key: value for key, value in schema.items() if value is not None and key != "title"}
    return {"name": name, "in": "query", "description": words, "schema": schema}


def _header(name: str) -> Document:
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"}
    assert name == IDEMPOTENCY_KEY
    words = "Your name for this approval: asked for again with the same words, it is sent once."
    return {"name": name, "in": "header", "description": words, "schema": schema}


def _answer(it: Operation) -> Document:
    if it.answers is None:
        bytes_of = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/*", "application/*")}
        return {"description": "Its bytes.", "content": bytes_of}
    return {
        "description": "Done." if it.method != "GET" else "Here it is.",
        "content": _json(it.answers, "serialization"),
    }


def _json(shape: type[BaseModel], mode: JsonSchemaMode) -> Document:
    schema = {"$ref": _REF.format(model=shape.__name__)}
    drawn = example(_schemas(), schema, whole=mode == "serialization")
    return {"application/json": {"schema": schema, "example": drawn}}


def _problem_ref(status: int) -> Document:
    return {"$ref": f"#/components/responses/Problem{status}"}


def _problem(status: int) -> Document:
    told = {"type": "about:blank", "title": "…", "status": status, "detail": REASONS[status], "request_id": "…"}
    content = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}, "example": told}}
    headers = {"Retry-After": {"description": "Seconds.", "schema": {"type": "string"}}}
    return {"description": REASONS[status], "content": content} | ({"headers": headers} if status in {429, 503} else {})


@cache
def _schemas() -> Document:
    told: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (it.answers, "serialization") for it in OPERATIONS if it.answers
    ]
    asked: list[tuple[type[BaseModel], JsonSchemaMode]] = [(it.takes, "validation") for it in OPERATIONS if it.takes]
    _, found = models_json_schema([*told, *asked, (Problem, "serialization")], ref_template=_REF)
    return dict(sorted(found["$defs"].items()))
