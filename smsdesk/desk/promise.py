"""The promise of a reply: a clock starts with a text, is kept by a person's answer, and runs again if that fails."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.adapters.promises import announce, later
from smsdesk.desk.record import record
from smsdesk.desk.remind import raise_alert
from smsdesk.desk.thread import Place, reopen
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.conversation import Conversation, ConversationState, place_in_queue
from smsdesk.models.episode import Episode
from smsdesk.models.message import AuthorKind, Direction, Message
from smsdesk.models.number import Number
from smsdesk.rules.delivery_status import State
from smsdesk.rules.reply_clock import (
    ClockEvent,
    ClockEventKind,
    ClockFacts,
    ClockState,
    activated,
    after,
    fold,
    fulfilled,
    kept,
    next_step,
    policy_applied,
    which_clock,
)

REACHED = (State.ACCEPTED, State.SENT, State.DELIVERED)


def start(session: Session, place: Place, episode_id: UUID, replied_before: bool, seq: int, now: datetime) -> None:
    """An unanswered text starts the clock of its conversation; none may be running."""
    _start(
        session,
        place.conversation_id,
        place.number_id,
        place.team_id,
        episode_id,
        place.target,
        replied_before,
        seq,
        now,
        now,
    )


def answer(session: Session, message: Message, at: datetime) -> None:
    """A text of ours was accepted by the carrier at `at`. Only a person's keeps a promise, for what they had before them."""
    if message.author_kind is not AuthorKind.AGENT:
        return
    conversation = session.get_one(Conversation, message.conversation_id)
    clock = running_clock(session, conversation.id)
    if clock is None or clock.started_seq > (message.answered_through or 0):
        return
    _tell_a_missed_breach(session, clock, at)
    _happened(session, clock, fulfilled(at, message.id))
    clock.fulfilled_by_id = message.id
    episode = session.get(Episode, clock.episode_id)
    if episode is not None and episode.first_replied_at is None:
        episode.first_replied_at = at
    conversation.last_helper_id = message.author_id
    record(session, "clock.fulfilled", at, conversation_id=conversation.id, team_id=clock.team_id, actor_id=message.author_id, subject_id=clock.id,
           kept=kept(clock.due_at, at))  # fmt: skip
    session.flush()
    _wait_for_what_is_left(session, conversation, message.answered_through or 0, at)


def unanswer(session: Session, message: Message, now: datetime) -> None:
    """The carrier failed an answer that it had accepted: its clock runs on from its old start, for the wait was real."""
    clock = session.scalar(
        select(Clock).where(Clock.fulfilled_by_id == message.id, Clock.state == ClockState.FULFILLED)
    )
    if clock is None:
        return
    conversation = session.get_one(Conversation, message.conversation_id)
    helped = _later_answer(session, message, clock)
    if helped is None:
        _cancel_running(session, conversation.id, "an earlier text is unanswered again", now)
    _happened(session, clock, ClockEvent(ClockEventKind.REACTIVATE, now, {"message_id": str(message.id)}))
    clock.fulfilled_by_id = None
    record(
        session, "clock.reactivated", now, conversation_id=conversation.id, team_id=clock.team_id, subject_id=clock.id
    )
    if helped is not None:
        _happened(session, clock, fulfilled(helped.accepted_at or now, helped.id))
        clock.fulfilled_by_id = helped.id
        return
    episode = session.get(Episode, clock.episode_id)
    if episode is not None and episode.resolved_at is not None and conversation.episode_id == episode.id:
        reopen(session, episode.id)
    _wait(session, conversation, clock, conversation.last_message_at)


def cancel(session: Session, conversation: Conversation, why: str, now: datetime) -> None:
    """Nobody waits any more: the conversation was resolved, or the customer said STOP."""
    _cancel_running(session, conversation.id, why, now)
    conversation.waiting_since = conversation.reply_due_at = None
    conversation.queue_at = place_in_queue(None, conversation.last_message_at)


def resume(session: Session, conversation: Conversation, now: datetime) -> None:
    """A conversation is open again: what was unanswered when it was resolved waits again, since its old start."""
    clock = session.scalar(
        select(Clock).where(Clock.conversation_id == conversation.id).order_by(Clock.started_seq.desc()).limit(1)
    )
    if clock is None or clock.state is not ClockState.CANCELLED or _is_answered(session, clock):
        return
    _happened(session, clock, ClockEvent(ClockEventKind.REACTIVATE, now))
    record(
        session, "clock.reactivated", now, conversation_id=conversation.id, team_id=clock.team_id, subject_id=clock.id
    )
    _wait(session, conversation, clock, conversation.last_message_at)


def change_target(session: Session, number: Number, target: timedelta, actor_id: UUID, now: datetime) -> int:
    """A manager promises another reply time; clocks that run are re-derived. Returns how many."""
    record(session, "number.target_changed", now, team_id=number.team_id, actor_id=actor_id, subject_id=number.id,
           before=round(number.target.total_seconds()), after=round(target.total_seconds()))  # fmt: skip
    number.target = target
    clocks = session.scalars(select(Clock).where(Clock.number_id == number.id, Clock.state == ClockState.RUNNING)).all()
    for clock in clocks:
        _happened(session, clock, policy_applied(now, target))
        conversation = session.get_one(Conversation, clock.conversation_id)
        _wait(session, conversation, clock, conversation.last_message_at)
    announce(session, "queue", None, team_id=number.team_id)
    return len(clocks)


def running_clock(session: Session, conversation_id: UUID) -> Clock | None:
    """The one clock that runs in a conversation, or None where nobody waits."""
    return session.scalar(
        select(Clock).where(Clock.conversation_id == conversation_id, Clock.state == ClockState.RUNNING)
    )


def facts_of(session: Session, clock: Clock) -> ClockFacts:
    """What the clock's events add up to."""
    stored = session.scalars(select(StoredEvent).where(StoredEvent.clock_id == clock.id).order_by(StoredEvent.id))
    return fold(ClockEvent(event.kind, event.at, event.detail) for event in stored)


def _tell_a_missed_breach(session: Session, clock: Clock, at: datetime) -> None:
    # Late is late even if nobody looked in between
    if clock.next_step is None or kept(clock.due_at, at):
        return
    raise_alert(session, clock, at)


def _wait_for_what_is_left(session: Session, conversation: Conversation, answered_through: int, now: datetime) -> None:
    oldest = session.execute(
        select(Message.created_at, Message.seq)
        .where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.IN,
            Message.seq > answered_through,
        )
        .order_by(Message.seq)
        .limit(1)
    ).one_or_none()
    if oldest is None or conversation.episode_id is None:
        conversation.state = ConversationState.WAITING_FOR_THEM
        conversation.waiting_since = conversation.reply_due_at = None
        conversation.queue_at = place_in_queue(None, conversation.last_message_at)
        return
    number = session.get_one(Number, conversation.number_id)
    clock_id = _start(
        session,
        conversation.id,
        number.id,
        conversation.team_id,
        conversation.episode_id,
        number.target,
        True,
        oldest.seq,
        oldest.created_at,
        now,
    )
    _wait(session, conversation, session.get_one(Clock, clock_id), conversation.last_message_at)


def _start(
    session: Session,
    conversation_id: UUID,
    number_id: UUID,
    team_id: UUID,
    episode_id: UUID,
    target: timedelta,
    replied_before: bool,
    seq: int,
    started_at: datetime,
    now: datetime,
) -> UUID:
    clock_id, event, step = new_id(), activated(now, started_at, target), next_step(started_at, target, ())
    connection = session.connection()
    connection.execute(
        insert(_table(Clock)),
        {
            "id": clock_id,
            "conversation_id": conversation_id,
            "episode_id": episode_id,
            "number_id": number_id,
            "team_id": team_id,
            "kind": which_clock(replied_before),
            "state": ClockState.RUNNING,
            "started_at": started_at,
            "started_seq": seq,
            "target": target,
            "due_at": started_at + target,
            "next_step": step[0] if step else None,
            "next_alert_at": step[1] if step else None,
        },
    )
    connection.execute(
        insert(_table(StoredEvent)),
        {"id": new_id(), "clock_id": clock_id, "kind": event.kind, "at": now, "detail": event.detail},
    )
    return clock_id


def _happened(session: Session, clock: Clock, event: ClockEvent) -> None:
    """Add an event; the row becomes what all events add up to."""
    facts = after(facts_of(session, clock), event)
    session.add(StoredEvent(clock_id=clock.id, kind=event.kind, at=event.at, detail=dict(event.detail)))
    clock.state, clock.target, clock.due_at = facts.state, facts.target, facts.due_at
    clock.fulfilled_at, clock.breached_at = facts.fulfilled_at, facts.breached_at
    step = next_step(facts.started_at, facts.target, facts.told) if facts.state is ClockState.RUNNING else None
    clock.next_step, clock.next_alert_at = step or (None, None)
    session.flush()


def _cancel_running(session: Session, conversation_id: UUID, why: str, now: datetime) -> None:
    clock = running_clock(session, conversation_id)
    if clock is not None:
        _happened(session, clock, ClockEvent(ClockEventKind.CANCEL, now, {"why": why}))
        record(
            session,
            "clock.cancelled",
            now,
            conversation_id=conversation_id,
            team_id=clock.team_id,
            subject_id=clock.id,
            why=why,
        )


def _is_answered(session: Session, clock: Clock) -> bool:
    answers = select(Message.id).where(
        Message.conversation_id == clock.conversation_id,
        Message.author_kind == AuthorKind.AGENT,
        Message.state.in_(REACHED),
        Message.answered_through >= clock.started_seq,
    )
    return session.scalar(answers.limit(1)) is not None


def _later_answer(session: Session, failed: Message, clock: Clock) -> Message | None:
    return session.scalar(
        select(Message)
        .where(
            Message.conversation_id == failed.conversation_id,
            Message.author_kind == AuthorKind.AGENT,
            Message.id != failed.id,
            Message.state.in_(REACHED),
            Message.answered_through >= clock.started_seq,
            Message.accepted_at.is_not(None),
        )
        .order_by(Message.accepted_at)
        .limit(1)
    )


def _wait(session: Session, conversation: Conversation, clock: Clock, last_message_at: datetime) -> None:
    conversation.state = ConversationState.WAITING_FOR_US
    conversation.waiting_since, conversation.reply_due_at = clock.started_at, clock.due_at
    conversation.queue_at = place_in_queue(clock.due_at, last_message_at)
    if conversation.assignee_id is None:
        later(session, "routing.drain")


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]
