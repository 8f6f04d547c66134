"""A person says that a text needs no answer, or takes that back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce, later
from smsdesk.desk import keep_resolution, promise
from smsdesk.desk.keep_time import cancel_running, happened, running
from smsdesk.desk.match_answers import NO_REPLY_NEEDED, cancelled, other_answer
from smsdesk.desk.record import record
from smsdesk.desk.resolve import SomethingNewWaits
from smsdesk.models.agent import Agent
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation, ConversationState, locked
from smsdesk.rules.reply_clock import ClockEvent, ClockEventKind


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
    clock, why, _ = next(reversed(cancelled(session, conversation.id)), (None, None, None))
    if clock is None or why != NO_REPLY_NEEDED or running(session, conversation.id) is not None:
        raise NobodyWaits
    if promise.is_stopped(session, conversation) or other_answer(session, None, clock) is not None:
        raise NobodyWaits
    happened(session, clock, ClockEvent(ClockEventKind.REACTIVATE, now))
    _told(session, "clock.reply_needed", conversation, clock, by, now)
    promise.reopen_if_resolved(session, conversation)
    promise.wait(session, conversation, clock, now)


def can_be_taken_back(session: Session, conversation: Conversation) -> bool:
    """Whether "no reply needed" was the last word here; looks only."""
    if conversation.state is not ConversationState.WAITING_FOR_THEM or promise.is_stopped(session, conversation):
        return False
    clock, why, _ = next(reversed(cancelled(session, conversation.id, hold=False)), (None, None, None))
    return clock is not None and why == NO_REPLY_NEEDED and other_answer(session, None, clock) is None


def _told(session: Session, kind: str, conversation: Conversation, clock: Clock, by: Agent, now: datetime) -> None:
    record(session, kind, now, conversation_id=conversation.id, team_id=conversation.team_id, actor_id=by.id,
           subject_id=clock.id)  # fmt: skip
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)
