"""Putting a conversation aside until a moment; a text that arrives brings it back at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk import keep_resolution
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation, ConversationState, locked

LONGEST = timedelta(days=365)
BATCH = 200


class SomebodyWaits(Exception):
    """A snooze would hide a customer who waits for an answer; reply clocks do not pause."""


class IsResolved(Exception):
    """Nothing is left to be put aside; it can be reopened."""


class NotAhead(ValueError):
    """A snooze ends later than now, and within a year."""


def snooze(session: Session, conversation: Conversation, until: datetime, by: Agent, now: datetime) -> None:
    """Until then it leaves the queue of those who work. Raises SomebodyWaits, IsResolved, NotAhead."""
    if not now < until <= now + LONGEST:
        raise NotAhead
    conversation = session.scalars(locked(conversation.id)).one()
    if conversation.state is ConversationState.WAITING_FOR_US:
        raise SomebodyWaits
    if conversation.state is ConversationState.RESOLVED:
        raise IsResolved
    conversation.state, conversation.snoozed_until = ConversationState.SNOOZED, until
    _changed(session, conversation, "conversation.snoozed", by, now, until=until.isoformat())


def wake(session: Session, conversation: Conversation, by: Agent, now: datetime) -> None:
    """Take a snooze back. Twice is once."""
    conversation = session.scalars(locked(conversation.id)).one()
    if conversation.state is ConversationState.SNOOZED:
        _wake(session, conversation, by, now)


def is_due(session: Session, now: datetime) -> bool:
    """Whether `wake_due` has something to do."""
    return bool(session.scalar(select(select(Conversation.id).where(*_due(now)).exists())))


def wake_due(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Bring back what was put aside until now; returns how many."""
    due = session.scalars(select(Conversation.id).where(*_due(now)).order_by(Conversation.id).limit(limit)).all()
    for conversation_id in due:
        conversation = session.scalars(locked(conversation_id)).one()
        if conversation.snoozed_until is not None and conversation.snoozed_until <= now:
            _wake(session, conversation, None, now)
    return len(due)


def _due(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Conversation.snoozed_until.is_not(None), Conversation.snoozed_until <= now


def _wake(session: Session, conversation: Conversation, by: Agent | None, now: datetime) -> None:
    if conversation.state is ConversationState.SNOOZED:
        conversation.state = ConversationState.WAITING_FOR_THEM
    conversation.snoozed_until = None
    _changed(session, conversation, "conversation.woken", by, now)
    if conversation.assignee_id is not None:
        announce(session, "given", conversation.id, agent_id=conversation.assignee_id)


def _changed(
    session: Session, conversation: Conversation, kind: str, by: Agent | None, now: datetime, **detail: str
) -> None:
    session.flush()
    keep_resolution.follow(session, conversation.episode_id, conversation.state, now)
    record(session, kind, now, conversation_id=conversation.id, team_id=conversation.team_id, actor_id=by.id if by else None,
           subject_id=conversation.id, **detail)  # fmt: skip
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)
