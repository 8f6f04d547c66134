"""Customers' phones in the browser: what is typed there reaches the desk as the carrier brings it, and answers come back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import select

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.app import create_app
from smsdesk.models import Conversation, Media, Message
from smsdesk.models.message import Direction
from smsdesk.rules.delivery_status import State
from smsdesk.simulator import demo_shop, line_up
from smsdesk.simulator.phone_modes import MODES
from tests.faults.standin import standing_in
from tests.simulator.street import Street, opened, until
from tests.web.frame.browser import Browser

SHOP, PRIYA, DANA = "+14155550100", "+14155550199", "+14155550117"
PRIYAS = "14155550199-14155550100-Priya"
BY_SCRIPT = {"X-Phone": "1"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


@pytest.fixture
def street(settings: Settings) -> Iterator[Street]:
    with opened(settings) as street:
        yield street


def thread(street: Street, place: str = PRIYAS) -> str:
    return str(street.visitor.get("/phone/thread", query_string={"phone": place}).text)


def test_a_text_typed_on_a_phone_opens_a_conversation(street: Street) -> None:
    answer = street.types(PRIYA, SHOP, "Hi, my kettle arrived cracked 😕", place=f"phone={PRIYAS}")
    texts = until(lambda: street.messages(PRIYA))
    assert (answer.status_code, answer.location) == (303, f"/phone?phone={PRIYAS}#phone-14155550199")
    assert [text.body for text in texts] == ["Hi, my kettle arrived cracked 😕"]
    assert len(street.shop.all(select(Conversation))) == 1
    assert until(lambda: "Delivered" in thread(street))


def test_an_answer_appears_on_the_phone_and_is_delivered_on_the_desk(street: Street) -> None:
    street.types(PRIYA, SHOP, "Is it ready?")
    until(lambda: street.messages(PRIYA))
    street.answer(PRIYA, "Yes, come by at five")
    assert until(lambda: re.search(r"theirs arrived.*Yes, come by at five", thread(street), re.DOTALL))
    ours = select(Message).where(Message.direction == Direction.OUT)
    assert until(lambda: street.shop.all(ours.where(Message.state == State.DELIVERED)))


def test_the_page_hears_whose_phone_changed(street: Street) -> None:
    since = int(re.findall(r'data-last="(\d+)"', thread(street))[0])
    street.types(DANA, SHOP, "Where is my order?")
    heard = until(lambda: street.visitor.get(f"/phone/changes?since={since}").json)
    assert heard["phones"] == [DANA]
    assert heard["last"] > since


def test_a_script_is_answered_without_a_page(street: Street) -> None:
    street.visitor.get("/phone")
    fields = {"from": PRIYA, "to": SHOP, "body": "Hello"}
    assert street.visitor.post("/phone/texts", fields, headers=BY_SCRIPT).status_code == 204
    refused = street.visitor.post("/phone/texts", {**fields, "body": " "}, headers=BY_SCRIPT)
    assert (refused.status_code, refused.text) == (422, "Type something, or choose a picture.")


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png"])
def test_a_picture_goes_along_and_is_shown(street: Street, kind: str) -> None:
    ready, own = {"sample": "kettle.jpg"}, {"picture": (BytesIO(PNG), "mine.png")}
    street.types(PRIYA, SHOP, "Look", **(ready if kind == "image/jpeg" else own))
    assert until(lambda: street.shop.all(select(Media)))
    (path,) = set(re.findall(r'src="(/phone/pictures/[^"]+)"', until(lambda: thread(street))))
    shown = street.visitor.get(path)
    assert shown.mimetype == kind
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_what_only_claims_to_be_a_picture_is_not_taken(street: Street) -> None:
    page = (BytesIO(b"<script>alert(1)</script>"), "cat.png")
    refused = street.types(PRIYA, SHOP, "Look", picture=page)
    assert (refused.status_code, refused.mimetype) == (422, "text/html")
    assert "JPEG, PNG, GIF or WebP" in refused.text
    assert street.carrier.ledger.texts() == []


def test_what_a_customer_writes_is_only_ever_text(street: Street) -> None:
    street.types(PRIYA, SHOP, "<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)" in until(lambda: thread(street))
    page = street.visitor.get("/phone?phone=14155550199-14155550100-<b>Priya").text
    assert "&lt;b&gt;Priya" in page
    assert "<b>Priya" not in page


@pytest.mark.parametrize("mode", MODES, ids=[mode.key for mode in MODES])
def test_a_phone_can_be_told_what_our_texts_to_it_meet(street: Street, mode: object) -> None:
    key, carriers = mode.key, mode.carrier  # type: ignore[attr-defined]
    street.visitor.get("/phone")
    assert street.visitor.post("/phone/modes", {"from": PRIYA, "mode": key}).status_code == 303
    assert street.carrier.modes.of(PRIYA) == carriers
    assert street.carrier.modes.of(DANA) == "ok"
    assert f'data-mode="{key}"' in thread(street)


def test_a_phone_that_is_off_shows_no_bubble_and_the_desk_says_why(street: Street) -> None:
    street.types(PRIYA, SHOP, "Is it ready?")
    until(lambda: street.messages(PRIYA))
    street.visitor.post("/phone/modes", {"from": PRIYA, "mode": "unreachable"})
    street.answer(PRIYA, "Yes, come by at five")
    lost = until(lambda: street.shop.all(select(Message).where(Message.state == State.UNDELIVERED)))
    assert lost[0].error_code == 30003
    assert "A text did not get here." in thread(street)
    assert "Yes, come by at five" not in thread(street)


@pytest.mark.parametrize(
    "fields",
    [
        {"from": "+12125551234", "to": SHOP},  # somebody may have this one
        {"from": SHOP, "to": SHOP},
        {"from": PRIYA, "to": "+14155550250"},
        {"from": PRIYA, "to": SHOP, "body": "x" * 1601},
        {"from": "", "to": ""},
    ],
)
def test_only_made_up_phones_text_and_only_the_shop(street: Street, fields: dict[str, str]) -> None:
    street.visitor.get("/phone")
    assert street.visitor.post("/phone/texts", {"body": "Hi", **fields}).status_code == 422
    assert street.carrier.ledger.texts() == []


@pytest.mark.parametrize("path", ["/phone/texts", "/phone/modes"])
def test_another_site_cannot_text_through_a_visitor(street: Street, path: str) -> None:
    street.visitor.get("/phone")
    fields = {"from": PRIYA, "to": SHOP, "body": "Hi", "mode": "hangs"}
    elsewhere = street.visitor.post(path, fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403
    assert street.visitor.post(path, fields, token="guessed").status_code == 403
    assert street.carrier.ledger.texts() == []
    assert street.carrier.modes.of(PRIYA) == "ok"


def test_the_first_page_shows_some_of_the_demos_customers(street: Street) -> None:
    page = street.visitor.get("/phone").text
    assert re.findall(r'data-phone="([^"]+)"', page) == [PRIYA, DANA, "+14155550142"]
    assert "Text us. A person answers." in page


def test_the_demos_texts_are_on_the_phones_from_the_start(settings: Settings) -> None:
    database = create_app(settings).extensions["smsdesk"].database
    with database.transaction() as session:
        demo_shop.open_shop(session, settings, clock.now())
    with database.reading() as session:
        demo_shop.remind_carrier(session, settings)
    with standing_in(settings) as stand_in:
        page = Browser(create_app(stand_in.settings)).get("/phone").text
    assert "the lid is cracked" in page
    assert "Could you send me a photo?" in page
    assert "workshop says replace" not in page  # a note is for colleagues


def test_the_line_up_is_what_the_address_says(street: Street) -> None:
    asked = [PRIYAS, "nonsense", "12125551234", "14155550250-14155550100-Nina", PRIYAS]
    page = street.visitor.get("/phone", query_string=[("phone", one) for one in asked]).text
    assert re.findall(r'data-phone="([^"]+)"', page) == [PRIYA, "+14155550250"]
    assert "Nina" in page


def test_a_new_customer_gets_a_number_that_nobody_on_the_page_has(street: Street) -> None:
    new = street.visitor.get("/phone/new", query_string={"phone": PRIYAS, "at": "1", "name": "Nina"})
    assert new.status_code == 303
    phones = re.findall(r'data-phone="([^"]+)"', street.visitor.get(new.location.partition("#")[0]).text)
    assert phones[0] == PRIYA
    assert re.fullmatch(r"\+1415555(0[12]\d\d)", phones[1])
    assert phones[1] not in {PRIYA, SHOP}


def test_while_the_carrier_is_away_the_page_says_so(street: Street) -> None:
    with street.carrier.refusing():
        page = street.visitor.get("/phone")
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert "The pretend carrier does not answer." in page.text


def test_there_are_no_phones_beside_a_real_carrier(settings: Settings) -> None:
    real = replace(settings, carrier="twilio")
    assert Browser(create_app(real)).get("/phone").status_code == 404


def test_a_demo_customer_texts_the_number_that_they_know() -> None:
    both = [SHOP, "+14155550101"]
    assert line_up.demo_place("+14155550123", both).number == "+14155550101"
    assert line_up.demo_place("+14155550123", [SHOP]).number == SHOP
