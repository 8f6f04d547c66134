"""A text of ours takes its place in a conversation, ready to be sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from smsdesk.adapters.promises import later
from smsdesk.desk.recognise import WasErased
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address
from smsdesk.models.message import AuthorKind, Direction, Message, Purpose
from smsdesk.models.number import Number
from smsdesk.rules.delivery_status import State
from smsdesk.rules.segments import count
from smsdesk.rules.tombstones import is_tombstone


def compose(
    session: Session,
    conversation: Conversation,
    body: str,
    author_kind: AuthorKind,
    purpose: Purpose,
    now: datetime,
    lasts: timedelta,
    not_before: datetime | None = None,
) -> Message:
    """The next text of a conversation that the caller holds, to be sent within `lasts` of its moment or not at all.

    Raises WasErased.
    """
    goes_at = not_before or now
    number, address = session.get_one(Number, conversation.number_id), session.get_one(Address, conversation.address_id)
    if is_tombstone(address.value):
        raise WasErased
    conversation.last_seq += 1
    message = Message(
        conversation_id=conversation.id,
        episode_id=conversation.episode_id,
        seq=conversation.last_seq,
        direction=Direction.OUT,
        author_kind=author_kind,
        body=body,
        state=State.READY,
        sender=number.address,
        recipient=address.value,
        segments=count(body).segments,
        created_at=now,
        purpose=purpose,
        not_before=goes_at,
        not_after=goes_at + lasts,
    )
    session.add(message)
    later(session, "outbound.drain")
    return message
