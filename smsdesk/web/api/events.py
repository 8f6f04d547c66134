"""Events: what happened, in order, to be followed from a cursor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.desk import see
from smsdesk.models.event import Event as StoredEvent
from smsdesk.web.access import me
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, cursor_after, part
from smsdesk.web.api.shapes import Moment, Told
from smsdesk.web.transaction import session

ORDER = Order("events", (StoredEvent.id,))
# Ids are given before the commit: one that is told too early could hide a slower one behind the reader's cursor
SETTLED_AFTER = timedelta(seconds=2)


class Event(Told):
    """Something that happened. It never holds a text or a phone number."""

    id: UUID
    at: Moment
    kind: str
    """thing.happened, such as `text.received`."""
    conversation_id: UUID | None
    team: UUID | None
    actor_id: UUID | None
    """The person who did it."""
    subject_id: UUID | None
    """The message, clock, agent … that it is about."""
    detail: dict[str, Any]


class Events(Page):
    items: list[Event]
    resume_cursor: str | None
    """Ask with it later for what has happened since; null while nothing has."""


@operation("GET", "/events", Events, asks=Paging)
def list_events(asked: Paging) -> Events:
    """What happened in your teams, oldest first; told two seconds after it happened, so that nothing slips in before."""
    rows = select(StoredEvent).where(
        see.in_their_teams(me(), StoredEvent.team_id), StoredEvent.at <= clock.now() - SETTLED_AFTER
    )
    found, following = part(session(), rows, ORDER, asked)
    resume = cursor_after(ORDER, found[-1]) if found else asked.cursor
    return Events(items=[_told(event) for event in found], next_cursor=following, resume_cursor=resume)


def _told(event: StoredEvent) -> Event:
    return Event(
        id=event.id,
        at=event.at,
        kind=event.kind,
        conversation_id=event.conversation_id,
        team=event.team_id,
        actor_id=event.actor_id,
        subject_id=event.subject_id,
        detail=event.detail,
    )
