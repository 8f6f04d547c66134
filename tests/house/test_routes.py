"""Every way in has a rule, and the rule is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask import Blueprint, Flask
from sqlalchemy import select
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from config.settings import Settings
from smsdesk.models import Agent, Base, Heartbeat
from smsdesk.rules.roles import Action, Role, may
from smsdesk.web import blueprints
from smsdesk.web.access import RULES, Access, Rule
from smsdesk.web.transaction import READING
from tests.web.frame.browser import Browser
from tests.web.frame.conftest import Shop


@dataclass(frozen=True)
class Way:
    """One method of one route, with any ids filled in."""

    method: str
    path: str
    rule: Rule


def ways_of(app: Flask, fits: Callable[[Rule], bool] = lambda _: True, unsafe: bool | None = None) -> list[Way]:
    return [
        Way(method, _filled(route), app.extensions[RULES][route.endpoint])
        for route in app.url_map.iter_rules()
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"})
        if fits(app.extensions[RULES][route.endpoint]) and unsafe in {None, method not in READING}
    ]


def is_for_the_signed_in(rule: Rule) -> bool:
    return rule is Access.SIGNED_IN or isinstance(rule, Action)


def test_every_route_has_a_rule(shop: Shop) -> None:
    endpoints = {route.endpoint for route in shop.app.url_map.iter_rules()}

    assert endpoints == set(shop.app.extensions[RULES])
    assert len(endpoints) > 20


def test_a_route_that_nobody_gave_a_rule_stops_the_start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from smsdesk.app import create_app

    forgotten = Blueprint("forgotten", __name__)
    forgotten.add_url_rule("/forgotten", "index", lambda: "")
    make = Flask.__init__

    def with_a_forgotten_route(self: Flask, *args: object, **more: object) -> None:
        make(self, *args, **more)  # type: ignore[arg-type]
        self.register_blueprint(forgotten)

    monkeypatch.setattr(Flask, "__init__", with_a_forgotten_route)

    with pytest.raises(blueprints.NoAccessRule, match=r"forgotten\.index"):
        create_app(settings)


def test_whoever_is_not_signed_in_is_sent_to_the_door(shop: Shop) -> None:
    nobody = Browser(shop.app)

    for way in ways_of(shop.app, is_for_the_signed_in):
        answer = _asks(nobody, way)
        expected = 401 if way.path == "/events" else 303
        assert answer.status_code == expected, way
        assert expected == 401 or answer.location.startswith("/sign-in"), way
        assert _asks(nobody, way, headers={"HX-Request": "true"}).status_code == 401, way


def test_without_its_token_nothing_is_done_even_for_the_signed_in(shop: Shop) -> None:
    sam = shop.browser_of(shop.sam)
    before = _everything(shop)

    for way in ways_of(shop.app, lambda rule: is_for_the_signed_in(rule) or rule is Access.PUBLIC, unsafe=True):
        assert _asks(sam, way).status_code == 403, way

    assert _everything(shop) == before


def test_looking_changes_nothing(shop: Shop) -> None:
    sam = shop.browser_of(shop.sam)
    before = _everything(shop)

    for way in ways_of(shop.app, lambda rule: rule is not Access.TOKEN, unsafe=False):
        answer = _asks(sam, way)
        answer.close()
        assert answer.status_code != 500, way

    assert _everything(shop) == before


def test_a_program_needs_a_token(shop: Shop) -> None:
    nobody, sam = Browser(shop.app), shop.browser_of(shop.sam)

    for way in ways_of(shop.app, lambda rule: rule in {Access.TOKEN, Access.OPERATOR}):
        for who in (nobody, sam):
            assert _asks(who, way).status_code == 401, way
        assert _asks(nobody, way, headers={"Authorization": "Bearer smsdesk_guess"}).status_code == 401, way


def test_the_carrier_signs(shop: Shop) -> None:
    for way in ways_of(shop.app, lambda rule: rule is Access.SIGNATURE):
        assert _asks(Browser(shop.app), way, data={"MessageSid": "SM0"}).status_code == 403, way


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_the_table_says(shop: Shop, role: Role) -> None:
    with shop.wiring.database.transaction() as session:
        session.get_one(Agent, shop.maya.id).role = role
    maya = shop.browser_of(shop.maya)

    for way in ways_of(shop.app, lambda rule: isinstance(rule, Action)):
        assert isinstance(way.rule, Action)
        answer = _asks(maya, way, headers={"X-CSRF-Token": maya.token})
        if not may(role, way.rule):
            assert answer.status_code == 403, way
        elif way.method in READING:
            assert answer.status_code != 403, way


def _asks(browser: Browser, way: Way, **more: Any) -> TestResponse:
    return browser.client.open(
        way.path, method=way.method, base_url=browser.public, environ_overrides={"REMOTE_ADDR": browser.address}, **more
    )


def _filled(route: Route) -> str:
    path = route.rule
    for name in route.arguments:
        for kind in (f"<uuid:{name}>", f"<path:{name}>", f"<{name}>"):
            path = path.replace(kind, str(uuid4()) if "uuid" in kind or name.endswith("id") else "anything")
    return path


def _everything(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables; that somebody was here is no change."""
    quiet = {Heartbeat.__tablename__, "sign_in_session"}
    with shop.wiring.database.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(select(table)).all()), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in quiet
        }
