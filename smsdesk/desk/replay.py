"""Replays every clock from its events: what is stored must be exactly what they add up to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk.keep_time import row_of
from smsdesk.desk.promise_book import terms_by_id
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.rules.reply_clock import ClockEvent, ImpossibleHistory, TermsOf, fold

BATCH = 500


@dataclass(frozen=True)
class Difference:
    """One column of one clock that is not what its events add up to; `column` is "events" where they add up to nothing."""

    clock_id: UUID
    column: str
    stored: Any
    replayed: Any

    def __str__(self) -> str:
        return f"clock {self.clock_id}: {self.column} is {_shown(self.stored)}, its events say {_shown(self.replayed)}"


def differences(session: Session, batch: int = BATCH) -> Iterator[Difference]:
    """Every difference, clock by clock from the oldest; reads `batch` clocks at a time and changes nothing."""
    last: UUID | None = None
    while clocks := clocks_after(session, last, batch):
        yield from differences_among(session, clocks)
        last = clocks[-1].id


def differences_among(session: Session, clocks: Sequence[Any]) -> Iterator[Difference]:
    """The differences of these clocks, rows as `clocks_after` gives them; both must be read from one snapshot."""
    histories, terms_of = _histories(session, [clock.id for clock in clocks]), terms_by_id(session)
    for clock in clocks:
        yield from _compare(clock, histories.get(clock.id, []), terms_of)


def clocks_after(session: Session, last: UUID | None, batch: int) -> Sequence[Any]:
    """The next clocks by id, all their columns; from the first one where `last` is None."""
    clocks = select(*Clock.__table__.columns).order_by(Clock.id).limit(batch)
    return session.execute(clocks if last is None else clocks.where(Clock.id > last)).all()


def _histories(session: Session, clock_ids: Sequence[UUID]) -> dict[UUID, list[ClockEvent]]:
    stored = session.execute(
        select(StoredEvent.clock_id, StoredEvent.kind, StoredEvent.at, StoredEvent.detail)
        .where(StoredEvent.clock_id.in_(clock_ids))
        .order_by(StoredEvent.clock_id, StoredEvent.id)
    )
    histories: dict[UUID, list[ClockEvent]] = {}
    for clock_id, kind, at, detail in stored:
        histories.setdefault(clock_id, []).append(ClockEvent(kind, at, detail))
    return histories


def _compare(clock: Any, events: Sequence[ClockEvent], terms_of: TermsOf) -> Iterator[Difference]:
    try:
        facts = fold(events, terms_of)
    except ImpossibleHistory as error:
        yield Difference(clock.id, "events", clock.state, error)
        return
    for column, replayed in row_of(facts).items():
        stored = getattr(clock, column)
        if stored != replayed:
            yield Difference(clock.id, column, stored, replayed)


def _shown(value: Any) -> str:
    return "empty" if value is None else str(value)
