"""Watches in a test: set up in one line, looked at as the clock process does."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from smsdesk.desk import tend_watch, watch_over
from smsdesk.desk.count_open import Scope
from smsdesk.desk.measure import measure
from smsdesk.desk.tend_watch import WatchPlan
from smsdesk.models import Agent, Watch, WatchEvent
from smsdesk.rules.watches import Figure, Found, WatchRule
from tests.cast import Person, Shop

OLDEST = WatchRule(Figure.OLDEST_WAITING, 1200, 960)
UNASSIGNED = WatchRule(Figure.UNASSIGNED, 120, 96)
FIRST_REPLY = WatchRule(Figure.FIRST_REPLY, 480, 384, 90, timedelta(minutes=30), 3)


def watch(shop: Shop, rule: WatchRule = OLDEST, *owners: Person, **more: object) -> UUID:
    """A new watch; the id."""
    plan = WatchPlan(rule, owners=tuple(owner.id for owner in owners), **more)  # type: ignore[arg-type]
    return shop.do(lambda session: tend_watch.create(session, plan, None, shop.now()).id)


def looks(shop: Shop, **after: float) -> int:
    """Time goes by, and the clock process looks; how many watches fired or were over."""
    shop.now.move(**after)
    found = shop.read(lambda session: watch_over.look(session, shop.now()))
    return shop.do(lambda session: watch_over.settle(session, found, shop.now()))


def goes_by(shop: Shop, minutes: float, step: float = 30) -> int:
    """The clock process looks every few seconds for so long; how often a watch turned."""
    return sum(looks(shop, seconds=step) for _ in range(round(minutes * 60 / step)))


def row(shop: Shop, watch_id: UUID) -> Watch:
    return shop.read(lambda session: session.get_one(Watch, watch_id))


def events(shop: Shop, watch_id: UUID) -> list[WatchEvent]:
    return shop.all(select(WatchEvent).where(WatchEvent.watch_id == watch_id).order_by(WatchEvent.id))


def kinds(shop: Shop, watch_id: UUID) -> list[str]:
    return [event.kind.value for event in events(shop, watch_id)]


def found(shop: Shop, rule: WatchRule, number_id: UUID | None = None, team_id: UUID | None = None) -> Found | None:
    scope = Scope(number_id, team_id)
    return shop.read(lambda session: measure(session, rule, scope, shop.now()))


def does(shop: Shop, who: Person, watch_id: UUID, deed: str, *more: object) -> None:
    """`mute`, `unmute`, `change` or `remove`, by somebody."""

    def run(session: object) -> None:
        by = session.get_one(Agent, who.id)  # type: ignore[attr-defined]
        seen = tend_watch.watch_of(session, by, watch_id)  # type: ignore[arg-type]
        getattr(tend_watch, deed)(session, seen, *more, by, shop.now())

    shop.do(run)
