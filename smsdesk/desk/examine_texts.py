"""What must always hold of single texts and of the log about them, as questions to the database."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, literal, or_, select

from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address
from smsdesk.models.event import Event
from smsdesk.models.message import Direction, Message
from smsdesk.rules.delivery_status import State
from smsdesk.rules.tombstones import BEGINS

LOOKED_BACK = timedelta(days=7)  # the log of years would take longer than a doctor may
# States of ours that are written down when they are come into; the others are the outbox's own
TOLD = [
    State.UNKNOWN,
    State.UNCONFIRMED,
    State.ACCEPTED,
    State.SENT,
    State.DELIVERED,
    State.UNDELIVERED,
    State.FAILED,
    State.BLOCKED,
    State.CANCELED,
]


def in_anothers_thread(_now: datetime) -> Select[int]:
    """A text that came from one phone, or went to one, stands in the conversation of another."""
    theirs = or_(
        and_(Message.direction == Direction.IN, Message.sender != Address.value),
        and_(Message.direction == Direction.OUT, Message.recipient != Address.value),
    )
    return (
        select(func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Address, Address.id == Conversation.address_id)
        .where(theirs, Address.value.not_like(f"{BEGINS}%"))  # an erasure empties text after text
    )


def arrived_unlogged(now: datetime) -> Select[int]:
    """An arrival that the log does not tell of, or tells of twice."""
    return _not_told_once(Direction.IN, "text.received", now, twice_is_wrong=True)


def moved_unlogged(now: datetime) -> Select[int]:
    """A text of ours in a state into which, by the log, it never came."""
    return _not_told_once(Direction.OUT, None, now, twice_is_wrong=False)


def _not_told_once(direction: Direction, kind: str | None, now: datetime, *, twice_is_wrong: bool) -> Select[int]:
    told = Event.kind == (kind if kind else literal("message.").concat(Message.state))
    times = func.count(Event.id)
    odd = (
        select(Message.id)
        .outerjoin(Event, and_(Event.conversation_id == Message.conversation_id, Event.subject_id == Message.id, told))
        .where(Message.direction == direction, Message.created_at > now - LOOKED_BACK)
        .group_by(Message.id)
        .having(times != 1 if twice_is_wrong else times == 0)
    )
    if kind is None:
        odd = odd.where(Message.state.in_(TOLD))
    return select(func.count()).select_from(odd.subquery())
