"""Pages of a list by keyset: a cursor names the last row told, so that nothing shifts while rows are added."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema
from sqlalchemy import Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from smsdesk.models.base import Moment as StoredMoment
from smsdesk.web.api.asking import NotUnderstood
from smsdesk.web.api.shapes import LARGEST, Asked, Told

USUAL, MOST = 50, 100
Row = TypeVar("Row")


def _whole(text: object) -> object:
    # Only the digits that a person would write: int() also takes "1_0", " 1" and other scripts' digits
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 5 else text


Limit = Annotated[
    int,
    BeforeValidator(_whole),
    Field(ge=1, le=MOST),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
]


class Paging(Asked):
    """Which part of a list."""

    limit: Limit = USUAL
    """How many at most."""
    cursor: Annotated[str, Field(min_length=1, max_length=300, examples=["WyJpZCIsIjAxOTlhIl0"])] | None = None
    """`next_cursor` of the page before."""


class Page(Told):
    """A part of a list; a list of a resource has `items`, too."""

    next_cursor: str | None
    """Ask with it for what follows; null at the end."""


@dataclass(frozen=True)
class Order:
    """How a list is sorted. The last column is unique, so that every row has its own place."""

    name: str
    columns: tuple[InstrumentedAttribute[Any], ...]
    newest_first: bool = False


def part(session: Session, rows: Select[Any], order: Order, asked: Paging) -> tuple[list[Any], str | None]:
    """One page of `rows`, and the cursor of the next one or None. Raises NotUnderstood for a cursor of another list."""
    if asked.cursor is not None:
        rows = rows.where(_after(order, read_cursor(order, asked.cursor)))
    sorted_rows = rows.order_by(*(c.desc() if order.newest_first else c.asc() for c in order.columns))
    found = list(session.scalars(sorted_rows.limit(asked.limit + 1)).unique())
    told = found[: asked.limit]
    return told, cursor_after(order, told[-1]) if len(found) > len(told) else None


def cursor_after(order: Order, row: object) -> str:
    """Names the place right behind a row."""
    values = [_written(getattr(row, column.key)) for column in order.columns]
    return urlsafe_b64encode(json.dumps([order.name, *values]).encode()).decode().rstrip("=")


def read_cursor(order: Order, cursor: str) -> list[Any]:
    """The place that a cursor names. Raises NotUnderstood (400)."""
    try:
        name, *values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if name != order.name:
            raise ValueError
        return [_reader(c)(v) for c, v in zip(order.columns, values, strict=True)]
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as wrong:
        raise NotUnderstood(400, "The cursor does not belong to this list; start again without it.") from wrong


def _after(order: Order, values: list[Any]) -> Any:
    here = tuple_(*order.columns)
    there = tuple_(*(literal(value, column.type) for value, column in zip(values, order.columns, strict=True)))
    return here < there if order.newest_first else here > there


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value if isinstance(value, int) else str(value)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
        raise ValueError
    return value


def _reader(column: InstrumentedAttribute[Any]) -> Callable[[Any], Any]:
    return _moment if isinstance(column.type, StoredMoment) else _READ[column.type.python_type]


_READ: dict[type, Callable[[Any], Any]] = {UUID: UUID, int: _count}
