"""The clock of a whole episode: it runs while the customer waits for us, and ends when a person says "resolved"."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk import apply_policies, keep_time
from smsdesk.desk.promise_book import Book
from smsdesk.desk.record import record
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation, ConversationState
from smsdesk.rules.policies import Facts
from smsdesk.rules.reply_clock import (
    ClockEvent,
    ClockEventKind,
    ClockState,
    Step,
    fulfilled,
    kept,
    paused,
    resumed,
    step_told,
)
from smsdesk.rules.terms import ClockKind


def begin(
    session: Session, book: Book, facts: Facts, conversation_id: UUID, episode_id: UUID, seq: int, now: datetime
) -> None:
    """An episode opens: its clock starts, where a policy promises when it will be resolved."""
    terms = book.terms(ClockKind.RESOLUTION, facts)
    if terms is None:
        return
    keep_time.start(
        session,
        conversation_id=conversation_id,
        number_id=facts.number_id,
        team_id=facts.team_id,
        episode_id=episode_id,
        terms=terms,
        book_version=book.version,
        seq=seq,
        started_at=now,
        now=now,
    )


def follow(session: Session, episode_id: UUID | None, state: ConversationState, now: datetime) -> None:
    """The conversation came into a state: the clock runs, pauses or ends with it. Saying it twice changes nothing."""
    clock = _of(session, episode_id)
    if clock is None or (events := _events(clock, state, now)) is None:
        return
    keep_time.happened(session, clock, *events)
    _promise_anew(session, clock, events, now)
    for event in events:
        if event.kind is not ClockEventKind.BREACH:
            record(session, f"resolution.{_PAST[event.kind]}", now, conversation_id=clock.conversation_id, team_id=clock.team_id,
                   subject_id=clock.id)  # fmt: skip
    if ClockEventKind.BREACH in {event.kind for event in events}:
        keep_time.raise_breach(session, clock, now)


def _promise_anew(session: Session, clock: Clock, events: list[ClockEvent], now: datetime) -> None:
    """What was ended goes on by what is promised there now, and speaks to the team that has it now."""
    if events[0].kind is ClockEventKind.REACTIVATE:
        conversation = session.get_one(Conversation, clock.conversation_id)
        clock.team_id = conversation.team_id
        apply_policies.rederive_conversation(session, conversation, now)


def _of(session: Session, episode_id: UUID | None) -> Clock | None:
    if episode_id is None:
        return None
    return session.scalar(
        keep_time.locked(select(Clock).where(Clock.episode_id == episode_id, Clock.kind == ClockKind.RESOLUTION))
    )


def _events(clock: Clock, state: ConversationState, now: datetime) -> list[ClockEvent] | None:
    """What has to happen to the clock; None where nothing has."""
    if clock.state is ClockState.CANCELLED:
        return None  # its policy went away
    again = [ClockEvent(ClockEventKind.REACTIVATE, now)] if clock.state is ClockState.FULFILLED else []
    if state is ConversationState.RESOLVED:
        return None if again else [*_late(clock, now), fulfilled(now)]
    if state is ConversationState.WAITING_FOR_US:
        return again or ([resumed(now)] if clock.state is ClockState.PAUSED else None)
    if clock.state is ClockState.PAUSED:
        return None
    return [*again, *_late(clock, now), paused(now, state.value)]


def _late(clock: Clock, now: datetime) -> list[ClockEvent]:
    """A deadline that passed while it ran is broken, even if nobody looked before it stopped."""
    is_late = clock.state is ClockState.RUNNING and not kept(clock.due_at, now) and clock.breached_at is None
    return [step_told(Step.BREACH, now)] if is_late else []


_PAST = {
    ClockEventKind.FULFIL: "fulfilled",
    ClockEventKind.PAUSE: "paused",
    ClockEventKind.RESUME: "resumed",
    ClockEventKind.REACTIVATE: "reactivated",
}
