"""What a figure of a report is made of: its waits, texts or episodes, one by one, the newest first. Reads only."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, true
from sqlalchemy.orm import Session

from smsdesk.desk.ask_about import Asked
from smsdesk.desk.judge import IS_REPLY, Judged, Window, answered, given_up, overdue, within
from smsdesk.models.agent import Agent
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer
from smsdesk.models.episode import Episode
from smsdesk.models.message import Message
from smsdesk.rules.delivery_status import FAILURES
from smsdesk.rules.phone_numbers import shown
from smsdesk.rules.reply_clock import ClockEventKind, ClockState

BATCH = 200
Mark = tuple[datetime, UUID]  # how far a list has been read: the last one's moment and id


@dataclass(frozen=True, slots=True)
class Traced:
    """One of them. `at` is the moment that it belongs to, `judged` is there for waits alone."""

    id: UUID
    at: datetime
    conversation_id: UUID
    number_id: UUID
    team_id: UUID
    customer: str
    address: str
    judged: Judged | None = None
    agent: str | None = None


def waits(
    session: Session, asked: Asked, windows: Sequence[Window], now: datetime, kinds: ColumnElement[bool] = IS_REPLY,
    kept: bool | None = None, after: Mark | None = None, batch: int = BATCH,
) -> Iterator[Judged]:  # fmt: skip
    """Decided promises, as `judge` has them; those who still wait stand at the moment when they were due."""
    whose = asked.whose(kinds)

    def answers(after: Mark | None) -> list[Judged]:
        when = within(Clock.fulfilled_at, Clock.number_id, windows) & _beyond(Clock.fulfilled_at, Clock.id, after)
        return list(answered(session, whose, when, (Clock.fulfilled_at.desc(), Clock.id.desc()), batch))

    def without(after: Mark | None) -> list[Judged]:
        if whose.agent_id is not None:
            return []
        when = within(Clock.due_at, Clock.number_id, windows) & _beyond(Clock.due_at, Clock.id, after)
        order = (Clock.due_at.desc(), Clock.id.desc())
        return list(given_up(session, whose, when, now, order, batch, also_in_time=True))

    here = [id for window in windows if _holds(window, now) for id in window.number_ids or ()]
    late = overdue(session, whose, here, now, _beyond(Clock.due_at, Clock.id, after)) if here else ()
    still = sorted(late, key=_mark, reverse=True)
    streams = (_stream(answers, after, batch), _stream(without, after, batch), iter(still))
    for one in heapq.merge(*streams, key=_mark, reverse=True):
        if (kept is None or one.kept is kept) and (one.is_answered or not one.kept):
            yield one


def described(session: Session, found: Sequence[Judged]) -> list[Traced]:
    """With the customer and whoever answered."""
    rows = session.execute(
        select(Clock.id, Clock.conversation_id, Customer.name, Address.value)
        .join(Conversation, Conversation.id == Clock.conversation_id)
        .join(Customer, Customer.id == Conversation.customer_id)
        .join(Address, Address.id == Conversation.address_id)
        .where(Clock.id.in_([one.clock_id for one in found]))
    )
    about = {row.id: row for row in rows}
    names = {row.id: row.name for row in session.execute(select(Agent.id, Agent.name))} if found else {}
    return [
        Traced(
            one.clock_id, one.at, (row := about[one.clock_id]).conversation_id, one.number_id, one.team_id,
            row.name or shown(row.value), row.value, one, names.get(one.agent_id) if one.agent_id else None,
        )
        for one in found
    ]  # fmt: skip


def waiting_then(
    session: Session, asked: Asked, ends: Callable[[str], datetime], after: Mark | None, most: int
) -> list[Traced]:
    """Who waited at that moment, which is another one in each zone."""
    ended = (
        select(func.max(StoredEvent.at))
        .where(StoredEvent.clock_id == Clock.id, StoredEvent.kind == ClockEventKind.CANCEL)
        .scalar_subquery()
    )
    zones = {place.zone for place in asked.places}
    each = [
        and_(
            Clock.number_id.in_([place.id for place in asked.places if place.zone == zone]),
            Clock.started_at < ends(zone),
            or_(
                Clock.state == ClockState.RUNNING,
                and_(Clock.state == ClockState.FULFILLED, Clock.fulfilled_at >= ends(zone)),
                and_(Clock.state == ClockState.CANCELLED, ended >= ends(zone)),
            ),
        )
        for zone in zones
    ]
    statement = select(Clock.id, Clock.started_at, Clock.conversation_id, Clock.number_id, Clock.team_id).where(
        IS_REPLY, asked.teams(Clock.team_id), or_(*each)
    )
    join = statement.join(Conversation, Conversation.id == Clock.conversation_id)
    return _listed(session, join, Clock.started_at, Clock.id, after, most)


def volume(
    session: Session, asked: Asked, windows: Sequence[Window], what: str, after: Mark | None, most: int
) -> list[Traced]:
    """Texts (`texts_in`, `texts_out`, `failed`) or episodes (`opened`, `resolved`)."""
    if what in {"opened", "resolved"}:
        at = Episode.opened_at if what == "opened" else Episode.resolved_at
        statement = (
            select(Episode.id, at, Episode.conversation_id, Episode.number_id, Episode.team_id)
            .join(Conversation, Conversation.id == Episode.conversation_id)
            .where(within(at, Episode.number_id, windows), asked.teams(Episode.team_id))
        )
        return _listed(session, statement, at, Episode.id, after, most)
    texts = (
        select(Message.id, Message.created_at, Message.conversation_id, Conversation.number_id, Conversation.team_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            # Written out, for the indexes that hold these alone
            Message.direction == literal_column("'in'" if what == "texts_in" else "'out'"),
            within(Message.created_at, Conversation.number_id, windows),
            asked.teams(Conversation.team_id),
            Message.state.in_(FAILURES) if what == "failed" else true(),
        )
    )
    return _listed(session, texts, Message.created_at, Message.id, after, most)


def _listed(session: Session, statement: Any, at: Any, id: Any, after: Mark | None, most: int) -> list[Traced]:
    rows = session.execute(
        statement.add_columns(Customer.name, Address.value)
        .join(Customer, Customer.id == Conversation.customer_id)
        .join(Address, Address.id == Conversation.address_id)
        .where(_beyond(at, id, after))
        .order_by(at.desc(), id.desc())
        .limit(most)
    )
    return [
        Traced(id, at, conversation_id, number_id, team_id, name or shown(address), address)
        for id, at, conversation_id, number_id, team_id, name, address in rows
    ]


def _stream(fetch: Callable[[Mark | None], list[Judged]], after: Mark | None, batch: int) -> Iterator[Judged]:
    while found := fetch(after):
        yield from found
        if len(found) < batch:
            return
        after = _mark(found[-1])


def first(found: Iterator[Judged], most: int) -> list[Judged]:
    return list(islice(found, most))


def _mark(one: Judged) -> Mark:
    return one.at, one.clock_id


def _beyond(at: Any, id: Any, after: Mark | None) -> ColumnElement[bool]:
    if after is None:
        return true()
    return and_(at <= after[0], or_(at < after[0], and_(at == after[0], id < after[1])))


def _holds(window: Window, now: datetime) -> bool:
    return any(since <= now and (until is None or now < until) for since, until in window.stretches)
