"""What the law forbids does not go out, whichever way it was asked for (trust.md 6.3, F64, F65)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from smsdesk.desk import check_sending, sort_out
from smsdesk.models import Agent, ConsentEvent, Customer, Event, Message, Stop
from smsdesk.models.consent import StopSource
from smsdesk.rules.delivery_status import State
from tests.faults.door import Door
from tests.faults.indoors import NINE, Indoors, indoors
from tests.workers.shop import MARIA, NUMBER

CALIFORNIA, TOLL_FREE = MARIA, "+18005550123"
SECOND = timedelta(seconds=1)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

# Who, where a colleague knows them to be, when it is approved, and when it goes; all in UTC. By the strictest states of the US a
# text that answers nobody goes from nine to twenty o'clock, on a Sunday from noon (config/quiet_hours.toml)
MOMENTS = [
    pytest.param(CALIFORNIA, "", "2026-03-04 03:59:59", "2026-03-04 03:59:59", id="a second before the evening"),
    pytest.param(CALIFORNIA, "", "2026-03-04 04:00:00", "2026-03-04 17:00:00", id="the evening begins"),
    pytest.param(CALIFORNIA, "", "2026-03-04 16:59:59", "2026-03-04 17:00:00", id="a second before the morning"),
    pytest.param(TOLL_FREE, "", "2026-03-04 00:59:59", "2026-03-04 00:59:59", id="anywhere, while New York is awake"),
    pytest.param(TOLL_FREE, "", "2026-03-04 01:00:00", "2026-03-04 19:00:00", id="anywhere, until Honolulu is awake"),
    pytest.param(CALIFORNIA, "Honolulu", "2026-03-04 05:59:59", "2026-03-04 05:59:59", id="a traveller's evening"),
    pytest.param(CALIFORNIA, "Honolulu", "2026-03-04 06:00:00", "2026-03-04 19:00:00", id="a traveller's night"),
    pytest.param(CALIFORNIA, "", "2026-03-08 04:00:00", "2026-03-08 19:00:00", id="a night that is an hour shorter"),
    pytest.param(CALIFORNIA, "", "2026-11-01 03:00:00", "2026-11-01 20:00:00", id="a night that is an hour longer"),
]


@dataclass
class Roads:
    """The three ways in: a page, the API, and a job that finds what was approved earlier."""

    it: Indoors
    door: Door

    def by_page(self, conversation: UUID, words: str) -> int:
        return self.presses("Maya", f"/conversations/{conversation}/replies", body=words, client_token=words, seen="99")

    def by_api(self, conversation: UUID, words: str) -> int:
        path = f"/api/v1/conversations/{conversation}/messages"
        return self.door.app.test_client().post(path, json={"body": words}, headers=self.door.token("Maya")).status_code

    def presses(self, who: str, path: str, **fields: Any) -> int:
        browser, address = self.door.browser(who), self.door.settings.public_url
        fields["csrf_token"] = token_of(browser, address)
        return browser.post(path, data=fields, base_url=address, headers={"HX-Request": "true"}).status_code

    def hears(self, phone: str) -> UUID:
        """They write, are answered, and a day passes in which nobody writes."""
        self.it.post(self.it.customer_texts(phone, "Is my kettle there?", NUMBER))
        [asked] = self.it.shop.all(
            select(Message).where(Message.sender == phone, Message.body == "Is my kettle there?")
        )
        self.it.shop.answers("Not yet", asked.conversation_id)
        self.it.sends()
        return asked.conversation_id

    def went(self, phone: str) -> list[str]:
        return self.it.witness.in_order(NUMBER, phone)


@pytest.fixture
def roads(environ: dict[str, str]) -> Iterator[Roads]:
    with ExitStack() as stack:
        it = stack.enter_context(indoors(environ, environ["DATABASE_URL"]))
        yield Roads(it, Door(it.client.application, it.shop.settings, it.shop))
        assert it.is_sound() == []


@pytest.mark.parametrize(("phone", "lives_in", "at", "goes"), MOMENTS)
def test_f64_what_answers_nobody_goes_when_it_is_day_where_they_are(
    roads: Roads, phone: str, lives_in: str, at: str, goes: str
) -> None:
    it, conversation = roads.it, roads.hears(phone)
    with it.shop.session() as session:
        customer = session.get_one(Customer, it.shop.conversation(conversation).customer_id)
        sort_out.place(session, customer, lives_in, session.get_one(Agent, it.shop.people["Maya"]), NINE)

    it.hands.at = moment(at)
    assert roads.by_page(conversation, "It has come in") == 204
    assert roads.by_api(conversation, "You can fetch it") == 201
    if goes > at:
        it.hands.at = moment(goes) - SECOND
        it.sends()
        assert roads.went(phone) == ["Not yet"]
        it.hands.at = moment(goes)
    it.sends()

    assert roads.went(phone) == ["Not yet", "It has come in", "You can fetch it"]


def test_f64_what_was_approved_by_day_and_could_not_leave_does_not_leave_at_night(roads: Roads) -> None:
    it, conversation = roads.it, roads.hears(MARIA)
    it.hands.at = moment("2026-03-04 03:59:00")  # a minute before the evening
    it.witness.carrier.modes.always(MARIA, "307")
    assert roads.by_page(conversation, "It has come in") == 204
    it.sends()
    it.witness.carrier.modes.clear()
    it.hands.at += timedelta(minutes=2)
    it.sends()

    [ours] = it.shop.all(select(Message).where(Message.body == "It has come in"))
    assert roads.went(MARIA) == ["Not yet"]
    assert (ours.state, ours.block_reason) == (State.FAILED, check_sending.QUIET)


@pytest.mark.parametrize("told", ["by the call", "by a report"])
def test_f65_a_stop_that_only_the_carrier_knows_blocks_every_road_and_nobody_here_lifts_it(
    roads: Roads, told: str
) -> None:
    it, conversation = roads.it, roads.hears(MARIA)
    it.post(it.customer_texts(MARIA, "And now?", NUMBER))
    if told == "by the call":
        it.witness.carrier.modes.next("21610")
    for words in ("Yes", "It is here"):
        it.shop.answers(words, conversation)
    [first] = it.claims()
    it.carries(first)
    if told == "by a report":
        [*_, taken] = it.witness.carrier.ledger.texts("direction = 'outbound-api'")
        assert it.report(taken, "failed", 21610) == 200
    it.sends()

    assert it.shop.all(select(Stop.source)) == [StopSource.CARRIER]
    assert {message.state for message in it.shop.all(select(Message).where(Message.body == "It is here"))} == {State.BLOCKED}  # fmt: skip
    assert roads.by_page(conversation, "Hello?") == roads.by_api(conversation, "Hello?") == 409
    assert roads.presses("Maya", f"/conversations/{conversation}/stop/end", evidence="She told me") == 403
    assert roads.presses("Sam", f"/conversations/{conversation}/stop/end", evidence="She told me") == 409
    consent = f"/api/v1/conversations/{conversation}/consent"
    for method, path in (
        ("DELETE", consent),
        ("PUT", consent),
        ("DELETE", f"{consent}/stop"),
        ("POST", f"{consent}/stop/end"),
    ):
        assert it.client.open(path, method=method, headers=roads.door.token("Sam")).status_code in {404, 405}
    assert it.shop.all(select(Stop.source)) == [StopSource.CARRIER]
    assert it.shop.all(select(Event.kind).where(Event.kind.like("consent.%"))) == ["consent.stopped"]

    it.post(it.customer_texts(MARIA, "START", NUMBER))
    assert roads.by_page(conversation, "Welcome back") == 204
    it.sends()
    assert roads.went(MARIA)[-1] == "Welcome back"
    assert it.shop.all(select(ConsentEvent.kind).order_by(ConsentEvent.id)) == ["stopped", "started"]


@pytest.mark.parametrize(
    "change",
    [delete(ConsentEvent), update(ConsentEvent).values(kind="started"), update(ConsentEvent).values(source="agent")],
    ids=["taken out", "another meaning", "another's word"],
)
def test_f65_what_was_said_about_consent_cannot_be_changed_afterwards(roads: Roads, change: Any) -> None:
    roads.hears(MARIA)
    roads.it.post(roads.it.customer_texts(MARIA, "STOP", NUMBER))
    roads.it.sends()  # that texts have stopped
    before = roads.it.shop.all(select(ConsentEvent.kind))

    with pytest.raises(DatabaseError, match="only grows"), roads.it.shop.session() as session:
        session.execute(change)

    assert before[:1] == ["stopped"]
    assert roads.it.shop.all(select(ConsentEvent.kind)) == before


def token_of(browser: FlaskClient, address: str) -> str:
    found = TOKEN.search(unescape(browser.get("/queue", base_url=address).text))
    assert found
    return found[1]


def moment(words: str) -> datetime:
    return datetime.fromisoformat(f"{words}+00:00")
