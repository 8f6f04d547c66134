"""Resolved, and reopened: an episode ends when a person says so, and can be taken up again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce, later
from smsdesk.desk import keep_resolution, promise
from smsdesk.desk.recognise import ensure_not_erased
from smsdesk.desk.record import record
from smsdesk.desk.thread import reopen as reopen_episode
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation, ConversationState, locked, place_in_queue
from smsdesk.models.episode import Episode


class SomethingNewWaits(Exception):
    """A text arrived that the person who resolves had not seen."""


def resolve(session: Session, conversation: Conversation, by: Agent, now: datetime, *, seen: int | None = None) -> None:
    """End the episode; its clock is cancelled. Raises SomethingNewWaits where a text is unseen. Twice is once."""
    conversation = session.scalars(locked(conversation.id)).one()
    if seen is not None and conversation.last_inbound_seq > seen:
        raise SomethingNewWaits
    if conversation.state is ConversationState.RESOLVED:
        return
    promise.cancel(session, conversation, promise.RESOLVED, now)
    episode = session.get(Episode, conversation.episode_id) if conversation.episode_id else None
    if episode is not None and episode.resolved_at is None:
        episode.resolved_at, episode.resolved_by_id = now, by.id
    conversation.state, conversation.assignee_id, conversation.placement_reason = ConversationState.RESOLVED, None, None
    conversation.snoozed_until = None
    session.flush()
    keep_resolution.follow(session, conversation.episode_id, conversation.state, now)
    record(
        session,
        "conversation.resolved",
        now,
        conversation_id=conversation.id,
        team_id=conversation.team_id,
        actor_id=by.id,
        subject_id=conversation.episode_id,
    )
    later(session, "routing.drain")
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)


def reopen(session: Session, conversation: Conversation, by: Agent, now: datetime) -> None:
    """Take "resolved" back: the episode goes on with the person who reopened it. A text that is unanswered waits again."""
    conversation = session.scalars(locked(conversation.id)).one()
    if conversation.state is not ConversationState.RESOLVED:
        return
    ensure_not_erased(session, conversation.customer_id)
    resolved_at = _take_back(session, conversation)
    conversation.state, conversation.assignee_id = ConversationState.WAITING_FOR_THEM, by.id
    conversation.placement_reason = f"{by.name} reopened it"
    conversation.queue_at = place_in_queue(None, conversation.last_message_at)
    session.flush()
    keep_resolution.follow(session, conversation.episode_id, conversation.state, now)
    if resolved_at is not None:
        promise.resume(session, conversation, resolved_at, now)
    record(
        session,
        "conversation.reopened",
        now,
        conversation_id=conversation.id,
        team_id=conversation.team_id,
        actor_id=by.id,
        subject_id=conversation.episode_id,
    )
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)


def _take_back(session: Session, conversation: Conversation) -> datetime | None:
    """Reopen the episode; when it had been resolved."""
    if conversation.episode_id is None:
        return None
    resolved_at = session.scalar(select(Episode.resolved_at).where(Episode.id == conversation.episode_id))
    reopen_episode(session, conversation.episode_id)
    return resolved_at
