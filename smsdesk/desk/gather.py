"""Gathering what a watched figure is made of, from the raw rows and by their indexes. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, null, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from smsdesk.desk.count_open import Opening, Scope
from smsdesk.desk.judge import as_stored
from smsdesk.models.agent import Agent, Availability, Membership
from smsdesk.models.clock import Clock, ClockEvent
from smsdesk.models.conversation import Conversation
from smsdesk.models.event import Event
from smsdesk.models.message import Message
from smsdesk.models.number import Number
from smsdesk.rules.delivery_status import State
from smsdesk.rules.reply_clock import ClockEventKind, ClockState
from smsdesk.rules.terms import ClockKind
from smsdesk.rules.watch_figures import SentText, Span
from smsdesk.rules.watches import WatchRule

GIVEN_UP_LATE = timedelta(days=1)  # after its deadline; whoever waits longer than that was told of many times
KEPT_IN_MIND = timedelta(days=7)  # who was available before that is no longer asked
AT_ONCE = 5_000  # ids in one statement
HELD = {"conversation.taken", "conversation.passed_on", "conversation.routed", "conversation.reopened"}
FREE = {"conversation.released", "conversation.handed_back", "conversation.passed_to_team", "conversation.resolved"}
AVAILABLE = f"agent.{Availability.AVAILABLE.value}"
STATES = {f"agent.{one.value}" for one in Availability}
DID_NOT_ARRIVE = {State.UNDELIVERED, State.FAILED}
LEFT_US = {State.ACCEPTED, State.SENT, State.DELIVERED} | DID_NOT_ARRIVE

# Written out, not bound: a planner matches a partial index only where it can read the words
_RUNS = and_(Clock.state == literal_column("'running'"), Clock.kind != literal_column("'resolution'"))
_OUT = Message.direction == literal_column("'out'")


@dataclass(frozen=True)
class Asked:
    """A figure from `since` until `now`, within a scope, in the time that `hours` count."""

    session: Session
    rule: WatchRule
    scope: Scope
    hours: Opening
    since: datetime
    now: datetime

    @property
    def is_a_look(self) -> bool:
        return self.since == self.now

    def within(
        self, number_id: InstrumentedAttribute[UUID], team_id: InstrumentedAttribute[UUID]
    ) -> ColumnElement[bool]:
        number = true() if self.scope.number_id is None else number_id == self.scope.number_id
        return and_(number, true() if self.scope.team_id is None else team_id == self.scope.team_id)


def waits_of(asked: Asked, kinds: Collection[ClockKind], ended_since: datetime | None) -> dict[UUID, list[Span]]:
    """Conversation → the waits in it that go on, and unless None those that ended since."""
    waits: dict[Any, list[Span]] = {}
    for conversation_id, number_id, started_at, ended_at, is_answered in _clocks(asked, kinds, ended_since):
        span = Span(_aware(started_at), ended_at and _aware(ended_at), _id(number_id), bool(is_answered))
        waits.setdefault(conversation_id, []).append(span)
    return {UUID(id) if isinstance(id, str) else id: own for id, own in waits.items()}


def _clocks(asked: Asked, kinds: Collection[ClockKind], ended_since: datetime | None) -> Iterator[Any]:
    here = (Clock.kind.in_(kinds), asked.within(Clock.number_id, Clock.team_id))
    yield from asked.session.execute(_ended(null(), False).where(_RUNS, *here))
    if ended_since is None:
        return
    answered = _ended(as_stored(Clock.fulfilled_at), True)
    yield from asked.session.execute(
        answered.where(Clock.state == ClockState.FULFILLED, Clock.fulfilled_at > ended_since, *here)
    )
    gave_up = (
        select(func.max(ClockEvent.at))
        .where(ClockEvent.clock_id == Clock.id, ClockEvent.kind == ClockEventKind.CANCEL)
        .scalar_subquery()
    )
    given_up = _ended(gave_up, False).where(
        Clock.state == ClockState.CANCELLED, Clock.due_at > ended_since - GIVEN_UP_LATE, *here
    )
    yield from (row for row in asked.session.execute(given_up) if row[3] is not None and row[3] > ended_since)


def _ended(ended_at: Any, is_answered: bool) -> Select[Any]:
    how: ColumnElement[int] = literal_column("1" if is_answered else "0")
    columns = (as_stored(column) for column in (Clock.conversation_id, Clock.number_id, Clock.started_at))
    return select(*columns, ended_at.label("ended_at"), how)


def moves_of(asked: Asked, waits: Collection[UUID]) -> dict[UUID, list[tuple[datetime, bool]]]:
    """Conversation → when somebody got it, and when nobody had it any more."""
    moves: dict[Any, list[tuple[datetime, bool]]] = {}
    every = list(waits)
    for start in range(0, len(every), AT_ONCE):
        rows: Any = asked.session.execute(
            select(as_stored(Event.conversation_id), as_stored(Event.at), Event.kind)
            .where(Event.conversation_id.in_(every[start : start + AT_ONCE]), Event.kind.in_(HELD | FREE))
            .order_by(Event.conversation_id, Event.id)
        )
        for conversation_id, at, kind in rows:
            moves.setdefault(conversation_id, []).append((_aware(at), kind in HELD))
    return {UUID(id) if isinstance(id, str) else id: own for id, own in moves.items()}


def texts_of(asked: Asked) -> list[SentText]:
    """What we sent since the window before, as far as the carrier took it or refused it."""
    rows = asked.session.execute(
        select(Message.created_at, Message.state, Message.failed_at)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            _OUT,
            Message.created_at > asked.since - asked.rule.window,
            Message.state.in_(LEFT_US),
            asked.within(Conversation.number_id, Conversation.team_id),
        )
    )
    return [SentText(at, (failed_at or at) if state in DID_NOT_ARRIVE else None) for at, state, failed_at in rows]


def people_of(asked: Asked) -> tuple[Sequence[Sequence[tuple[datetime, bool]]], datetime]:
    """For each person of the teams when they became available and when not; and since when that is known."""
    people = asked.session.execute(
        select(Agent.id, Agent.availability, Agent.availability_since).where(
            Agent.disabled_at.is_(None), Agent.id.in_(_members(asked.scope))
        )
    ).all()
    since = asked.since - KEPT_IN_MIND
    moves: dict[UUID, list[tuple[datetime, bool]]] = {person.id: [] for person in people}
    # Somebody is there: of this moment, that is all
    if not asked.is_a_look or all(person.availability is not Availability.AVAILABLE for person in people):
        for agent_id, at, kind in asked.session.execute(_changes(list(moves), since)):
            moves[agent_id].append((at, kind == AVAILABLE))
    for person in people:
        own, is_there = moves[person.id], person.availability is Availability.AVAILABLE
        if not own or own[-1][1] != is_there:  # they changed nothing in that time, or were set up like this
            own.append((person.availability_since, is_there))
    return list(moves.values()), since


def _changes(people: Sequence[UUID], since: datetime) -> Any:
    return (
        select(Event.subject_id, Event.at, Event.kind)
        # What is of no conversation stands together in the index
        .where(Event.conversation_id.is_(None), Event.kind.in_(STATES), Event.at > since, Event.subject_id.in_(people))
        .order_by(Event.id)
    )


def _members(scope: Scope) -> Any:
    members = select(Membership.agent_id)
    if scope.number_id is not None:
        team = select(Number.team_id).where(Number.id == scope.number_id).scalar_subquery()
        return members.where(Membership.team_id == team)
    return members if scope.team_id is None else members.where(Membership.team_id == scope.team_id)


@cache
def _id(stored: UUID | str) -> UUID:
    return UUID(stored) if isinstance(stored, str) else stored


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
