"""Reading what a program asks: its query and its body, by their shapes, or an error that names each place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

A = TypeVar("A", bound=BaseModel)
IDEMPOTENCY_KEY = "Idempotency-Key"
LONGEST_KEY = 64


class NotUnderstood(Exception):
    """A request that cannot be read or has no known shape: its status, a sentence, and each place with what is wrong there."""

    def __init__(self, status: int, words: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(words)
        self.status = status
        self.errors = [dict(error) for error in errors]


def query(shape: type[A]) -> A:
    """The query of this request. Raises NotUnderstood (400) for an unknown, repeated or impossible parameter."""
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        raise NotUnderstood(
            400, "Each parameter can be given once.", [_error((name,), "is repeated") for name in repeated]
        )
    try:
        # By way of JSON, where strict still reads ids and words of a vocabulary from text
        return shape.model_validate_json(json.dumps(request.args.to_dict()))
    except ValidationError as wrong:
        raise NotUnderstood(400, "The query is not what this address takes.", _errors(wrong)) from wrong


def body(shape: type[A], nothing_too: bool = False) -> A:
    """The JSON body of this request. Raises NotUnderstood: 415 not JSON, 400 not readable, 422 of another shape."""
    raw = request.get_data()
    if nothing_too and not raw:
        return shape()
    if request.mimetype != "application/json":
        raise NotUnderstood(415, "Send JSON: Content-Type: application/json.")
    try:
        return shape.model_validate_json(raw)
    except ValidationError as wrong:
        if wrong.errors()[0]["type"] == "json_invalid":
            raise NotUnderstood(400, "The body is not JSON that can be read.") from wrong
        raise NotUnderstood(422, "The body is not what this address takes.", _errors(wrong)) from wrong


def idempotency_key() -> str | None:
    """The caller's name for this approval; None where it gave none. Raises NotUnderstood (400)."""
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key is None:
        return None
    if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= LONGEST_KEY:
        raise NotUnderstood(400, f"{IDEMPOTENCY_KEY} is 1 to {LONGEST_KEY} printable ASCII characters.")
    return key


def _errors(wrong: ValidationError) -> list[dict[str, str]]:
    return [_error(one["loc"], one["msg"]) for one in wrong.errors(include_url=False, include_input=False)]


def _error(where: Sequence[Any], words: str) -> dict[str, str]:
    """`pointer`: RFC 6901, into the body or the query."""
    return {
        "pointer": "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in where),
        "detail": words,
    }
