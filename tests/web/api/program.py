"""A program that speaks to the API for a person, and the office that it speaks to."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from smsdesk.adapters import clock
from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.wiring import Wiring
from smsdesk.desk import remind, route, set_up, sign_in, tell
from smsdesk.desk.receive import receive
from smsdesk.models import Agent, Availability, TokenScope
from smsdesk.rules.roles import Role

SUPPORT, SALES = "+14155550100", "+14155550101"
MARIA, PRIYA, TOM = "+14155550142", "+14155550143", "+14155550144"
_sids = itertools.count(1)


@dataclass
class Program:
    """Calls with one token, or with none."""

    app: Flask
    token: str | None
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **query: object) -> TestResponse:
        return self.calls("GET", path, query_string={name: str(value) for name, value in query.items()})

    def post(self, path: str, json: object = None, **headers: str) -> TestResponse:
        return self.calls("POST", path, json=json, headers=headers)

    def put(self, path: str, json: object = None) -> TestResponse:
        return self.calls("PUT", path, json=json)

    def patch(self, path: str, json: object) -> TestResponse:
        return self.calls("PATCH", path, json=json)

    def delete(self, path: str) -> TestResponse:
        return self.calls("DELETE", path)

    def calls(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()} | self.headers
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        return self.app.test_client().open("/api/v1" + path, method=method, headers=sent, **more)

    def items(self, path: str, **query: object) -> list[Any]:
        """Every item of a list, page by page."""
        found: list[Any] = []
        cursor: str | None = None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {})).get_json()
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found


@dataclass
class Office:
    """Ana and Lee (a lead) answer for Support, Ben for Sales; Sam manages, Ada administers."""

    app: Flask
    wiring: Wiring
    support: str = ""
    sales: str = ""
    ids: dict[str, str] = field(default_factory=dict)

    def program(self, name: str, scope: TokenScope = TokenScope.WRITE, expires_at: datetime | None = None) -> Program:
        with self.wiring.database.transaction() as session:
            agent = session.get_one(Agent, UUID(self.ids[name]))
            return Program(self.app, sign_in.issue_token(session, agent, "test", scope, clock.now(), expires_at))

    def text(self, sender: str, body: str, to: str = SUPPORT) -> str:
        """A customer texts; the id of the conversation."""
        text = InboundText("AC" + "0" * 32, f"SM{next(_sids):032x}", to, sender, body, (), 1, None, b"")
        with self.wiring.database.transaction() as session:
            receipt = receive(session, text, clock.now())
        assert receipt.conversation_id
        return str(receipt.conversation_id)

    def routes(self) -> None:
        with self.wiring.database.transaction() as session:
            route.drain(session, clock.now())

    def is_late(self, after: timedelta) -> None:
        """As if so much time had passed: due clocks speak up, and are told."""
        with self.wiring.database.transaction() as session:
            remind.claim_due(session, clock.now() + after)
            tell.tell_waiting(session, clock.now() + after)


def opened(app: Flask) -> Office:
    """The office on an empty database."""
    office, now = Office(app, app.extensions["smsdesk"]), clock.now()
    people: tuple[tuple[str, Role, list[str]], ...] = (
        ("ana", Role.AGENT, ["Support"]),
        ("lee", Role.LEAD, ["Support"]),
        ("ben", Role.AGENT, ["Sales"]),
        ("sam", Role.MANAGER, []),
        ("ada", Role.ADMIN, []),
    )
    with office.wiring.database.transaction() as session:
        office.support = str(set_up.add_team(session, "Support", now).id)
        office.sales = str(set_up.add_team(session, "Sales", now).id)
        set_up.add_number(session, SUPPORT, "Support", "Support line", timedelta(minutes=10), now)
        set_up.add_number(session, SALES, "Sales", "Sales line", timedelta(hours=1), now)
        for name, role, teams in people:
            agent = set_up.add_agent(session, f"{name}@shop.test", name.title(), role, teams, now)
            office.ids[name] = str(agent.id)
            if name in {"ana", "ben"}:
                agent.availability = Availability.AVAILABLE
    return office
