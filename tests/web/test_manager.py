"""The manager's page: what it says, who may see it, and what can be done there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from smsdesk.adapters import clock
from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.database import Database
from smsdesk.desk import hand_over, promise, receive, remind, reply, set_up, sign_in, tell
from smsdesk.models import Agent, Alert, Availability, Clock, Conversation, Message, Number, QuarantinedText
from smsdesk.rules.delivery_status import State
from smsdesk.rules.promise import Wait, summary
from smsdesk.rules.roles import Role
from smsdesk.web.manager.alerts import PAGE
from smsdesk.web.manager.overviews import shown_share
from smsdesk.web.wired import wiring

NOON = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
SUPPORT, REPAIRS = "+14155550100", "+14155550101"
COOKIE = "__Host-smsdesk"


@dataclass
class Shop:
    """Maya answers Support, Lee leads Repairs, Sam manages; the time is what the test says."""

    app: Flask
    database: Database
    now: list  # type: ignore[type-arg]
    texts: int = 0

    def text(self, sender: str, to: str = SUPPORT) -> UUID | None:
        self.texts += 1
        text = InboundText("AC" + "0" * 32, f"SM{self.texts:032x}", to, sender, "<b>hi</b>", (), 1, None, b"raw")
        with self.database.transaction() as session:
            return receive.receive(session, text, self.now[0]).conversation_id

    def answer(self, conversation_id: UUID | None) -> None:
        assert conversation_id
        with self.database.transaction() as session:
            author = session.scalars(select(Agent).where(Agent.name == "Maya")).one()
            sent = reply.reply(
                session, conversation_id, "Yes", author, self.now[0], seen=None, client_token=str(self.now)
            )
            message = session.get_one(Message, sent.id)
            message.state, message.accepted_at = State.ACCEPTED, self.now[0]
            session.flush()
            promise.answer(session, message, self.now[0])

    def passes(self, **length: float) -> None:
        """Time goes by, and the reminders are told as they fall due."""
        self.now[0] += timedelta(**length)
        with self.database.transaction() as session:
            remind.claim_due(session, self.now[0])
        with self.database.transaction() as session:
            tell.tell_waiting(session, self.now[0])

    def signed_in(self, name: str) -> Browser:
        with self.database.transaction() as session:
            person = session.scalars(select(Agent).where(Agent.name == name)).one()
            secret = sign_in.begin(session, person, "a test", self.now[0])
        client = self.app.test_client()
        client.set_cookie(COOKIE, secret, domain="desk.smsdesk.test", secure=True)
        return Browser(client)

    def number(self, address: str = SUPPORT) -> Number:
        with self.database.reading() as session:
            found = session.scalars(select(Number).where(Number.address == address)).one()
            session.expunge(found)
            return found


@dataclass
class Browser:
    """Somebody who is signed in, without JavaScript."""

    client: FlaskClient

    def opens(self, address: str) -> TestResponse:
        return self.client.get(address, base_url="https://desk.smsdesk.test")

    def reads(self, address: str) -> str:
        answer = self.opens(address)
        assert answer.status_code == 200, answer.status
        return _words(answer.text)

    def sends(self, form_on: str, to: str, **fields: str) -> TestResponse:
        token = re.search(r'name="csrf-token" content="([^"]+)"', self.opens(form_on).text)
        assert token
        fields |= {"csrf_token": token[1]}
        return self.client.post(to, data=fields, base_url="https://desk.smsdesk.test")


@pytest.fixture
def shop(app: Flask) -> Iterator[Shop]:
    now = [NOON]
    with clock.told_by(lambda: now[0]), app.app_context():
        database = wiring().database
    shop = Shop(app, database, now)
    with database.transaction() as session:
        for name, address, minutes in (("Support", SUPPORT, 10), ("Repairs", REPAIRS, 30)):
            set_up.add_team(session, name, NOON)
            set_up.add_number(session, address, name, f"{name} line", timedelta(minutes=minutes), NOON)
        for name, role, team in (
            ("Maya", Role.AGENT, "Support"),
            ("Lee", Role.LEAD, "Repairs"),
            ("Sam", Role.MANAGER, "Support"),
        ):
            set_up.add_agent(session, f"{name.lower()}@shop.test", name, role, [team], NOON)
    with clock.told_by(lambda: now[0]):
        yield shop


def test_a_quiet_day_says_so(shop: Shop) -> None:
    page = shop.signed_in("Sam").reads("/manager")

    assert "Nobody is waiting." in page
    assert "No texts today yet." in page
    assert "All quiet." in page


def test_the_page_shows_who_waits_what_is_late_and_what_was_kept(shop: Shop) -> None:
    shop.answer(shop.text("+14155550198"))
    late = shop.text("+14155550199")
    shop.passes(minutes=12, seconds=5)

    answer = shop.signed_in("Sam").opens("/manager")

    page = _words(answer.text)
    assert "1 customer waits past the promised time" in page
    assert "50.0%" in page
    assert "1 of 2 promises kept · 1 late" in page
    assert f'href="/conversations/{late}"' in answer.text
    assert "12:05" in page  # how long they have waited, in m:ss
    assert "12:00 to 12:15: 2 texts, 1 of them late" in page


def test_the_fragment_and_the_page_say_the_same(shop: Shop) -> None:
    shop.text("+14155550199")
    shop.passes(minutes=3)
    sam = shop.signed_in("Sam")

    assert sam.reads("/manager/right-now").strip() in sam.reads("/manager")


def test_a_promise_is_never_shown_as_kept_by_all_while_one_was_broken() -> None:
    assert shown_share(summary([Wait(1, True)] * 9999 + [Wait(700, False)])) == "99.9%"
    assert shown_share(summary([Wait(1, True)])) == "100%"


def test_an_alert_is_acknowledged_from_the_page_and_stays_in_the_record(shop: Shop) -> None:
    shop.text("+14155550199")
    shop.passes(minutes=10)
    sam = shop.signed_in("Sam")
    with shop.database.reading() as session:
        alert_id = session.scalars(select(Alert.id).where(Alert.kind == "breach")).one()
    assert "+1 415 555 0199 has waited 10:00" in sam.reads("/manager")

    answer = sam.sends("/manager", f"/alerts/{alert_id}/acknowledgement", back="manager")

    assert answer.headers["Location"] == "/manager"
    assert "All quiet." in sam.reads("/manager")
    record = sam.reads("/manager/alerts")
    assert "We promised 10 minutes." in record
    assert "seen by Sam, 12:10" in record
    assert "told 0.0 s late" in record


def test_a_lead_acknowledges_whatever_their_team_was_told(shop: Shop) -> None:
    shop.text("+14155550117", to=REPAIRS)
    held = shop.text("+14155550118", to=REPAIRS)
    with shop.database.transaction() as session:
        sam = session.scalars(select(Agent).where(Agent.name == "Sam")).one()
        hand_over.take(session, session.get_one(Conversation, held), sam, NOON)
    shop.passes(minutes=15)  # half of it: the assignee is told alone
    lee = shop.signed_in("Lee")

    for alert_id in re.findall(r'id="open-([^"]+)"', lee.opens("/manager").text):
        assert lee.sends("/manager", f"/alerts/{alert_id}/acknowledgement").status_code == 303

    assert "All quiet." in lee.reads("/manager")


def test_only_the_gravest_alert_of_a_wait_is_open(shop: Shop) -> None:
    shop.text("+14155550199")
    shop.passes(minutes=5)
    shop.passes(minutes=3)
    page = shop.signed_in("Sam").opens("/manager").text

    assert page.count('id="open-') == 1
    assert "due soon" in page


def test_a_new_target_sets_the_running_clocks_anew(shop: Shop) -> None:
    shop.text("+14155550199")
    shop.passes(minutes=3)
    sam, number = shop.signed_in("Sam"), shop.number()
    form = f"/manager/numbers/{number.id}/target"
    assert "1 customer waits on this number now." in sam.reads(form)

    answer = sam.sends(form, form, target="2m")

    assert answer.status_code == 303
    assert "now promises a reply within 2 minutes. 1 running clock was set anew." in sam.reads(
        answer.headers["Location"]
    )
    with shop.database.reading() as session:
        assert session.scalars(select(Clock.due_at)).one() == NOON + timedelta(minutes=2)
    assert "1 customer waits past the promised time" in sam.reads("/manager")


@pytest.mark.parametrize(
    ("typed", "told"), [("soon", "is not a length of time"), ("5s", "from 30 seconds to 7 days"), ("", "is not")]
)
def test_a_target_that_cannot_be_promised_is_refused_in_words(shop: Shop, typed: str, told: str) -> None:
    sam, number = shop.signed_in("Sam"), shop.number()
    form = f"/manager/numbers/{number.id}/target"

    answer = sam.sends(form, form, target=typed)

    assert answer.status_code == 422
    assert told in _words(answer.text)
    assert shop.number().target == timedelta(minutes=10)


def test_a_text_to_nobody_is_shown_to_managers_until_it_is_dismissed(shop: Shop) -> None:
    shop.text("+14155550199", to="+14155550999")
    sam = shop.signed_in("Sam")
    assert "1 text came in that belongs to nobody here" in sam.reads("/manager")
    page = sam.opens("/manager/quarantine").text
    assert "&lt;b&gt;hi&lt;/b&gt;" in page
    with shop.database.reading() as session:
        text_id = session.scalars(select(QuarantinedText.id)).one()

    sam.sends("/manager/quarantine", f"/manager/quarantine/{text_id}/dismissal")

    assert "No text has gone astray." in sam.reads("/manager/quarantine")
    with shop.database.reading() as session:
        assert session.scalars(select(QuarantinedText)).one().body == "<b>hi</b>"


def test_a_lead_sees_their_team_and_may_not_change_the_promise(shop: Shop) -> None:
    shop.text("+14155550199")
    shop.text("+14155550117", to=REPAIRS)
    lee = shop.signed_in("Lee")

    page = lee.reads("/manager")

    assert "+1 415 555 0117" in page
    assert "+1 415 555 0199" not in page
    assert "Maya" not in page
    assert "Change" not in page
    assert lee.opens(f"/manager?number={shop.number().id}").status_code == 404
    assert lee.opens(f"/manager/numbers/{shop.number(REPAIRS).id}/target").status_code == 403
    assert lee.opens("/manager/quarantine").status_code == 403


def test_from_each_of_the_managers_pages_one_gets_to_the_others(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    addresses = re.findall(r'href="([^"]+)"', _tabs(sam.opens("/manager").text))
    assert addresses[:3] == ["/manager", "/manager/reports", "/manager/alerts"]

    for address in addresses:
        tabs = _tabs(sam.opens(address).text)
        assert re.findall(r'href="([^"]+)"', tabs) == addresses
        assert re.findall(r'href="([^"]+)" aria-current="page"', tabs) == [address]


@pytest.mark.parametrize("address", ["/manager", "/manager/right-now", "/manager/alerts", "/manager/quarantine"])
def test_the_managers_pages_are_not_for_agents_or_strangers(shop: Shop, address: str) -> None:
    stranger = shop.app.test_client().get(address, base_url="https://desk.smsdesk.test")

    assert shop.signed_in("Maya").opens(address).status_code == 403
    assert stranger.status_code == 303
    assert "/sign-in" in stranger.headers["Location"]


def test_a_person_who_is_full_is_shown_as_full(shop: Shop) -> None:
    conversation_id = shop.text("+14155550199")
    with shop.database.transaction() as session:
        maya = session.scalars(select(Agent).where(Agent.name == "Maya")).one()
        maya.capacity = 1
        hand_over.set_availability(session, maya, Availability.AVAILABLE, NOON)
        hand_over.take(session, session.get_one(Conversation, conversation_id), maya, NOON)

    page = shop.signed_in("Sam").reads("/manager")

    assert "1 of 1 full" in page
    assert "everybody is full" in page


@pytest.mark.parametrize("cursor", ["nonsense", "2026-01-01T00:00:00Z_x", "9999-99-99_", "_"])
def test_a_record_asked_for_from_nowhere_begins_at_its_end(shop: Shop, cursor: str) -> None:
    assert "No alert has been told yet." in shop.signed_in("Sam").reads(f"/manager/alerts?before={cursor}")


def test_the_record_goes_on_page_by_page_without_a_gap(shop: Shop) -> None:
    for customer in range(PAGE + 2):
        shop.text(f"+1415555{customer:04}")
    shop.passes(minutes=11)
    sam, seen, address = shop.signed_in("Sam"), [], "/manager/alerts"

    while address:
        page = sam.opens(address).text
        seen += re.findall(r'href="/conversations/([^"]+)"', page)
        older = re.search(r'href="(/manager/alerts\?before=[^"]+)"', page)
        address = unescape(older[1]) if older else ""

    assert len(seen) == len(set(seen)) == PAGE + 2


def _words(page: str) -> str:
    """What is read, tags left out."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text))).replace(" .", ".").replace(" ;", ";")


def _tabs(page: str) -> str:
    found = re.search(r'<nav class="tabs".*?</nav>', page, re.S)
    assert found, "the page has no way to the others"
    return found[0]
