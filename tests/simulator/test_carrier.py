"""The pretend carrier does what a carrier does, and remembers it."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from config.settings import Settings
from smsdesk.adapters.carrier import Accepted, NotSent, Outgoing, Refused
from smsdesk.adapters.twilio import TwilioCarrier, read_inbound, read_status
from smsdesk.simulator.carrier import PretendCarrier
from smsdesk.simulator.customers import Attachment
from tests.faults.standin import StandIn, standing_in
from tests.simulator.inbox import Inbox

SHOP, MARIA = "+15550100001", "+15550199901"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def a_reply(
    to: str = MARIA,
    body: str = "Ready at five",
    status_url: str = "https://desk.example.com/webhooks/twilio/statuses/1",
) -> Outgoing:
    return Outgoing(uuid4(), SHOP, to, body, (), status_url, timedelta(hours=4))


def asked(stand_in: StandIn, method: str, path: str, wish: Any = None, **headers: str) -> Any:
    body = None if wish is None else json.dumps(wish).encode()
    heads = ({"Content-Type": "application/json"} if body else {}) | headers
    with urlopen(Request(stand_in.carrier.url + path, body, heads, method=method), timeout=10) as answer:
        return json.load(answer)


def test_a_text_of_ours_is_reported_step_by_step_under_a_true_signature(stand_in: StandIn, inbox: Inbox) -> None:
    sent = TwilioCarrier(stand_in.settings).send(a_reply())
    posts = inbox.wait_for(lambda posts: len(posts) == 4)
    assert isinstance(sent, Accepted)
    assert inbox.words(sent.carrier_sid) == ["queued", "sending", "sent", "delivered"]
    assert all(post.is_signed(stand_in.settings) for post in posts)
    assert {post.path for post in posts} == {"/webhooks/twilio/statuses/1"}
    assert posts[0].headers["Host"] == "desk.example.com"


def test_reports_can_be_doubled_and_overtaken(desk_settings: Settings, inbox_and_address: tuple[Inbox, str]) -> None:
    inbox, address = inbox_and_address
    with standing_in(desk_settings, address, repeats=1.0) as stand_in:
        sent = TwilioCarrier(stand_in.settings).send(a_reply())
        inbox.wait_for(lambda posts: len(posts) == 8)
        assert isinstance(sent, Accepted)
        assert sorted(inbox.words(sent.carrier_sid)) == sorted(["queued", "sending", "sent", "delivered"] * 2)


def test_dropped_reports_leave_a_text_that_can_still_be_asked_for(
    desk_settings: Settings, inbox_and_address: tuple[Inbox, str]
) -> None:
    with standing_in(desk_settings, inbox_and_address[1], drops=1.0) as stand_in:
        twilio = TwilioCarrier(stand_in.settings)
        sent = twilio.send(a_reply())
        assert isinstance(sent, Accepted)
        while stand_in.carrier.ledger.texts("state = 'delivered'") == []:
            stand_in.carrier.ledger.events(since=10**9, wait_s=0.05)
        found = twilio.fetch(sent.carrier_sid)
        assert found is not None
        assert found.word == "delivered"
        assert inbox_and_address[0].posts == []


@pytest.mark.parametrize(
    ("mode", "end", "code"), [("fail:30003", "failed", 30003), ("undelivered:30007", "undelivered", 30007)]
)
def test_a_text_can_be_lost_on_the_way(stand_in: StandIn, inbox: Inbox, mode: str, end: str, code: int) -> None:
    stand_in.carrier.modes.always(MARIA, mode)
    TwilioCarrier(stand_in.settings).send(a_reply())
    posts = inbox.wait_for(lambda posts: posts[-1:] != [] and posts[-1].form["MessageStatus"] == end)
    report = read_status(posts[-1].form, posts[-1].raw)
    assert (report.word, report.error_code) == (end, code)


def test_a_report_may_come_late_and_contradict(stand_in: StandIn, inbox: Inbox) -> None:
    sent = TwilioCarrier(stand_in.settings).send(a_reply())
    inbox.wait_for(lambda posts: len(posts) == 4)
    assert isinstance(sent, Accepted)
    assert stand_in.carrier.report(sent.carrier_sid, "failed", 30005) == 200
    assert inbox.posts[-1].form["ErrorCode"] == "30005"


def test_a_customers_text_arrives_as_twilio_posts_it(stand_in: StandIn, inbox: Inbox) -> None:
    picture = Attachment("image/png", b"\x89PNG pretended")
    text, status = stand_in.carrier.text(MARIA, SHOP, "Is it ready? 🙂", [picture])
    read = read_inbound(inbox.posts[0].form, inbox.posts[0].raw)
    assert status == 200
    assert inbox.posts[0].is_signed(stand_in.settings)
    assert (read.sender, read.to, read.body, read.carrier_sid) == (MARIA, SHOP, "Is it ready? 🙂", text.sid)
    assert [media.content_type for media in read.media] == ["image/png"]
    assert read.media[0].sid is not None
    assert (
        TwilioCarrier(stand_in.settings).fetch_media(read.account_sid, read.carrier_sid, read.media[0].sid).data
        == picture.data
    )


def test_a_text_that_is_not_taken_is_posted_again_under_the_same_token(stand_in: StandIn, inbox: Inbox) -> None:
    inbox.answers = [500, 503]
    text, status = stand_in.carrier.text(MARIA, SHOP, "Hello?")
    assert status == 200
    assert len(inbox.posts) == 3
    assert len({post.headers["I-Twilio-Idempotency-Token"] for post in inbox.posts}) == 1
    assert [post.detail["status"] for post in stand_in.posts("text")] == [500, 503, 200]
    assert stand_in.acknowledged() == {text.sid}


def test_a_text_that_nobody_takes_stays_in_the_carriers_list(stand_in: StandIn, inbox: Inbox) -> None:
    inbox.answers = [500] * 6
    text, status = stand_in.carrier.text(MARIA, SHOP, "Anybody?")
    listed = list(TwilioCarrier(stand_in.settings).inbound_since(SHOP, LONG_AGO))
    assert status == 500
    assert stand_in.acknowledged() == set()
    assert [(found.carrier_sid, found.body) for found in listed] == [(text.sid, "Anybody?")]


def test_stop_ends_our_texts_and_start_lets_them_through_again(stand_in: StandIn) -> None:
    twilio = TwilioCarrier(stand_in.settings)
    stand_in.carrier.text(MARIA, SHOP, " stop ")
    stopped = twilio.send(a_reply())
    stand_in.carrier.text(MARIA, SHOP, "START")
    assert isinstance(stopped, Refused)
    assert (stopped.code, stopped.reason) == (21610, "opted_out")
    assert isinstance(twilio.send(a_reply()), Accepted)


def test_stop_within_a_sentence_is_not_the_carriers_business(stand_in: StandIn) -> None:
    stand_in.carrier.text(MARIA, SHOP, "please stop by tomorrow")
    assert isinstance(TwilioCarrier(stand_in.settings).send(a_reply()), Accepted)


def test_the_carriers_own_stop_can_be_switched_off(
    desk_settings: Settings, inbox_and_address: tuple[Inbox, str]
) -> None:
    with standing_in(desk_settings, inbox_and_address[1], honours_stop=False) as stand_in:
        stand_in.carrier.text(MARIA, SHOP, "STOP")
        assert isinstance(TwilioCarrier(stand_in.settings).send(a_reply()), Accepted)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (a_reply(to="banana"), 21211),
        (a_reply(body=""), 21602),
        (a_reply(body="x" * 1601), 21617),
        (a_reply(body="🙂" * 801), 21617),
        (a_reply(to=SHOP), 21266),
        (a_reply(status_url="ftp://elsewhere"), 21609),
        (replace(a_reply(), media_urls=("not an address",)), 21620),
        (replace(a_reply(), sender="+0"), 21212),
    ],
)
def test_what_twilio_would_not_take_is_not_taken(stand_in: StandIn, text: Outgoing, code: int) -> None:
    refused = TwilioCarrier(stand_in.settings).send(text)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.reason) == (code, "permanent")
    assert stand_in.accepted() == {}


def test_wrong_credentials_are_refused(stand_in: StandIn) -> None:
    stranger = replace(stand_in.settings, twilio_auth_tokens=("not the token",))
    refused = TwilioCarrier(stranger).send(a_reply())
    assert isinstance(refused, Refused)
    assert refused.reason == "credentials"


def test_an_api_key_opens_too(desk_settings: Settings, inbox_and_address: tuple[Inbox, str]) -> None:
    with_key = replace(
        desk_settings, twilio_api_key="SK" + "1" * 32, twilio_api_secret="secret", twilio_auth_tokens=("t",)
    )
    with standing_in(with_key, inbox_and_address[1]) as stand_in:
        assert isinstance(TwilioCarrier(stand_in.settings).send(a_reply()), Accepted)


def test_the_ledger_outlives_the_carrier(desk_settings: Settings, inbox_and_address: tuple[Inbox, str]) -> None:
    with standing_in(desk_settings, inbox_and_address[1]) as stand_in:
        TwilioCarrier(stand_in.settings).send(a_reply())
    with standing_in(desk_settings, inbox_and_address[1]) as stand_in:
        assert [text.body for texts in stand_in.accepted().values() for text in texts] == ["Ready at five"]


def test_what_a_crash_interrupted_goes_on(desk_settings: Settings, inbox_and_address: tuple[Inbox, str]) -> None:
    inbox, address = inbox_and_address
    with standing_in(desk_settings, address, quickest_s=60.0, slowest_s=60.0) as stand_in:
        sent = TwilioCarrier(stand_in.settings).send(a_reply())
    with standing_in(desk_settings, address):
        inbox.wait_for(lambda posts: len(posts) == 4)
        assert isinstance(sent, Accepted)
        assert inbox.words(sent.carrier_sid)[-1] == "delivered"


def test_a_fresh_text_can_be_missing_from_the_list(
    desk_settings: Settings, inbox_and_address: tuple[Inbox, str]
) -> None:
    with standing_in(desk_settings, inbox_and_address[1], list_lag_s=3600.0) as stand_in:
        twilio = TwilioCarrier(stand_in.settings)
        twilio.send(a_reply())
        assert list(twilio.listed(MARIA, LONG_AGO)) == []
        asked(stand_in, "PUT", "/pretend/habits", {"list_lag_s": 0.0})
        assert [text.body for text in twilio.listed(MARIA, LONG_AGO)] == ["Ready at five"]


def test_a_long_list_is_read_page_by_page_newest_first(stand_in: StandIn) -> None:
    for count in range(205):
        stand_in.carrier.customers.text(MARIA, SHOP, str(count))
    listed = list(TwilioCarrier(stand_in.settings).inbound_since(SHOP, LONG_AGO))
    assert [text.body for text in listed] == [str(count) for count in range(204, -1, -1)]


def test_while_nobody_listens_a_call_is_refused(stand_in: StandIn) -> None:
    twilio = TwilioCarrier(stand_in.settings)
    with stand_in.carrier.refusing():
        assert isinstance(twilio.send(a_reply()), NotSent)
    assert isinstance(twilio.send(a_reply()), Accepted)
    assert len(stand_in.accepted()) == 1


def test_the_phone_shows_both_sides(stand_in: StandIn, inbox: Inbox) -> None:
    picture = {"content_type": "image/png", "data": b64encode(b"PNG").decode()}
    wish = {"from": MARIA, "to": SHOP, "body": "Hi", "media": [picture], "wait": True}
    assert asked(stand_in, "POST", "/pretend/texts", wish)["posted"] == 200
    TwilioCarrier(stand_in.settings).send(a_reply())
    inbox.wait_for(lambda posts: posts[-1].form.get("MessageStatus") == "delivered")
    shown = asked(stand_in, "GET", "/pretend/phones/%2B15550199901")["texts"]
    assert [(text["mine"], text["body"], text["arrived"]) for text in shown] == [
        (True, "Hi", True),
        (False, "Ready at five", True),
    ]
    with urlopen(shown[0]["media"][0]["url"], timeout=10) as answer:
        assert (answer.headers["Content-Type"], answer.read()) == ("image/png", b"PNG")


def test_the_phone_hears_of_changes_as_they_happen(stand_in: StandIn) -> None:
    before = asked(stand_in, "GET", "/pretend/changes?since=0")["last"]
    asked(stand_in, "POST", "/pretend/texts", {"from": MARIA, "to": SHOP, "body": "Hi"})
    heard = asked(stand_in, "GET", f"/pretend/changes?since={before}&wait=10")
    assert heard["changes"][0]["kind"] == "received"
    assert heard["last"] > before


@pytest.mark.parametrize(
    ("path", "wish", "headers", "status"),
    [
        ("/pretend/modes", {"mode": "nonsense"}, {}, 400),
        ("/pretend/texts", {"from": MARIA}, {}, 400),
        (
            "/pretend/texts",
            {"from": MARIA, "to": SHOP, "media": [{"content_type": "a/b\r\nX: y", "data": ""}]},
            {},
            400,
        ),
        ("/pretend/statuses", {"sid": "SM" + "0" * 32, "word": "sent"}, {}, 400),
        ("/pretend/modes", {"mode": "ok"}, {"Content-Type": "text/plain"}, 415),
        ("/pretend/modes", {"mode": "ok"}, {"Host": "evil.example"}, 403),
        ("/pretend/nothing", {}, {}, 404),
    ],
)
def test_a_wish_that_cannot_be_met_is_answered_in_words(
    stand_in: StandIn, path: str, wish: Any, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(HTTPError) as refused:
        asked(stand_in, "POST", path, wish, **headers)
    assert refused.value.code == status
    assert json.load(refused.value)["why"]


def test_a_stop_ends_every_thread_that_it_began(desk_settings: Settings) -> None:
    carrier = PretendCarrier(desk_settings).start()
    carrier.stop()
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{carrier.url}/pretend/health", timeout=2)
