"""What a text brings to a statement, and what the statement answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.ids import new_id
from smsdesk.rules.phone_numbers import SenderKind, read_sender
from smsdesk.rules.reply_clock import SHARES
from smsdesk.rules.texts import clean, preview

FIRST_STEP, FIRST_SHARE = next(iter(SHARES.items()))


@dataclass(frozen=True)
class Stored:
    """Where a text went: what the news and the wake-up need."""

    conversation_id: UUID
    team_id: UUID
    has_agent: bool


@dataclass(frozen=True)
class Parcel:
    """Everything that a statement needs; ids and times are made here, decisions that hang on stored facts are in the statement."""

    text: InboundText
    kind: SenderKind
    body: str
    preview: str
    now: datetime
    message_id: UUID
    event_id: UUID
    clock_id: UUID
    clock_event_id: UUID


def parcel_of(text: InboundText, now: datetime) -> Parcel:
    """Raises UnreadableSender."""
    body = clean(text.body)
    return Parcel(
        text, read_sender(text.sender).kind, body, preview(body, 0), now, new_id(), new_id(), new_id(), new_id()
    )
