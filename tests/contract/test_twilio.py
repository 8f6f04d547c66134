"""Every request that SMSDesk can make of Twilio is one that Twilio describes, and the pretend carrier answers as Twilio would."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from config.settings import Settings
from smsdesk.adapters.carrier import Accepted, Carrier, Gone, Outgoing
from smsdesk.adapters.twilio import TwilioCarrier
from smsdesk.adapters.twilio.access import basic_auth, credentials
from smsdesk.simulator.customers import Attachment
from tests.conftest import ACCOUNT_SID
from tests.contract.description import Description, Exchange
from tests.faults.standin import StandIn

pytestmark = pytest.mark.contract

SHOP, MARIA = "+15550100001", "+15550199901"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
Line = tuple[Settings, list[Exchange], StandIn]
DEEDS = {"send", "listed", "inbound_since", "media_of", "fetch", "fetch_media", "remove", "webhook_of"}


def a_reply(body: str = "Ready at five") -> Outgoing:
    return Outgoing(
        uuid4(), SHOP, MARIA, body, (), "https://desk.example.com/webhooks/twilio/statuses/1", timedelta(hours=4)
    )


def everything(line: Line) -> list[Exchange]:
    """Each deed of a carrier once, with each of its forms."""
    settings, heard, stand_in = line
    carrier = TwilioCarrier(settings)
    sent = carrier.send(a_reply())
    assert isinstance(sent, Accepted)
    carrier.send(replace(a_reply("🙂"), media_urls=("https://desk.example.com/1", "https://desk.example.com/2")))
    for count in range(101):
        text = stand_in.carrier.customers.text(
            MARIA, SHOP, str(count), [Attachment("image/png", b"PNG")] if count == 100 else ()
        )
    list(carrier.listed(MARIA, LONG_AGO, sender=SHOP))
    list(carrier.inbound_since(SHOP, LONG_AGO))
    assert len(carrier.media_of(text.sid)) == 1
    carrier.fetch(sent.carrier_sid)
    carrier.fetch_media(ACCOUNT_SID, text.sid, stand_in.carrier.ledger.pictures(text.sid)[0].sid)
    carrier.webhook_of(SHOP)
    stand_in.carrier.ledger.turn(text, "received")
    assert carrier.remove(ACCOUNT_SID, text.sid, has_media=True) == Gone()
    return heard


def to_api(exchanges: list[Exchange]) -> list[Exchange]:
    """The description names an attachment with .json; without it the same address gives its bytes, says Twilio's page."""
    api = [one for one in exchanges if one.path.startswith("/2010-04-01/")]
    return [one if one.path.endswith(".json") else replace(one, target=one.target + ".json") for one in api]


def test_the_check_leaves_no_deed_of_a_carrier_out() -> None:
    deeds = {name for name, _ in inspect.getmembers(Carrier, inspect.isfunction) if not name.startswith("_")}
    assert deeds - {"prepare", "clock_is_ahead_by"} == DEEDS  # these make no request


def test_every_request_is_one_that_twilio_describes(twilio: Description, line: Line) -> None:
    made = to_api(everything(line))
    assert len(made) == 12
    assert [fault for one in made for fault in twilio.faults_of_request(one)] == []


def test_the_pretend_carrier_answers_as_twilio_describes(twilio: Description, line: Line) -> None:
    answered = [one for one in everything(line) if one.path.endswith(".json")]
    assert [fault for one in answered for fault in twilio.faults_of_answer(one)] == []


def test_its_lists_of_attachments_do_so_too(twilio: Description, line: Line) -> None:
    settings, heard, stand_in = line
    text = stand_in.carrier.customers.text(MARIA, SHOP, "", [Attachment("image/png", b"PNG")])
    media = stand_in.carrier.ledger.pictures(text.sid)[0]
    folder = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{text.sid}/Media"
    entry = basic_auth(*credentials(settings))
    for method, target in (
        ("GET", f"{folder}.json"),
        ("GET", f"{folder}/{media.sid}.json"),
        ("DELETE", f"{folder}/{media.sid}.json"),
    ):
        status, body = asked(settings.twilio_api_base_url, method, target, entry)
        assert status < 300, body
    assert [fault for one in heard for fault in (*twilio.faults_of_request(one), *twilio.faults_of_answer(one))] == []


@given(
    body=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    media=st.lists(st.integers(1, 99), max_size=10),
    hours=st.floats(-1, 100),
    to=st.sampled_from([MARIA, "whatsapp:+15550199901", "12345"]),
)
@given_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_the_request_keeps_its_form(
    twilio: Description, line: Line, body: str, media: list[int], hours: float, to: str
) -> None:
    settings, heard, _ = line
    heard.clear()
    urls = tuple(f"https://desk.example.com/{one}" for one in media)
    TwilioCarrier(settings).send(replace(a_reply(body), to=to, media_urls=urls, valid_for=timedelta(hours=hours)))
    assert [fault for one in heard for fault in twilio.faults_of_request(one)] == []


FORM = {"To": MARIA, "From": SHOP, "Body": "Hi", "ValidityPeriod": "60"}
SEND = Exchange("POST", f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json", {}, b"", 201, b"")


RIGHT = replace(
    SEND,
    headers={"authorization": "Basic QTpi", "content-type": "application/x-www-form-urlencoded"},
    body=urlencode(FORM).encode(),
)


def with_form(form: dict[str, str]) -> Exchange:
    return replace(RIGHT, body=urlencode(form).encode())


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (with_form(FORM | {"StatusCallBack": "https://x"}), "StatusCallBack is unheard of"),
        (with_form({"From": SHOP}), "To is missing"),
        (with_form(FORM | {"ValidityPeriod": "soon"}), "ValidityPeriod"),
        (with_form(FORM | {"MessagingServiceSid": "MG1"}), "MessagingServiceSid"),
        (with_form(FORM | {"SmartEncoded": "yes"}), "SmartEncoded"),
        (with_form(FORM | {"RiskCheck": "perhaps"}), "RiskCheck"),
        (replace(RIGHT, headers=RIGHT.headers | {"authorization": "Bearer x"}), "credentials"),
        (replace(RIGHT, headers=RIGHT.headers | {"content-type": "application/json"}), "not a form"),
        (replace(RIGHT, target="/2010-04-01/Accounts/AC1/Messages.json"), "AccountSid"),
        (replace(RIGHT, target=SEND.target.replace("Messages", "Message")), "there is no POST"),
        (replace(RIGHT, method="PUT"), "there is no PUT"),
    ],
)
def test_the_check_finds_what_is_wrong(twilio: Description, wrong: Exchange, fault: str) -> None:
    assert twilio.faults_of_request(RIGHT) == []
    assert any(fault in found for found in twilio.faults_of_request(wrong)), twilio.faults_of_request(wrong)


def test_the_check_finds_a_wrong_answer(twilio: Description) -> None:
    answer = b'{"sid": "XX1", "status": "gone", "segments": 1}'
    faults = " ".join(twilio.faults_of_answer(replace(SEND, answer=answer)))
    assert all(word in faults for word in ("XX1", "gone", "segments is unheard of", "body is missing"))


def asked(base: str, method: str, target: str, headers: dict[str, str]) -> tuple[int, bytes]:
    line = HTTPConnection(base.removeprefix("http://"), timeout=10)
    line.request(method, target, headers=headers)
    answer = line.getresponse()
    return answer.status, answer.read()
