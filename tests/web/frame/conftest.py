"""A small shop for the tests of the web: two teams, an agent in each, a manager."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from config.settings import Settings
from smsdesk.adapters import clock, passwords
from smsdesk.adapters.wiring import Wiring
from smsdesk.app import create_app
from smsdesk.desk import sign_in
from smsdesk.models import Agent, Availability, Team
from smsdesk.rules.roles import Role
from tests.web.frame.browser import Browser

PASSWORD = "a rather long walk home"


@dataclass
class Shop:
    """Maya answers for Support, Ben for Sales, Sam manages; only Maya has a password."""

    app: Flask
    wiring: Wiring
    support: Team
    sales: Team
    maya: Agent
    ben: Agent
    sam: Agent

    def link_for(self, agent: Agent) -> str:
        with self.wiring.database.transaction() as session:
            return sign_in.issue_link(session, agent, clock.now())

    def browser_of(self, agent: Agent) -> Browser:
        """A browser in which this person is signed in."""
        browser = Browser(self.app)
        assert browser.uses(self.link_for(agent)).status_code == 303
        browser.get("/settings/sessions")
        return browser

    def disables(self, agent: Agent) -> None:
        with self.wiring.database.transaction() as session:
            sign_in.disable(session, session.get_one(Agent, agent.id), clock.now())
        self.wiring.keeper.flush()


@pytest.fixture
def shop(settings: Settings) -> Shop:
    app = create_app(settings)
    wiring: Wiring = app.extensions["smsdesk"]
    now = clock.now()
    with wiring.database.transaction() as session:
        support, sales = Team(name="Support", created_at=now), Team(name="Sales", created_at=now)
        maya, ben, sam = (
            Agent(email=email, name=name, role=role, availability=Availability.AVAILABLE, availability_since=now)
            for email, name, role in (
                ("maya@shop.test", "Maya", Role.AGENT),
                ("ben@shop.test", "Ben", Role.AGENT),
                ("sam@shop.test", "Sam", Role.MANAGER),
            )
        )
        for agent in (maya, ben, sam):
            agent.created_at = now
        maya.password_hash = passwords.hashed(PASSWORD)
        maya.teams, ben.teams = [support], [sales]
        session.add_all([support, sales, maya, ben, sam])
    return Shop(app, wiring, support, sales, maya, ben, sam)


@pytest.fixture
def browser(shop: Shop) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(shop.app)
