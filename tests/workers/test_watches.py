"""Watches in the real clock process: looked at, fired once whoever dies, and told by the workers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.desk import tend_watch
from smsdesk.desk.tend_watch import WatchPlan
from smsdesk.models import Alert, AlertKind, Heartbeat, Watch, WatchEvent, WatchState
from smsdesk.rules.watches import Figure, WatchRule
from tests.servers import until
from tests.workers.processes import process
from tests.workers.shop import MARIA, Shop, shop_of


@pytest.fixture
def shop(settings: Settings) -> Shop:
    """Maria has waited for half an hour, and two figures are watched that this is too much for."""
    shop = shop_of(settings).opens()
    with shop.session() as session:
        shop.hears_in(session, "hello?", MARIA, clock.now() - timedelta(minutes=30))
        for rule in (WatchRule(Figure.OLDEST_WAITING, 600, 480), WatchRule(Figure.WAITING, 1, 1)):
            owners = (shop.people["Sam"],)
            tend_watch.create(session, WatchPlan(rule, owners=owners), None, clock.now())
    return shop


def told(shop: Shop) -> list[Alert]:
    return shop.all(select(Alert).where(Alert.kind == AlertKind.WATCH, Alert.told_at.is_not(None)))


def test_the_clock_process_fires_each_watch_once_and_it_is_told(shop: Shop, environ: dict[str, str]) -> None:
    with process(environ, "workers.clock"), process(environ, "workers.clock"), process(environ, "workers.start", "reminders"):  # fmt: skip
        until(lambda: len(told(shop)) == 2, 40)

    assert len(shop.all(select(WatchEvent))) == 2
    assert {recipient.why for alert in told(shop) for recipient in alert.recipients} == {"owner"}
    assert {recipient.agent_id for alert in told(shop) for recipient in alert.recipients} == {shop.people["Sam"]}


@pytest.mark.parametrize("point", ["watch.before_commit", "watch.after_commit"])
def test_whoever_dies_while_it_fires_it_is_told_once(shop: Shop, environ: dict[str, str], point: str) -> None:
    without_redis = environ | {"REDIS_URL": "unix:///nowhere/r.sock"}
    with process(without_redis, "workers.clock", failpoint=f"{point}:kill") as dies:
        assert dies.wait(40) != 0
    fired_before = len(shop.all(select(WatchEvent)))
    assert fired_before == (0 if point == "watch.before_commit" else 2)

    with process(without_redis, "workers.clock"):
        until(lambda: len(told(shop)) == 2, 40)
        last = max(watch.next_look_at for watch in shop.all(select(Watch)))
        until(lambda: all(watch.next_look_at > last for watch in shop.all(select(Watch))), 40)

    assert shop.all(select(Heartbeat))
    assert len(shop.all(select(WatchEvent))) == 2
    assert len(shop.all(select(Alert).where(Alert.kind == AlertKind.WATCH))) == 2
    assert {watch.state for watch in shop.all(select(Watch))} == {WatchState.FIRING}
