"""A person says that a text needs no answer, or takes that back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce, later
from smsdesk.desk import keep_resolution, promise
from smsdesk.desk.keep_time import cancel_running, events_of, happened, running
from smsdesk.desk.keep_time import locked as locked_clocks
from smsdesk.desk.match_answers import NO_REPLY_NEEDED, other_answer
from smsdesk.desk.record import record
from smsdesk.desk.resolve import SomethingNewWaits
from smsdesk.models.agent import Agent
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.conversation import Conversation, ConversationState, locked
from smsdesk.rules.reply_clock import ClockEvent, ClockEventKind, ClockKind, ClockState


class NobodyWaits(Exception):
    """There is no unanswered text that could need no reply, or no such word that could be taken back."""


def needs_no_reply(
    session: Session, conversation: Conversation, by: Agent, now: datetime, *, seen: int | None = None
) -> None:
    """A person says that what the customer wrote needs no answer: the clock stops, and nothing counts as answered.

    `seen`: the last text that they had before them. Product.md, clocks, rule 9. Raises NobodyWaits, SomethingNewWaits.
    """
    conversation = session.scalars(locked(conversation.id)).one()
    if seen is not None and conversation.last_inbound_seq > seen:
        raise SomethingNewWaits
    clock = cancel_running(session, conversation.id, NO_REPLY_NEEDED, now)
    if clock is None:
        raise NobodyWaits
    conversation.state = ConversationState.WAITING_FOR_THEM
    promise.nobody_waits(conversation)
    keep_resolution.follow(session, conversation.episode_id, conversation.state, now)
    _told(session, "clock.no_reply_needed", conversation, clock, by, now)
    later(session, "routing.drain")  # somebody has room again


def needs_reply(session: Session, conversation: Conversation, by: Agent, now: datetime) -> None:
    """Take "no reply needed" back: the same clock runs on from its start. Raises NobodyWaits where there is none to take back."""
    conversation = session.scalars(locked(conversation.id)).one()
    clock = _last_cancelled(session, conversation)
    is_ours = clock is not None and events_of(session, clock)[-1].detail.get("why") == NO_REPLY_NEEDED
    if clock is None or not is_ours or running(session, conversation.id) is not None:
        raise NobodyWaits
    if promise.is_stopped(session, conversation) or other_answer(session, None, clock) is not None:
        raise NobodyWaits
    happened(session, clock, ClockEvent(ClockEventKind.REACTIVATE, now))
    _told(session, "clock.reply_needed", conversation, clock, by, now)
    promise.reopen_if_resolved(session, conversation)
    promise.wait(session, conversation, clock, now)


def can_be_taken_back(session: Session, conversation: Conversation) -> bool:
    """Whether "no reply needed" was the last word here; looks only."""
    if conversation.state is not ConversationState.WAITING_FOR_THEM:
        return False
    last = session.execute(
        select(Clock.id, Clock.state)
        .where(Clock.conversation_id == conversation.id, Clock.kind != ClockKind.RESOLUTION)
        .order_by(Clock.started_seq.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.state is not ClockState.CANCELLED:
        return False
    told = select(StoredEvent.detail).where(StoredEvent.clock_id == last.id).order_by(StoredEvent.id.desc()).limit(1)
    return (session.scalar(told) or {}).get("why") == NO_REPLY_NEEDED


def _last_cancelled(session: Session, conversation: Conversation) -> Clock | None:
    cancelled = select(Clock).where(
        Clock.conversation_id == conversation.id,
        Clock.state == ClockState.CANCELLED,
        Clock.kind != ClockKind.RESOLUTION,
    )
    return session.scalar(locked_clocks(cancelled.order_by(Clock.started_seq.desc()).limit(1)))


def _told(session: Session, kind: str, conversation: Conversation, clock: Clock, by: Agent, now: datetime) -> None:
    record(session, kind, now, conversation_id=conversation.id, team_id=conversation.team_id, actor_id=by.id,
           subject_id=clock.id)  # fmt: skip
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)
