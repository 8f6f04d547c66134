"""Which promises were decided in which stretch of time, and how, from the clocks themselves. Reads only.

A promise is decided when a person's answer is accepted, or when its moment passes without one. So a stretch of time holds the
clocks that were fulfilled in it, and those due in it that were given up past their moment: resolving a late conversation does
not mend the figure. Who waits past the promised moment is decided now, with the wait so far. This is the only place that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    String,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from smsdesk.desk.promise_book import terms_by_id
from smsdesk.desk.watch import is_late, waits
from smsdesk.models.base import Length, Moment
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.conversation import Conversation
from smsdesk.models.episode import Episode
from smsdesk.models.message import Message
from smsdesk.rules.reply_clock import ClockEventKind, ClockKind, ClockState, kept

IS_RESOLUTION = Clock.kind == literal_column("'resolution'")  # written out, for the index that holds these alone
IS_REPLY = Clock.kind != literal_column("'resolution'")


@dataclass(frozen=True, slots=True)
class Window:
    """Stretches of time on some numbers, or on all of them; None for an end is whatever comes."""

    number_ids: tuple[UUID, ...] | None
    stretches: tuple[tuple[datetime, datetime | None], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """One decided promise: the wait in seconds, by the wall and in open hours, and whether the promise was kept."""

    clock_id: UUID
    number_id: UUID
    team_id: UUID
    agent_id: UUID | None
    kind: ClockKind
    at: datetime  # when it was decided: for who still waits, when it was due
    started_at: datetime
    seconds: float
    open_seconds: float
    kept: bool
    is_answered: bool
    still_waits: bool = False


@dataclass(frozen=True, slots=True)
class Whose:
    """Which promises are asked for: `teams` is a condition on a clock's team; `agent_id` those that this person answered."""

    teams: ColumnElement[bool]
    kinds: ColumnElement[bool] = IS_REPLY
    agent_id: UUID | None = None


def judged(session: Session, whose: Whose, windows: Sequence[Window], now: datetime) -> Iterator[Judged]:
    """Those that were answered and those that were given up, within these windows."""
    yield from answered(session, whose, within(Clock.fulfilled_at, Clock.number_id, windows))
    if whose.agent_id is None:
        yield from given_up(session, whose, within(Clock.due_at, Clock.number_id, windows), now)


def answered(
    session: Session, whose: Whose, when: ColumnElement[bool], order: Sequence[Any] = (), most: int | None = None
) -> Iterator[Judged]:
    """`when` is said about Clock.fulfilled_at."""
    who = func.coalesce(Message.author_id, Episode.resolved_by_id)
    wanted = true() if whose.agent_id is None else who == whose.agent_id
    statement = (
        select(*_columns(Clock.fulfilled_at, who))
        .join_from(Clock, Message, Message.id == Clock.fulfilled_by_id, isouter=True)
        # A person resolves: the clock of an episode names no text that did
        .join(Episode, and_(Episode.id == Clock.episode_id, IS_RESOLUTION), isouter=True)
        .where(Clock.state == ClockState.FULFILLED, whose.teams, whose.kinds, when, wanted)
    )
    for clock_id, number_id, team_id, kind, started_at, due_at, at, open_wait, _, agent_id in _rows(
        session, statement, order, most
    ):
        seconds = (at - started_at).total_seconds()
        yield Judged(
            _known(clock_id), _known(number_id), _known(team_id), _maybe(agent_id), _kind(kind), aware(at), aware(started_at),
            seconds, seconds if open_wait is None else open_wait, kept(due_at, at), True,
        )  # fmt: skip


def given_up(
    session: Session,
    whose: Whose,
    when: ColumnElement[bool],
    now: datetime,
    order: Sequence[Any] = (),
    most: int | None = None,
    also_in_time: bool = False,
) -> Iterator[Judged]:
    """`when` is said about Clock.due_at. Nobody stands for these: nobody answered.

    `also_in_time`: those too that were given up before their moment and count for nothing, so that a reader of batches sees
    how far they went.
    """
    ended = (
        select(func.max(StoredEvent.at))
        .where(StoredEvent.clock_id == Clock.id, StoredEvent.kind == ClockEventKind.CANCEL)
        .scalar_subquery()
    )
    statement = select(*_columns(ended)).where(
        Clock.state == ClockState.CANCELLED, Clock.due_at <= now, whose.teams, whose.kinds, when
    )
    for row in _rows(session, statement, order, most):
        due_at, at = row[5:7]
        if also_in_time or not kept(due_at, at):
            yield _unanswered(session, row, at)


def overdue(
    session: Session, whose: Whose, number_ids: Sequence[UUID] | None, now: datetime, when: ColumnElement[bool] = true()
) -> Iterator[Judged]:
    """Those that run past their moment, with the wait so far."""
    if whose.agent_id is not None:
        return
    theirs = true() if number_ids is None else Clock.number_id.in_(number_ids)
    running = select(*_columns(None)).where(Clock.state == literal_column("'running'"), whose.teams, theirs, when)
    late = [
        # A conversation that waits for us has one running clock, and is found by its deadline
        running.join_from(Clock, Conversation, Conversation.id == Clock.conversation_id).where(IS_REPLY, waits(), is_late(now)),
        running.where(IS_RESOLUTION, Clock.due_at <= now),
    ]  # fmt: skip
    for statement in late:
        for row in session.execute(statement.where(whose.kinds)):
            if not kept(row[5], _like(row[5], now)):
                yield _unanswered(session, row, _like(row[5], now), still_waits=True)


def within(
    moment: InstrumentedAttribute[Any], number_id: InstrumentedAttribute[UUID], windows: Sequence[Window]
) -> ColumnElement[bool]:
    """The moment lies in one of these windows. The whole span stands alone too, so that an index can be used."""
    windows = [window for window in windows if window.stretches and window.number_ids != ()]
    if not windows:
        return false()
    starts = [since for window in windows for since, _ in window.stretches]
    ends = [until for window in windows for _, until in window.stretches]
    each = (
        and_(
            true() if window.number_ids is None else number_id.in_(window.number_ids),
            or_(*(_between(moment, *stretch) for stretch in window.stretches)),
        )
        for window in windows
    )
    last = None if None in ends else max(end for end in ends if end is not None)
    return and_(_between(moment, min(starts), last), or_(*each))


def _between(moment: InstrumentedAttribute[Any], since: datetime, until: datetime | None) -> ColumnElement[bool]:
    return moment >= since if until is None else and_(moment >= since, moment < until)


def _columns(at: Any, who: Any = None) -> list[ColumnElement[Any]]:
    plain = [Clock.id, Clock.number_id, Clock.team_id, Clock.kind, Clock.started_at, Clock.due_at]
    nothing: ColumnElement[Any] = literal_column("NULL")
    return [
        *map(as_stored, plain),
        nothing.label("at") if at is None else type_coerce(at, DateTime(timezone=True)).label("at"),
        as_stored(Clock.open_wait),
        as_stored(Clock.terms_id),
        nothing.label("who") if who is None else type_coerce(who, String()).label("who"),
    ]


def _rows(session: Session, statement: Select[Any], order: Sequence[Any], most: int | None) -> Any:
    return session.execute(statement.order_by(*order).limit(most) if order or most else statement)


def _unanswered(session: Session, row: Any, at: datetime, still_waits: bool = False) -> Judged:
    """One that nobody answered until `at`, and past its moment."""
    clock_id, number_id, team_id, kind, started_at, due_at, _, _, terms_id, _ = row
    seconds = (at - started_at).total_seconds()
    if terms_id is None:
        open_seconds = seconds
    else:
        open_seconds = terms_by_id(session)(_known(terms_id)).waited(aware(started_at), aware(at)).total_seconds()
    return Judged(
        _known(clock_id), _known(number_id), _known(team_id), None, _kind(kind), aware(due_at), aware(started_at),
        seconds, open_seconds, kept(due_at, at), False, still_waits,
    )  # fmt: skip


def as_stored(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """As the driver gives it: of tens of thousands of rows, the making of ids and zones is half the cost."""
    if isinstance(column.type, Moment):
        return type_coerce(column, DateTime(timezone=True))
    return type_coerce(column, Integer() if isinstance(column.type, Length) else String())


@cache
def _kind(stored: str) -> ClockKind:
    return ClockKind(stored)


def _known(stored: UUID | str) -> UUID:
    return UUID(stored) if isinstance(stored, str) else stored


def _maybe(stored: UUID | str | None) -> UUID | None:
    return None if stored is None else _known(stored)


def _like(stored: datetime, now: datetime) -> datetime:
    """`now` as the driver gives moments: on SQLite without the zone, which is UTC."""
    return now.astimezone(UTC).replace(tzinfo=None) if stored.tzinfo is None else now


def aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
