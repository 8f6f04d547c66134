"""Watches: figures that are looked at all the time, and tell their owners when they go over their limit."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from smsdesk.adapters import clock
from smsdesk.desk import tend_watch
from smsdesk.desk.tend_watch import WatchPlan, watch_of
from smsdesk.models.watch import Watch as StoredWatch
from smsdesk.models.watch import WatchEvent as StoredEvent
from smsdesk.models.watch import WatchEventKind
from smsdesk.rules.roles import Action
from smsdesk.rules.watch_typing import LARGEST, LONGEST_WINDOW, MOST_CASES, SHORTEST_WINDOW, SMALLEST, clears_by_itself
from smsdesk.rules.watch_words import sentence
from smsdesk.rules.watches import UNITS, WINDOWED, Figure, Unit, WatchRule, WatchState
from smsdesk.web.access import me, need
from smsdesk.web.api.asking import NotUnderstood
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import Asked as AskedShape
from smsdesk.web.api.shapes import AskedMoment, Moment, OneLine, Told
from smsdesk.web.transaction import session

ORDER = Order("watches", (StoredWatch.id,))
EVENTS = Order("watch_events", (StoredEvent.id,), newest_first=True)
MOST_OWNERS = 50
Amount = Annotated[float, Field(ge=min(SMALLEST.values()), le=max(LARGEST.values()), allow_inf_nan=False)]
Window = Annotated[int, Field(ge=round(SHORTEST_WINDOW.total_seconds()), le=round(LONGEST_WINDOW.total_seconds()))]


class Watch(Told):
    """A watch as it stands."""

    id: UUID
    name: str
    sentence: str = Field(examples=["First reply p90 over 8 minutes in the last 30 minutes"])
    figure: Figure
    unit: Unit
    percentile: int | None
    """Of reply times: 50, 90 or 99."""
    limit: float = Field(examples=[480.0])
    """It fires there, in the unit of its figure; a share runs from 0 to 1."""
    clears_at: float = Field(examples=[384.0])
    """Once it fires it is over only below this."""
    window_seconds: int | None
    """How far it looks back; null for a figure of this moment."""
    at_least: int
    """Fewer cases in the window prove nothing."""
    number: UUID | None
    team: UUID | None
    only_open: bool
    owners: list[UUID]
    """Whom it tells; nobody: the managers."""
    is_on: bool
    muted_until: Moment | None
    state: WatchState
    state_since: Moment
    last_value: float | None
    created_at: Moment


class Watches(Page):
    items: list[Watch]


class WatchEvent(Told):
    """Something that happened to a watch."""

    id: UUID
    at: Moment
    kind: WatchEventKind
    value: float | None
    words: str | None
    by: UUID | None


class WatchEvents(Page):
    items: list[WatchEvent]


class NewWatch(AskedShape):
    """What is to be watched. `limit` is in the unit of the figure: seconds, a share from 0 to 1, or customers."""

    figure: Figure
    limit: Annotated[
        float, Field(ge=min(SMALLEST.values()), le=max(LARGEST.values()), allow_inf_nan=False, examples=[480.0])
    ]
    clears_at: Amount | None = None
    """Left out: four fifths of the limit."""
    percentile: Annotated[int, Field(ge=50, le=99, examples=[90])] | None = None
    """Of reply times, and of these alone: 50, 90 or 99."""
    window_seconds: Window | None = None
    """Of reply times and delivery failures, and of these alone. Left out: half an hour."""
    at_least: Annotated[int, Field(ge=1, le=MOST_CASES)] = 1
    name: OneLine | None = None
    """Left out: what it says."""
    number_id: UUID | None = None
    team_id: UUID | None = None
    """Neither: every number and team."""
    only_open: bool = False
    owners: Annotated[list[UUID], Field(max_length=MOST_OWNERS)] = []
    is_on: bool = True


class Mute(AskedShape):
    """Until when nobody is told."""

    until: AskedMoment


@operation("GET", "/watches", Watches, asks=Paging)
def list_watches(asked: Paging) -> Watches:
    """The watches over your teams; managers see all, oldest first."""
    found, following = part(session(), tend_watch.watches_of(me()).order_by(None), ORDER, asked)
    return Watches(items=[watch_told(one) for one in found], next_cursor=following)


@operation("GET", "/watches/<uuid:watch_id>", Watch)
def get_watch(watch_id: UUID) -> Watch:
    """One watch."""
    return watch_told(watch_of(session(), me(), watch_id))


@operation("GET", "/watches/<uuid:watch_id>/events", WatchEvents, asks=Paging)
def list_watch_events(watch_id: UUID, asked: Paging) -> WatchEvents:
    """What happened to it, newest first."""
    watch = watch_of(session(), me(), watch_id)
    found, following = part(session(), tend_watch.events_of(watch), EVENTS, asked)
    return WatchEvents(items=[_event(one) for one in found], next_cursor=following)


@operation("POST", "/watches", Watch, status=201, takes=NewWatch, conflicts=True)
def add_watch(body: NewWatch) -> Watch:
    """Watch a figure from now on. Asks for a manager."""
    need(Action.MANAGE_PROMISES)
    return watch_told(tend_watch.create(session(), _plan(body), me(), clock.now()))


@operation("PUT", "/watches/<uuid:watch_id>", Watch, takes=NewWatch, conflicts=True)
def change_watch(watch_id: UUID, body: NewWatch) -> Watch:
    """Watch something else in its place. Asks for a manager. Another rule begins quiet."""
    watch = _theirs(watch_id)
    tend_watch.change(session(), watch, _plan(body), me(), clock.now())
    return watch_told(watch_of(session(), me(), watch_id))


@operation("PUT", "/watches/<uuid:watch_id>/mute", Watch, takes=Mute)
def mute_watch(watch_id: UUID, body: Mute) -> Watch:
    """Tell nobody until then; what still fires then is told. Asks for a manager."""
    watch, now = _theirs(watch_id), clock.now()
    if not now < body.until <= now + tend_watch.LONGEST_MUTE:
        raise NotUnderstood(422, "Mute it until a moment within the next 90 days.")
    tend_watch.mute(session(), watch, body.until, me(), now)
    return watch_told(watch)


@operation("DELETE", "/watches/<uuid:watch_id>/mute", Watch)
def unmute_watch(watch_id: UUID) -> Watch:
    """Let it speak again. Asks for a manager."""
    watch = _theirs(watch_id)
    tend_watch.unmute(session(), watch, me(), clock.now())
    return watch_told(watch)


@operation("DELETE", "/watches/<uuid:watch_id>", Watch)
def remove_watch(watch_id: UUID) -> Watch:
    """Delete it with its events; answers with what it was. The alerts that it told stay. Asks for a manager."""
    watch = _theirs(watch_id)
    was = watch_told(watch)
    tend_watch.remove(session(), watch, me(), clock.now())
    return was


def _theirs(watch_id: UUID) -> StoredWatch:
    """One that they see and may change."""
    watch = watch_of(session(), me(), watch_id)
    need(Action.MANAGE_PROMISES)
    return watch


def watch_told(watch: StoredWatch) -> Watch:
    return Watch(
        id=watch.id,
        name=watch.name,
        sentence=sentence(watch.rule),
        figure=watch.figure,
        unit=UNITS[watch.figure],
        percentile=watch.percentile,
        limit=watch.limit,
        clears_at=watch.clears_at,
        window_seconds=round(watch.window.total_seconds()) or None,
        at_least=watch.at_least,
        number=watch.number_id,
        team=watch.team_id,
        only_open=watch.only_open,
        owners=[UUID(one) for one in watch.owners],
        is_on=watch.is_on,
        muted_until=watch.muted_until,
        state=watch.state,
        state_since=watch.state_since,
        last_value=watch.last_value,
        created_at=watch.created_at,
    )


def _event(event: StoredEvent) -> WatchEvent:
    return WatchEvent(
        id=event.id, at=event.at, kind=event.kind, value=event.value, words=event.detail.get("words"), by=event.actor_id
    )


def _plan(body: NewWatch) -> WatchPlan:
    window = body.window_seconds or (1800 if body.figure in WINDOWED else 0)
    rule = WatchRule(
        figure=body.figure,
        limit=body.limit,
        clears_at=clears_by_itself(UNITS[body.figure], body.limit) if body.clears_at is None else body.clears_at,
        percentile=body.percentile,
        window=timedelta(seconds=window),
        at_least=body.at_least,
        only_open=body.only_open,
    )
    return WatchPlan(rule, body.name or "", body.number_id, body.team_id, tuple(body.owners), body.is_on)
