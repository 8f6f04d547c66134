"""How long a waiting text is in a person's hands, and how many they have there at once. Reads only.

Measured is every answered wait whose answer came from the person who had the conversation: from the moment that they had both
it and the waiting text, to the moment that the carrier accepted their answer. Whoever answers straight from the queue, or in
a colleague's conversation, leaves no such moment behind and is not measured. `at_once` counts what that person held when
their answer left, itself included; what they held and nobody ever answered is not in it. Where a number has opening hours,
only open time counts: nobody handles a text overnight.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk.ask_hours import openings
from smsdesk.models.clock import Clock
from smsdesk.models.event import Event
from smsdesk.models.message import Message
from smsdesk.models.number import Number
from smsdesk.rules.forecast import WEEK, WEEKS
from smsdesk.rules.reply_clock import ClockState
from smsdesk.rules.terms import REPLIES

MOST = 4000  # the latest answers: enough for any percentile, and a bound on what a day's first look costs
AT_A_TIME = 500

GIVEN = frozenset({"conversation.routed", "conversation.taken", "conversation.passed_on"})  # to their subject
OPENED = "conversation.reopened"  # by their actor, who has it from then on
ANSWERED = "reply.approved"  # by their actor, who has it from then on if nobody had
GIVEN_UP = frozenset(
    {"conversation.released", "conversation.handed_back", "conversation.passed_to_team", "conversation.resolved"}
)


@dataclass(frozen=True, slots=True)
class Handled:
    """One wait in one person's hands."""

    number_id: UUID
    team_id: UUID
    agent_id: UUID
    had_at: datetime
    answered_at: datetime
    took: timedelta
    at_once: int = 1


def handled(session: Session, now: datetime) -> tuple[Handled, ...]:
    """The latest answers of eight weeks, everywhere: whoever answers on two numbers has one pair of hands."""
    answers = session.execute(_answers(now)).all()
    opening = openings(session, session.scalars(select(Number)), now)
    holders = _Holders(session, {row.conversation_id for row in answers})
    found = []
    for row in answers:
        held_since = holders.since(row.conversation_id, row.author_id, row.created_at)
        if held_since is not None:
            had_at, until = max(held_since, row.started_at), max(held_since, row.fulfilled_at)
            took = opening.open_time(row.number_id, had_at, until)
            found.append(Handled(row.number_id, row.team_id, row.author_id, had_at, until, took))
    return tuple(_with_company(found))


def _answers(now: datetime) -> Any:
    return (
        select(
            Clock.conversation_id,
            Clock.number_id,
            Clock.team_id,
            Clock.started_at,
            Clock.fulfilled_at,
            Message.author_id,
            Message.created_at,
        )
        .join(Message, Message.id == Clock.fulfilled_by_id)
        .where(
            Clock.state == ClockState.FULFILLED,
            Clock.kind.in_(REPLIES),
            Clock.fulfilled_at >= now - WEEK * WEEKS,
            Clock.fulfilled_at < now,
        )
        .order_by(Clock.fulfilled_at.desc(), Clock.id)
        .limit(MOST)
    )


class _Holders:
    """Who had a conversation since when, as its events tell."""

    def __init__(self, session: Session, conversation_ids: Iterable[UUID]) -> None:
        self._turns: dict[UUID | None, list[tuple[datetime, UUID | None]]] = {}
        asked = (Event.conversation_id, Event.at, Event.kind, Event.actor_id, Event.subject_id)
        told = GIVEN | GIVEN_UP | {OPENED, ANSWERED}
        asked_for = sorted(conversation_ids)
        for some in (asked_for[place : place + AT_A_TIME] for place in range(0, len(asked_for), AT_A_TIME)):
            events = (
                select(*asked).where(Event.conversation_id.in_(some), Event.kind.in_(told)).order_by(Event.at, Event.id)
            )
            for conversation_id, at, kind, actor_id, subject_id in session.execute(events):
                self._turn(self._turns.setdefault(conversation_id, []), at, kind, actor_id, subject_id)

    @staticmethod
    def _turn(
        turns: list[tuple[datetime, UUID | None]], at: datetime, kind: str, actor: UUID | None, subject: UUID | None
    ) -> None:
        holder = turns[-1][1] if turns else None
        if kind == ANSWERED:
            now_has = holder or actor
        else:
            now_has = subject if kind in GIVEN else actor if kind == OPENED else None
        if now_has != holder:
            turns.append((at, now_has))

    def since(self, conversation_id: UUID, agent_id: UUID, at: datetime) -> datetime | None:
        """Since when that person had it at that moment; None if they did not, or took it up with this very answer."""
        turns = self._turns.get(conversation_id, [])
        place = bisect_left(turns, at, key=lambda turn: turn[0]) - 1
        return turns[place][0] if place >= 0 and turns[place][1] == agent_id else None


def _with_company(waits: Sequence[Handled]) -> Iterator[Handled]:
    """Each with the number that its person held when it was answered."""
    hands: dict[UUID, tuple[list[datetime], list[datetime]]] = {}
    for wait in waits:
        begins, ends = hands.setdefault(wait.agent_id, ([], []))
        begins.append(wait.had_at)
        ends.append(wait.answered_at)
    for begins, ends in hands.values():
        begins.sort()
        ends.sort()
    for wait in waits:
        begins, ends = hands[wait.agent_id]
        at_once = bisect_right(begins, wait.answered_at) - bisect_left(ends, wait.answered_at)
        yield replace(wait, at_once=at_once)
