"""A person decides about a text that may not have been sent: send it again, or take it for sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk.check_sending import ask_leave
from smsdesk.desk.record import record
from smsdesk.desk.reply import write
from smsdesk.desk.settle import move, opened
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import locked
from smsdesk.models.message import Message
from smsdesk.rules.delivery_status import State

SENT_AGAIN = "It was sent again."
MAY_BE_SENT_AGAIN = frozenset({State.UNCONFIRMED, State.FAILED, State.UNDELIVERED})


class NothingToDecide(Exception):
    """The fate of this text is known, or somebody has decided already."""

    def __init__(self) -> None:
        super().__init__("Somebody has decided about this text already, or its fate has become known.")


def resend(session: Session, message: Message, by: Agent, now: datetime, client_token: str) -> Message:
    """A new approval of the same words. The old text keeps its state, for nobody knows better; it is marked.

    Raises NothingToDecide, OptedOut, NotReachable, TooManyTexts. The same token again gives the same text.
    """
    conversation = session.scalars(locked(message.conversation_id)).one()
    already = session.scalar(select(Message).where(Message.author_id == by.id, Message.client_token == client_token))
    if already is not None:
        return already
    old = opened(session, message.id, conversation.id)
    if old.state not in MAY_BE_SENT_AGAIN or old.block_reason == SENT_AGAIN or old.emptied_at is not None:
        raise NothingToDecide
    leave = ask_leave(session, conversation, by, now)
    again = write(session, conversation, old.body, by, leave, now, client_token, "web")
    # It answers what its author had before them then, not what has arrived since
    again.answered_through = old.answered_through
    old.block_reason = SENT_AGAIN
    record(
        session,
        "message.resent",
        now,
        conversation_id=conversation.id,
        team_id=conversation.team_id,
        actor_id=by.id,
        subject_id=again.id,
        instead_of=str(old.id),
    )
    conversation.has_failure = False
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)
    return again


def mark_as_sent(session: Session, message: Message, by: Agent, now: datetime) -> None:
    """Somebody knows that it arrived: it counts as accepted. Raises NothingToDecide."""
    conversation = session.scalars(locked(message.conversation_id)).one()
    message = opened(session, message.id, conversation.id)
    if message.state is not State.UNCONFIRMED or message.block_reason == SENT_AGAIN:
        raise NothingToDecide
    record(
        session,
        "message.marked_as_sent",
        now,
        conversation_id=conversation.id,
        team_id=conversation.team_id,
        actor_id=by.id,
        subject_id=message.id,
    )
    move(session, message, State.SENT, now)
