"""A shop with two teams, its customers on their phones, and the screens of the people who answer them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from smsdesk.adapters import clock
from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.database import Database
from smsdesk.desk import receive, route, sign_in
from smsdesk.models import Address, Agent, Availability, Conversation, Customer, Number, Team
from smsdesk.rules.roles import Role
from smsdesk.web.wired import wiring

HOST = "https://desk.smsdesk.test"
SUPPORT, REPAIRS = "+14155550100", "+14155550101"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

T = TypeVar("T")


@dataclass
class Shop:
    """Support answers one number, Repairs another; it is noon until somebody says otherwise."""

    app: Flask
    now: datetime = NOON
    sids: count[int] = field(default_factory=count)
    people: dict[str, UUID] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        with self.app.app_context():
            return wiring().database

    def does(self, deed: Callable[[Session], T]) -> T:
        with self.database.transaction() as session:
            return deed(session)

    def passes(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    def open(self) -> None:
        self.does(self._open)

    def text(self, sender: str, body: str, to: str = SUPPORT) -> UUID:
        """A customer texts; the id of the conversation."""
        sid = f"SM{next(self.sids):032x}"
        text = InboundText("AC" + "0" * 32, sid, to, sender, body, (), 1, None, b"raw")
        receipt = self.does(lambda session: receive.receive(session, text, self.now))
        assert receipt.conversation_id is not None
        return receipt.conversation_id

    def routes(self) -> None:
        self.does(lambda session: route.drain(session, self.now))

    def names(self, sender: str, name: str) -> None:
        def give(session: Session) -> None:
            address = session.scalars(select(Address).where(Address.value == sender)).one()
            session.get_one(Customer, address.customer_id).name = name

        self.does(give)

    def conversation(self, conversation_id: UUID) -> Conversation:
        return self.does(lambda session: session.get_one(Conversation, conversation_id))

    def screen(self, name: str) -> Screen:
        """A browser in which this person is signed in."""
        person = self.people[name]

        def begin(session: Session) -> str:
            return sign_in.begin(session, session.get_one(Agent, person), "a browser", self.now)

        client = self.app.test_client()
        client.set_cookie("__Host-smsdesk", self.does(begin), domain="desk.smsdesk.test", secure=True)
        return Screen(self, client)

    def _open(self, session: Session) -> None:
        support, repairs = (Team(name=name, created_at=self.now) for name in ("Support", "Repairs"))
        session.add_all([support, repairs])
        session.flush()
        for address, label, team in ((SUPPORT, "Support line", support), (REPAIRS, "Repair line", repairs)):
            minutes = timedelta(minutes=10)
            session.add(Number(address=address, label=label, team_id=team.id, target=minutes, created_at=self.now))
        for name, role, teams in (
            ("Maya Okafor", Role.AGENT, [support]),
            ("Ana Lindqvist", Role.AGENT, [support]),
            ("Rico Vega", Role.AGENT, [repairs]),
            ("Sam Ortiz", Role.MANAGER, []),
        ):
            first = name.split()[0]
            here = Availability.AVAILABLE if first == "Maya" else Availability.BUSY
            agent = Agent(
                email=f"{first.lower()}@smsdesk.test",
                name=name,
                role=role,
                availability=here,
                availability_since=self.now,
                created_at=self.now,
            )
            agent.teams = list(teams)
            session.add(agent)
            session.flush()
            self.people[first] = agent.id


@dataclass
class Screen:
    """One person's browser. `script` says whether our scripts ask, as they do, or a browser without them."""

    shop: Shop
    client: FlaskClient
    token: str = ""

    def sees(self, address: str) -> str:
        """A page's words and marks, with entities resolved."""
        answer = self.asks(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.text[-600:])
        return unescape(answer.text)

    def asks(self, address: str) -> TestResponse:
        with clock.told_by(lambda: self.shop.now):
            return self.client.get(address, base_url=HOST)

    def does(self, address: str, *, script: bool = True, method: str = "POST", **fields: Any) -> TestResponse:
        fields.setdefault("csrf_token", self._token())
        headers = {"HX-Request": "true"} if script else {}
        with clock.told_by(lambda: self.shop.now):
            return self.client.open(address, base_url=HOST, method=method, data=fields, headers=headers)

    def rows(self, box: str = "mine") -> list[str]:
        """Who is in a box of the queue, in order."""
        page = self.sees(f"/queue/rows?box={box}")
        return re.findall(r'class="who"><bdi>(.*?)</bdi>', page)

    def _token(self) -> str:
        if not self.token:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.sees("/queue"))
            assert found
            self.token = found[1]
        return self.token
