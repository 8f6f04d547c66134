"""Reminders: on the second, once, with and without Redis."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest
from sqlalchemy import select

from config.settings import Settings
from smsdesk.models import Alert, Heartbeat
from smsdesk.rules.terms import Step
from tests.servers import until
from tests.workers.processes import process
from tests.workers.shop import MARIA, Shop, shop_of


@pytest.fixture
def shop(settings: Settings) -> Shop:
    return shop_of(settings).opens(target=timedelta(seconds=2))


def alerts(shop: Shop) -> list[Alert]:
    return shop.all(select(Alert).where(Alert.told_at.is_not(None)).order_by(Alert.due_at))


def breaches(shop: Shop) -> list[Alert]:
    return [alert for alert in alerts(shop) if alert.step == Step.BREACH]


def test_the_clock_and_a_worker_tell_each_alert_once_and_at_its_moment(shop: Shop, environ: dict[str, str]) -> None:
    with process(environ, "workers.start", "reminders"), process(environ, "workers.clock"), process(environ, "workers.clock"):  # fmt: skip
        until(lambda: shop.all(select(Heartbeat)), 20)
        for last in range(20):
            shop.hears("hello?", sender=f"{MARIA[:-2]}{last:02}")
        until(lambda: len(breaches(shop)) == 20, 20)

    told = alerts(shop)
    assert len({(alert.clock_id, alert.step) for alert in told}) == len(told)
    assert max(alert.told_at - alert.due_at for alert in told if alert.told_at) < timedelta(seconds=1)


def test_without_redis_and_workers_the_clock_routes_and_tells_by_itself(shop: Shop, environ: dict[str, str]) -> None:
    with process(environ | {"REDIS_URL": "unix:///nowhere/r.sock"}, "workers.clock"):
        receipt = shop.hears("hello?")
        until(lambda: breaches(shop), 20)

    assert shop.conversation(receipt.conversation_id).assignee_id is not None
    assert len(breaches(shop)[0].recipients) == 3


def test_a_worker_without_redis_still_sweeps_and_stops_when_it_is_told(shop: Shop, environ: dict[str, str]) -> None:
    receipt = shop.hears("anybody there?")
    with process(environ | {"REDIS_URL": "unix:///nowhere/r.sock"}, "workers.start", "routing") as worker:
        until(lambda: shop.conversation(receipt.conversation_id).assignee_id is not None, 20)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0


def test_a_wake_up_reaches_the_worker_at_once(shop: Shop, environ: dict[str, str]) -> None:
    with process(environ, "workers.start", "routing") as worker:
        first = shop.hears("one")
        until(lambda: shop.conversation(first.conversation_id).assignee_id is not None, 20)
        second = shop.hears("two", sender="+14155550188")
        # Half a second is far below the sweep's five
        until(lambda: shop.conversation(second.conversation_id).assignee_id is not None, 1.5)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
