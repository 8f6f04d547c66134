"""A person answers: what they approve is written once, and sent after the commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from smsdesk.adapters.promises import announce
from smsdesk.desk.check_sending import QUIET, Leave, ask_leave
from smsdesk.desk.compose import compose
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation, locked, place_in_queue
from smsdesk.models.message import AuthorKind, Message, Purpose
from smsdesk.models.reading import Draft
from smsdesk.rules.delivery_status import State
from smsdesk.rules.segments import ensure_sendable
from smsdesk.rules.texts import clean, preview

STALE_AFTER = timedelta(hours=4)  # trust.md 2.5: an answer must not arrive in the night


class SomethingNewArrived(Exception):
    """Texts or a colleague's reply that the author had not seen; `messages` are these, oldest first."""

    def __init__(self, messages: Sequence[Message]) -> None:
        super().__init__("Something new arrived since you opened this.")
        self.messages = list(messages)


class TokenUsedForOtherWords(Exception):
    """The same client token came with another text: one approval is one text."""


def reply(
    session: Session,
    conversation_id: UUID,
    body: str,
    author: Agent,
    now: datetime,
    *,
    seen: int | None,
    client_token: str,
    source: str = "web",
) -> Message:
    """Write what a person approved, once; it is sent after the commit.

    `seen`: the seq of the last text on the author's screen; whoever was shown what is new and sends all the same brings the
    new one. None: a program that does not look.
    Raises EmptyReply, TooLong, OptedOut, NotReachable, TooManyTexts, SomethingNewArrived, TokenUsedForOtherWords.
    """
    body = clean(body).strip()
    ensure_sendable(body)
    # The lock makes the look at what is new, and the place in line, the same for everybody
    conversation = session.scalars(locked(conversation_id)).one()
    if already := _written_before(session, author, client_token, conversation, body):
        return already
    leave = ask_leave(session, conversation, author, now)
    if seen is not None and conversation.last_seq > seen:
        raise SomethingNewArrived(_since(session, conversation, seen))
    message = write(session, conversation, body, author, leave, now, client_token, source)
    _drop_draft(session, conversation, author)
    _tell(session, conversation, message, now)
    return message


def _tell(session: Session, conversation: Conversation, message: Message, now: datetime) -> None:
    record(
        session,
        "reply.approved",
        now,
        conversation_id=conversation.id,
        team_id=conversation.team_id,
        actor_id=message.author_id,
        subject_id=message.id,
    )
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)


def write(
    session: Session,
    conversation: Conversation,
    body: str,
    author: Agent,
    leave: Leave,
    now: datetime,
    client_token: str,
    source: str,
) -> Message:
    """One approval becomes one row, the next in its conversation; the caller holds the conversation and has leave."""
    conversation.last_message_at, conversation.last_preview, conversation.last_is_ours = now, preview(body, 0), True
    conversation.queue_at = place_in_queue(conversation.reply_due_at, now)
    if conversation.assignee_id is None:
        conversation.assignee_id, conversation.placement_reason = author.id, f"{author.name} answered"
    if leave.purpose is Purpose.ANSWER:
        _release(session, conversation, now)
    message = compose(session, conversation, body, AuthorKind.AGENT, leave.purpose, now, STALE_AFTER, leave.not_before)
    message.block_reason = QUIET if leave.not_before > now else None
    message.author_id, message.client_token, message.source = author.id, client_token, source
    message.answered_through = conversation.last_inbound_seq
    session.flush()
    return message


def _release(session: Session, conversation: Conversation, now: datetime) -> None:
    """They write with us now: what waited for their morning goes first, as it was said first."""
    session.execute(
        update(Message)
        .where(Message.conversation_id == conversation.id, Message.state == State.READY, Message.block_reason == QUIET)
        .values(purpose=Purpose.ANSWER, not_before=now, not_after=now + STALE_AFTER, block_reason=None),
        execution_options={"synchronize_session": False},
    )


def _written_before(
    session: Session, author: Agent, client_token: str, conversation: Conversation, body: str
) -> Message | None:
    message = session.scalar(
        select(Message).where(Message.author_id == author.id, Message.client_token == client_token)
    )
    if message is not None and (message.conversation_id != conversation.id or message.body != body):
        raise TokenUsedForOtherWords
    return message


def _since(session: Session, conversation: Conversation, seen: int) -> Sequence[Message]:
    messages = session.scalars(
        select(Message)
        .options(joinedload(Message.author))
        .where(Message.conversation_id == conversation.id, Message.seq > seen)
        .order_by(Message.seq)
    ).all()
    for message in messages:
        session.expunge(message)  # Whoever is refused rolls back, and still has to show these
    return messages


def _drop_draft(session: Session, conversation: Conversation, author: Agent) -> None:
    draft = session.get(Draft, (author.id, conversation.id))
    if draft is not None:
        session.delete(draft)
