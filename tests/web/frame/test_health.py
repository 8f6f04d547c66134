"""What a machine that watches us is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.settings import load
from smsdesk.adapters import clock
from smsdesk.app import create_app
from smsdesk.desk import sign_in
from smsdesk.models import Agent, Heartbeat, TokenScope
from tests.web.frame.browser import Browser
from tests.web.frame.conftest import Shop

HERE = "http://127.0.0.1:8000"


def test_alive_asks_nobody(environ: dict[str, str]) -> None:
    app = create_app(load({**environ, "DATABASE_URL": "sqlite:////nowhere/at/all.db"}))

    assert Browser(app).get("/healthz").status_code == 200


def test_ready_needs_database_redis_and_a_clock_that_ticked(shop: Shop, browser: Browser) -> None:
    silent = browser.get("/readyz")
    _tick(shop, timedelta(seconds=4))
    ticked = browser.get("/readyz")

    assert (silent.status_code, silent.json["parts"]["redis"]) == (503, "ok")  # type: ignore[index]
    assert "workers.clock" in silent.json["parts"]["clock"]  # type: ignore[index]
    assert ticked.json == {"ready": True, "parts": {"database": "ok", "redis": "ok", "clock": "ok"}}


def test_a_clock_that_stopped_is_named(shop: Shop, browser: Browser) -> None:
    _tick(shop, timedelta(seconds=15))

    answer = browser.get("/readyz")

    assert answer.status_code == 503
    assert "silent for 1" in answer.json["parts"]["clock"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [("REDIS_URL", "unix:///tmp/nothing-here.sock", "redis"), ("DATABASE_URL", "sqlite:////nowhere/x.db", "database")],
)
def test_what_is_away_is_named(environ: dict[str, str], name: str, value: str, part: str) -> None:
    answer = Browser(create_app(load({**environ, name: value}))).get("/readyz")

    assert answer.status_code == 503
    assert answer.json["parts"][part] != "ok"  # type: ignore[index]


def test_an_empty_database_is_not_ready(environ: dict[str, str], tmp_path: object) -> None:
    answer = Browser(create_app(load({**environ, "DATABASE_URL": f"sqlite:///{tmp_path}/empty.db"}))).get("/readyz")

    assert "desk migrate" in answer.json["parts"]["database"]  # type: ignore[index]


def test_figures_are_for_this_machine_while_nobody_else_reaches_the_desk(environ: dict[str, str], shop: Shop) -> None:
    app = create_app(load({**environ, "PUBLIC_URL": HERE}))
    here, proxied = Browser(app, "127.0.0.1", HERE), Browser(app, "127.0.0.1", HERE)

    figures = here.get("/metrics")

    assert figures.status_code == 200
    assert "smsdesk_conversations_waiting 0.0" in figures.text
    assert 'smsdesk_queue_jobs{queue="routing"} 0.0' in figures.text
    assert "smsdesk_redis_up 1.0" in figures.text
    assert proxied.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401
    assert Browser(app, "203.0.113.9", HERE).get("/metrics").status_code == 401
    assert Browser(app, "127.0.0.1", "http://rebound.example").get("/metrics").status_code == 401


def test_elsewhere_figures_need_a_managers_token(shop: Shop) -> None:
    browser = Browser(shop.app, "127.0.0.1")

    assert browser.get("/metrics").status_code == 401
    assert browser.get("/metrics", headers=_bearer(shop, shop.maya)).status_code == 403
    assert browser.get("/metrics", headers=_bearer(shop, shop.sam)).status_code == 200


def _bearer(shop: Shop, agent: Agent) -> dict[str, str]:
    with shop.wiring.database.transaction() as session:
        return {"Authorization": f"Bearer {sign_in.issue_token(session, agent, 'watch', TokenScope.READ, clock.now())}"}


def _tick(shop: Shop, ago: timedelta) -> None:
    with shop.wiring.database.transaction() as session:
        session.merge(Heartbeat(name="clock", at=clock.now() - ago))
