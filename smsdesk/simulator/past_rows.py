"""Rows of the past, gathered by table and written in a few large inserts."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from smsdesk.models import Alert, AlertRecipient, Clock, Conversation, Message
from smsdesk.models.base import Base, Moment
from smsdesk.models.clock import ClockEvent
from smsdesk.models.customer import Address, Customer
from smsdesk.models.episode import Episode
from smsdesk.models.event import Event

# What a row refers to comes before it
ORDER: tuple[type[Base], ...] = (
    Customer, Address, Conversation, Episode, Message, Clock, ClockEvent, Alert, AlertRecipient, Event,
)  # fmt: skip


class Rows:
    """Ids sort by the moment that they are for, and those of one moment by the order in which they were asked for."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._rows: dict[type[Base], list[dict[str, Any]]] = {model: [] for model in ORDER}
        self._count = itertools.count(1)

    def id(self, at: datetime) -> UUID:
        tail = (next(self._count) & 0x3FFFFFFF) << 32 | self.chance.getrandbits(32)
        return UUID(int=int(at.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62 | tail)

    def add(self, model: type[Base], **values: Any) -> None:
        self._rows[model].append(values)

    def event(
        self,
        kind: str,
        at: datetime,
        around: Mapping[str, UUID],
        *,
        actor: UUID | None = None,
        subject: UUID | None = None,
        **detail: Any,
    ) -> None:
        self.add(Event, id=self.id(at), at=at, kind=kind, actor_id=actor, subject_id=subject, detail=detail, **around)

    def write(self, session: Session) -> None:
        """All of it, in the order in which one refers to the other."""
        connection, known = session.connection(), dict[Any, Any]({None: None})
        for model in ORDER:
            if self._rows[model]:
                statement, values = _said(model, self._rows[model], connection.dialect, known)
                connection.exec_driver_sql(statement, values)


def _said(
    model: type[Base], rows: list[dict[str, Any]], dialect: Dialect, known: dict[Any, Any]
) -> tuple[str, list[tuple[Any, ...]]]:
    """An insert as the driver knows it: built row by row, SQLAlchemy would take longer than the database."""
    names = list({name: None for row in rows for name in row})
    place = "?" if dialect.paramstyle == "qmark" else "%s"
    stored = [_column([row.get(name) for row in rows], model.__table__.c[name].type, dialect, known) for name in names]
    into = f"{model.__tablename__} ({', '.join(names)}) VALUES ({', '.join([place] * len(names))})"
    return f"INSERT INTO {into}", list(zip(*stored, strict=True))


def _column(values: list[Any], kind: TypeEngine[Any], dialect: Dialect, known: dict[Any, Any]) -> list[Any]:
    """As they are stored. A moment stands in several rows and is made ready once: `known`."""
    processor = kind.dialect_impl(dialect).bind_processor(dialect)
    if processor is None:
        return values
    if not isinstance(kind, Moment):
        return [None if value is None else processor(value) for value in values]
    for value in values:
        if value not in known:
            known[value] = processor(value)
    return [known[value] for value in values]
