"""One generated past for all of these tests, on each kind of database; they only look at it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config.settings import load
from smsdesk.adapters import clock
from smsdesk.adapters.database import Database
from smsdesk.app import create_app
from smsdesk.desk import sign_in
from smsdesk.desk.ask_about import Asked, places
from smsdesk.desk.report import Report, report
from smsdesk.models import Agent, TokenScope
from smsdesk.rules.periods import Period
from tests import servers
from tests.conftest import ACCOUNT_SID, AUTH_TOKEN
from tests.reports import independent_figures as independent
from tests.reports.past import ENDS, Past, made

PUBLIC = "https://desk.smsdesk.test"


@dataclass
class Desk:
    database: Database
    past: Past

    def says(self, period: Period, who: str = "Sam", tell: Callable[..., Report] = report, **only: UUID) -> Report:
        with self.database.reading() as session:
            agent = session.get_one(Agent, self.past.people[who])
            return tell(session, Asked(agent, period, places(session), **only), ENDS)

    def truth(self) -> independent.Truth:
        return independent.truth(self.database.url, ENDS)


@dataclass
class Window:
    """Somebody's browser, without scripts."""

    client: FlaskClient
    token: str

    def program(self, status: int = 200) -> Callable[..., Any]:
        """A program that acts for this person: an address of the API to what it tells."""

        def asks(path: str, **query: str) -> Any:
            headers = {"Authorization": f"Bearer {self.token}"}
            answer = self.client.get(f"/api/v1{path}", query_string=query, headers=headers, base_url=PUBLIC)
            assert answer.status_code == status, answer.text
            return answer.get_json()

        return asks

    def opens(self, address: str) -> TestResponse:
        return self.client.get(address, base_url=PUBLIC)

    def reads(self, address: str) -> str:
        answer = self.opens(address)
        assert answer.status_code == 200, (address, answer.status)
        return answer.text


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A few of its hours have changed since they were added up."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{servers.migrated_file(tmp_path_factory.mktemp('past'))}"
        else:
            template = request.getfixturevalue("_postgresql_template")
            url = stack.enter_context(servers.copy_of(request.getfixturevalue("postgresql_server"), template))
        database = Database(url)
        yield Desk(database, made(database))
        database.close()


@pytest.fixture
def window(desk: Desk, redis_url: str, tmp_path: Path) -> Iterator[Callable[[str], Window]]:
    """`window("Sam")`: a browser in which Sam is signed in, at the end of the past."""
    app = create_app(
        load(
            {
                "SMSDESK_VAR": str(tmp_path / "var"),
                "DATABASE_URL": desk.database.url,
                "REDIS_URL": redis_url,
                "PUBLIC_URL": PUBLIC,
                "SECRET_KEY": "not a secret, for tests only, 0123456789",
                "CARRIER": "pretend",
                "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
                "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
                "TWILIO_API_BASE_URL": "http://127.0.0.1:9",
            }
        )
    )

    def opened(name: str) -> Window:
        with desk.database.transaction() as session:
            person = session.get_one(Agent, desk.past.people[name])
            secret = sign_in.begin(session, person, "a test", ENDS)
            token = sign_in.issue_token(session, person, "a test", TokenScope.READ, ENDS)
        client = app.test_client()
        client.set_cookie("__Host-smsdesk", secret, domain="desk.smsdesk.test", secure=True)
        return Window(client, token)

    with clock.told_by(lambda: ENDS):
        yield opened


def figures_in(page: str) -> list[str]:
    """The words of the large figures."""
    found = re.findall(r'<p class="value">(.*?)(?:<small>.*?)?</p>', page, re.S)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in found]
