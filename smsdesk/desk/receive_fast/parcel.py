"""What a text brings to a statement, and what the statement answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.ids import new_id
from smsdesk.rules.phone_numbers import SenderKind, read_sender
from smsdesk.rules.terms import Terms, steps
from smsdesk.rules.texts import clean, preview


@dataclass(frozen=True)
class Stored:
    """Where a text went: what the news and the wake-up need."""

    conversation_id: UUID
    team_id: UUID
    has_agent: bool


@dataclass(frozen=True)
class Plain:
    """What a number promises to whoever has no priority, tag or segment, by one version of the book."""

    version: int
    first: Terms
    next: Terms


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
    promise: Plain

    def clock(self, terms: Terms) -> dict[str, Any]:
        """The columns of a clock that starts now, and the event that starts it."""
        step, alert_at = _first_step(terms, self.now)
        return {
            "terms": terms.id,
            "target": round(terms.target.total_seconds()),
            "due_at": terms.due_at(self.now),
            "first_step": step,
            "alert_at": alert_at,
            "version": self.promise.version,
        }


def _first_step(terms: Terms, now: datetime) -> tuple[str, datetime]:
    """What the clock will say first. Where we are open always, that is as far away for every text."""
    if terms.hours is not None:
        step, at = steps(terms, now)[0]
        return str(step), at
    known = _always_open.get(terms.id)
    if known is None:
        step, at = steps(terms, now)[0]
        known = _always_open[terms.id] = str(step), at - now
        if len(_always_open) > MOST_KNOWN:
            _always_open.pop(next(iter(_always_open)))
    return known[0], now + known[1]


_always_open: dict[UUID, tuple[str, timedelta]] = {}
MOST_KNOWN = 256


def parcel_of(text: InboundText, promise: Plain, now: datetime) -> Parcel:
    """Raises UnreadableSender."""
    body = clean(text.body)
    return Parcel(
        text,
        read_sender(text.sender).kind,
        body,
        preview(body, 0),
        now,
        new_id(),
        new_id(),
        new_id(),
        new_id(),
        promise,
    )
