"""Clocks: the promises of one episode, kept, broken or still running."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from smsdesk.desk import see
from smsdesk.models.clock import Clock as StoredClock
from smsdesk.models.episode import Episode
from smsdesk.rules.reply_clock import ClockKind, ClockState
from smsdesk.web.access import me
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import Moment, Told
from smsdesk.web.transaction import session

ORDER = Order("clocks", (StoredClock.id,))


class Clock(Told):
    """One promise about time. It runs from the oldest unanswered text."""

    id: UUID
    kind: ClockKind
    state: ClockState
    conversation_id: UUID
    episode_id: UUID
    started_at: Moment
    target_seconds: int
    due_at: Moment
    fulfilled_at: Moment | None
    """When the carrier accepted a person's answer."""
    fulfilled_by: UUID | None
    """The message that did."""
    breached_at: Moment | None
    next_alert_at: Moment | None
    next_step: str | None
    """What it says then; see alerts."""
    paused_at: Moment | None
    """A resolution clock pauses while we wait for the customer; reply clocks never do."""
    spent_seconds: int
    """Of the target, before the last pause."""
    open_wait_seconds: int | None
    """Once fulfilled: how long it took in open hours."""
    acknowledged_at: Moment | None
    """When somebody saw that it is late: nobody further up is told."""
    terms_id: UUID | None
    """What was promised; the same id says the same."""


class Clocks(Page):
    items: list[Clock]


@operation("GET", "/episodes/<uuid:episode_id>/clocks", Clocks, asks=Paging)
def list_clocks(episode_id: UUID, asked: Paging) -> Clocks:
    """The clocks of an episode, oldest first."""
    episode = session().get(Episode, episode_id)
    if episode is None:
        raise see.NotThere
    see.conversation(session(), me(), episode.conversation_id)
    found, following = part(session(), select(StoredClock).where(StoredClock.episode_id == episode_id), ORDER, asked)
    return Clocks(items=[_told(clock) for clock in found], next_cursor=following)


def _told(clock: StoredClock) -> Clock:
    return Clock(
        id=clock.id,
        kind=clock.kind,
        state=clock.state,
        conversation_id=clock.conversation_id,
        episode_id=clock.episode_id,
        started_at=clock.started_at,
        target_seconds=round(clock.target.total_seconds()),
        due_at=clock.due_at,
        fulfilled_at=clock.fulfilled_at,
        fulfilled_by=clock.fulfilled_by_id,
        breached_at=clock.breached_at,
        next_alert_at=clock.next_alert_at,
        next_step=clock.next_step,
        paused_at=clock.paused_at,
        spent_seconds=round(clock.spent.total_seconds()),
        open_wait_seconds=round(clock.open_wait.total_seconds()) if clock.open_wait is not None else None,
        acknowledged_at=clock.acknowledged_at,
        terms_id=clock.terms_id,
    )
