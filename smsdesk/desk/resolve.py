"""Resolved, and reopened: an episode ends when a person says so, and can be taken up again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce, later
from smsdesk.desk import promise
from smsdesk.desk.record import record
from smsdesk.desk.thread import reopen as reopen_episode
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation, ConversationState, place_in_queue
from smsdesk.models.episode import Episode


class SomethingNewWaits(Exception):
    """A text arrived that the person who resolves had not seen."""


def resolve(session: Session, conversation: Conversation, by: Agent, now: datetime, *, seen: int | None = None) -> None:
    """End the episode; its clock is cancelled. Raises SomethingNewWaits where a text is unseen. Twice is once."""
    conversation = _locked(session, conversation)
    if seen is not None and conversation.last_inbound_seq > seen:
        raise SomethingNewWaits
    if conversation.state is ConversationState.RESOLVED:
        return
    promise.cancel(session, conversation, "resolved", now)
    episode = session.get(Episode, conversation.episode_id) if conversation.episode_id else None
    if episode is not None and episode.resolved_at is None:
        episode.resolved_at, episode.resolved_by_id = now, by.id
    conversation.state, conversation.assignee_id, conversation.placement_reason = ConversationState.RESOLVED, None, None
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
    conversation = _locked(session, conversation)
    if conversation.state is not ConversationState.RESOLVED:
        return
    if conversation.episode_id is not None:
        reopen_episode(session, conversation.episode_id)
    conversation.state, conversation.assignee_id = ConversationState.WAITING_FOR_THEM, by.id
    conversation.placement_reason = f"{by.name} reopened it"
    conversation.queue_at = place_in_queue(None, conversation.last_message_at)
    promise.resume(session, conversation, now)
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


def _locked(session: Session, conversation: Conversation) -> Conversation:
    return session.execute(
        select(Conversation)
        .where(Conversation.id == conversation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
