"""A text that still waits for its moment is taken back; one that a sender has claimed is beyond that."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from smsdesk.desk.decide import NothingToDecide
from smsdesk.desk.settle import move, opened
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import locked
from smsdesk.models.message import Message
from smsdesk.rules.delivery_status import State

TAKEN_BACK = "Taken back by {name} before it was sent."
CAN_BE_TAKEN_BACK = frozenset({State.READY, State.RETRY_WAIT})


def is_held(state: State, why: str | None) -> bool:
    """It waits for a moment that the law or the house has set."""
    return state in CAN_BE_TAKEN_BACK and bool(why)


def withdraw(session: Session, message: Message, by: Agent, now: datetime) -> None:
    """Nothing was sent, and nothing will be. Raises NothingToDecide."""
    conversation = session.scalars(locked(message.conversation_id)).one()
    message = opened(session, message.id, conversation.id)
    if message.state not in CAN_BE_TAKEN_BACK:
        raise NothingToDecide
    move(session, message, State.CANCELED, now, why=TAKEN_BACK.format(name=by.name))
