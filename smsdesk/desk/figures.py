"""How well today's promise is kept, from the clocks alone. Reads only.

A promise is decided when a person's answer is accepted, or when its moment passes without one. So today's account holds the
clocks that were fulfilled today, those that run past their moment (with the wait so far), and those due today that were given
up past it: resolving a late conversation does not mend the figure. "Today" began at midnight where the number is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, String, and_, extract, func, literal_column, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from smsdesk.desk.see import in_their_teams
from smsdesk.desk.watch import RightNow, is_late, right_now, waiting_for_us
from smsdesk.models.agent import Agent
from smsdesk.models.base import Moment
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.conversation import Conversation
from smsdesk.models.message import Message
from smsdesk.models.number import Number
from smsdesk.rules.days import QUARTER, midnight, quarter_of, quarters
from smsdesk.rules.promise import Promise, Wait, summary
from smsdesk.rules.reply_clock import ClockEventKind, ClockState, kept

__all__ = ["Quarter", "RightNow", "Today", "right_now", "today"]

Since = Mapping[UUID, datetime]  # number → the midnight that its day began at


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter hour: how many texts came, and to how many of those the answer was late."""

    starts_at: datetime
    texts: int
    late: int


@dataclass(frozen=True, slots=True)
class Today:
    """`kept` of `promise.count` promises were kept. Agents stand for those whom they answered, numbers for all of theirs."""

    since: datetime
    kept: int
    promise: Promise
    by_agent: Mapping[UUID, Promise]
    by_number: Mapping[UUID, Promise]
    quarters: tuple[Quarter, ...]

    @property
    def texts(self) -> int:
        return sum(quarter.texts for quarter in self.quarters)


@dataclass(frozen=True, slots=True)
class _Decided:
    number_id: UUID | None
    agent_id: UUID | None
    started_at: datetime  # on SQLite without its zone, which is UTC
    wait: Wait


def today(session: Session, agent: Agent, now: datetime, number: Number | None = None) -> Today:
    """Today so far in the teams that this person may see, or on one number of theirs."""
    since = _midnights(session, now, number)
    if not since:
        return Today(quarter_of(now), 0, summary(()), {}, {}, (Quarter(quarter_of(now), 0, 0),))
    decided = [
        *_answered(session, agent, since),
        *_overdue(session, agent, number, now),
        *_given_up(session, agent, since, now),
    ]
    return Today(
        since=min(since.values()),
        kept=sum(one.wait.kept for one in decided),
        promise=summary(one.wait for one in decided),
        by_agent=_each(decided, lambda one: one.agent_id),
        by_number=_each(decided, lambda one: one.number_id),
        quarters=_quarters(_texts(session, agent, since), decided, since, now),
    )


def _midnights(session: Session, now: datetime, number: Number | None) -> Since:
    numbers = select(Number.id, Number.time_zone)
    if number is not None:
        numbers = numbers.where(Number.id == number.id)
    return {id: midnight(now, zone) for id, zone in session.execute(numbers)}


def _answered(session: Session, agent: Agent, since: Since) -> Iterator[_Decided]:
    columns = (Clock.number_id, Message.author_id, Clock.started_at, Clock.due_at, Clock.fulfilled_at)
    rows: Any = session.execute(
        select(*(_as_stored(column) for column in columns))
        .join_from(Clock, Message, Message.id == Clock.fulfilled_by_id)
        .where(
            Clock.state == ClockState.FULFILLED,
            in_their_teams(agent, Clock.team_id),
            _since(Clock.fulfilled_at, Clock.number_id, since),
        )
    )
    for number_id, author_id, started_at, due_at, at in rows:
        yield _Decided(_id(number_id), _id(author_id), started_at, _wait(started_at, due_at, at))


def _overdue(session: Session, agent: Agent, number: Number | None, now: datetime) -> Iterator[_Decided]:
    """A waiting conversation has one running clock, and says when it began and is due."""
    rows: Any = session.execute(
        select(Conversation.number_id, Conversation.waiting_since, Conversation.reply_due_at).where(
            waiting_for_us(agent, number), is_late(now)
        )
    )
    for number_id, started_at, due_at in rows:
        yield _Decided(number_id, None, started_at, _wait(started_at, due_at, now))


def _given_up(session: Session, agent: Agent, since: Since, now: datetime) -> Iterator[_Decided]:
    ended = select(func.max(StoredEvent.at)).where(
        StoredEvent.clock_id == Clock.id, StoredEvent.kind == ClockEventKind.CANCEL
    )
    rows = session.execute(
        select(Clock.number_id, Clock.started_at, Clock.due_at, ended.scalar_subquery()).where(
            Clock.state == ClockState.CANCELLED,
            Clock.due_at <= now,
            in_their_teams(agent, Clock.team_id),
            _since(Clock.due_at, Clock.number_id, since),
        )
    )
    for number_id, started_at, due_at, at in rows:
        wait = _wait(started_at, due_at, at)
        if not wait.kept:
            yield _Decided(number_id, None, started_at, wait)


def _texts(session: Session, agent: Agent, since: Since) -> dict[datetime, int]:
    """Texts in by the quarter hour in which they came."""
    moment = extract("epoch", Message.created_at)
    quarter = moment - moment % int(QUARTER.total_seconds())
    rows = session.execute(
        select(quarter, func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.direction == literal_column("'in'"),  # written out, for the index that holds these alone
            in_their_teams(agent, Conversation.team_id),
            _since(Message.created_at, Conversation.number_id, since),
        )
        .group_by(quarter)
    )
    return {datetime.fromtimestamp(int(at), UTC): count for at, count in rows}


def _quarters(
    texts: Mapping[datetime, int], decided: Sequence[_Decided], since: Since, now: datetime
) -> tuple[Quarter, ...]:
    late = Counter(
        quarter_of(_aware(one.started_at)) for one in decided if not one.wait.kept and _came_today(one, since)
    )
    first = min([*texts, *late], default=now)
    return tuple(Quarter(at, texts.get(at, 0), late[at]) for at in quarters(first, now))


def _came_today(one: _Decided, since: Since) -> bool:
    began_at = since.get(one.number_id) if one.number_id else None
    return began_at is not None and _aware(one.started_at) >= began_at


def _since(
    moment: InstrumentedAttribute[Any], number_id: InstrumentedAttribute[UUID], since: Since
) -> ColumnElement[bool]:
    """The moment is of today, where its number is. The earliest midnight stands alone too, so that an index can be used."""
    days: dict[datetime, list[UUID]] = {}
    for number, began_at in since.items():
        days.setdefault(began_at, []).append(number)
    each = (and_(number_id.in_(numbers), moment >= began_at) for began_at, numbers in days.items())
    return and_(moment >= min(days), or_(*each))


def _as_stored(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """As the driver gives it: of tens of thousands of rows, the making of ids and zones is half the cost."""
    return type_coerce(column, DateTime(timezone=True) if isinstance(column.type, Moment) else String())


@cache
def _id(stored: UUID | str | None) -> UUID | None:
    return UUID(stored) if isinstance(stored, str) else stored


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _wait(started_at: datetime, due_at: datetime, at: datetime) -> Wait:
    return Wait((at - started_at).total_seconds(), kept(due_at, at))


def _each(decided: Iterable[_Decided], whose: Callable[[_Decided], UUID | None]) -> dict[UUID, Promise]:
    waits: dict[UUID, list[Wait]] = {}
    for one in decided:
        if (key := whose(one)) is not None:
            waits.setdefault(key, []).append(one.wait)
    return {key: summary(own) for key, own in waits.items()}
