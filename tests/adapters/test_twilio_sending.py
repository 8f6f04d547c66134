"""Whatever happens on the line, a sending ends with the truth: taken, not taken, refused, or nobody knows."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty

from config.settings import Settings
from smsdesk.adapters.carrier import Accepted, CarrierDown, NotSent, Outcome, Outgoing, Refused, Unknown
from smsdesk.adapters.twilio import TwilioCarrier
from smsdesk.adapters.twilio.outcomes import CODES, outcome_of_error
from tests.adapters.wire import answering, deaf, server
from tests.faults.standin import StandIn

SHOP, MARIA = "+15550100001", "+15550199901"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SHORT = timedelta(seconds=1)


def a_reply(body: str = "Ready at five") -> Outgoing:
    return Outgoing(
        uuid4(), SHOP, MARIA, body, (), "https://desk.example.com/webhooks/twilio/statuses/1", timedelta(hours=4)
    )


def sent_in(mode: str, stand_in: StandIn) -> Outcome:
    stand_in.carrier.modes.next(mode)
    return TwilioCarrier(stand_in.settings, SHORT).send(a_reply())


def taken(stand_in: StandIn) -> int:
    return sum(map(len, stand_in.accepted().values()))


def sent_to(base_url: str, settings: Settings) -> Outcome:
    return TwilioCarrier(replace(settings, twilio_api_base_url=base_url), SHORT).send(a_reply())


def test_a_text_that_is_taken_has_its_id_and_cost(stand_in: StandIn) -> None:
    outcome = TwilioCarrier(stand_in.settings).send(a_reply("x" * 161))
    assert isinstance(outcome, Accepted)
    assert outcome.segments == 2
    assert stand_in.accepted()["1"][0].sid == outcome.carrier_sid


@pytest.mark.parametrize(
    "mode",
    [
        "accept_then_close",
        "accept_then_hang",
        "accept_500",
        "201_garbage",
        "201_truncated",
        "201_empty",
        "201_wrong_sid",
        "drip",
        "slow:1.5",
    ],
)
def test_a_text_that_was_taken_without_a_word_is_unknown(stand_in: StandIn, mode: str) -> None:
    assert isinstance(sent_in(mode, stand_in), Unknown)
    deadline = time.monotonic() + 5
    while taken(stand_in) < 1 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert taken(stand_in) == 1


@pytest.mark.parametrize("mode", ["hang", "reset_before", "500", "502_html", "503"])
def test_a_text_that_was_not_taken_but_could_have_been_is_unknown(stand_in: StandIn, mode: str) -> None:
    assert isinstance(sent_in(mode, stand_in), Unknown)
    assert taken(stand_in) == 0


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("429", NotSent(20429, "the carrier asks us to slow down", None, is_rate_limit=True)),
        ("429:7", NotSent(20429, "the carrier asks us to slow down", timedelta(seconds=7), is_rate_limit=True)),
        ("307", NotSent(307, "something in between answered 307")),
        ("401", Refused(20003, "the carrier refuses our credentials", "credentials")),
        ("21610", Refused(21610, "the customer has said STOP to the carrier", "opted_out")),
        ("21211", Refused(21211, "this is not a number that can be texted", "permanent")),
        ("21611", NotSent(21611, "the carrier's queue for our number is full", is_rate_limit=True)),
        ("29999", Refused(29999, "the carrier refuses this text", "permanent")),
    ],
)
def test_a_refusal_is_certain_and_has_its_reason(stand_in: StandIn, mode: str, outcome: Outcome) -> None:
    assert sent_in(mode, stand_in) == outcome
    assert taken(stand_in) == 0


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 21610, Refused),
        (403, None, Refused),
        (401, None, Refused),
        (404, 20404, Refused),
        (404, None, NotSent),
        (400, None, NotSent),
        (413, None, NotSent),
        (301, None, NotSent),
        (408, None, Unknown),
        (500, 20500, Unknown),
        (504, None, Unknown),
        (429, 63038, NotSent),
    ],
)
def test_each_answer_falls_into_one_class(status: int, code: int | None, kind: type[Outcome]) -> None:
    assert type(outcome_of_error(status, code)) is kind


@pytest.mark.parametrize("code", CODES)
def test_a_known_code_never_leaves_a_text_unknown(code: int) -> None:
    assert not isinstance(outcome_of_error(400, code), Unknown | Accepted)


def test_nobody_listening_is_not_sent(stand_in: StandIn) -> None:
    with stand_in.carrier.refusing():
        assert isinstance(TwilioCarrier(stand_in.settings).send(a_reply()), NotSent)


def test_a_name_that_does_not_exist_is_not_sent(desk_settings: Settings) -> None:
    assert isinstance(sent_to("https://nowhere.invalid", desk_settings), NotSent)


def test_a_failed_handshake_is_not_sent(desk_settings: Settings) -> None:
    with server(answering(b"not TLS at all")) as port:
        assert isinstance(sent_to(f"https://127.0.0.1:{port}", desk_settings), NotSent)


def test_a_connection_that_comes_too_late_is_not_sent(desk_settings: Settings) -> None:
    with deaf() as port:
        assert isinstance(sent_to(f"http://127.0.0.1:{port}", desk_settings), NotSent)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'"text"',
        b"null",
        b"1",
        b"{}",
        b'{"sid": 5}',
        b'{"sid": null}',
        b'{"sid": "%s", "num_segments": "x"}' % (b"SM" + b"0" * 32),
        b"[" * 99999,
    ],
)
def test_an_answer_of_any_odd_shape_is_unknown(desk_settings: Settings, body: bytes) -> None:
    head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    with server(answering(head + body)) as port:
        assert isinstance(sent_to(f"http://127.0.0.1:{port}", desk_settings), Unknown)


def test_half_a_character_never_leaves(stand_in: StandIn) -> None:
    outcome = TwilioCarrier(stand_in.settings).send(a_reply("\ud83d"))
    assert isinstance(outcome, Refused)
    assert stand_in.calls() == []


def test_a_call_is_never_repeated_by_itself(stand_in: StandIn) -> None:
    for mode in ("503", "429:1", "accept_then_close", "401"):
        sent_in(mode, stand_in)
    assert [call.detail["mode"] for call in stand_in.calls()] == ["503", "429:1", "accept_then_close", "401"]


def test_a_jobs_time_out_passes_through_the_call(stand_in: StandIn) -> None:
    """RQ's time-out is an Exception raised by a signal, anywhere: whoever swallows it has a job that never ends."""
    stand_in.carrier.modes.next("hang")
    twilio = TwilioCarrier(stand_in.settings)
    began = time.monotonic()
    with pytest.raises(JobTimeoutException), UnixSignalDeathPenalty(1, JobTimeoutException):  # type: ignore[no-untyped-call]
        twilio.send(a_reply())
    assert time.monotonic() - began < 5
    assert isinstance(twilio.send(a_reply()), Accepted)


def test_the_carriers_hold_is_within_its_limits(stand_in: StandIn) -> None:
    for valid_for in (timedelta(0), timedelta(days=2)):
        assert isinstance(TwilioCarrier(stand_in.settings).send(replace(a_reply(), valid_for=valid_for)), Accepted)


def test_pictures_go_along(stand_in: StandIn) -> None:
    urls = ("https://desk.example.com/m/1", "https://desk.example.com/m/2")
    outcome = TwilioCarrier(stand_in.settings).send(replace(a_reply(""), media_urls=urls))
    assert isinstance(outcome, Accepted)
    assert stand_in.accepted()["1"][0].media_urls == urls


@pytest.fixture
def lost(stand_in: StandIn) -> tuple[StandIn, TwilioCarrier]:
    """A text that was taken, and whose answer was lost."""
    sent_in("accept_then_close", stand_in)
    return stand_in, TwilioCarrier(stand_in.settings, SHORT)


def test_a_lost_answer_is_found_in_the_list(lost: tuple[StandIn, TwilioCarrier]) -> None:
    stand_in, twilio = lost
    found = list(twilio.listed(MARIA, LONG_AGO, sender=SHOP))
    assert [(text.carrier_sid, text.body) for text in found] == [(stand_in.accepted()["1"][0].sid, "Ready at five")]
    assert found[0].created_at.tzinfo is UTC or found[0].created_at.utcoffset() == timedelta(0)
    assert not found[0].is_inbound


def test_the_list_ends_at_its_moment(lost: tuple[StandIn, TwilioCarrier]) -> None:
    assert list(lost[1].listed(MARIA, datetime.now(UTC) + timedelta(minutes=1))) == []


def test_the_list_keeps_to_the_sender(lost: tuple[StandIn, TwilioCarrier]) -> None:
    assert list(lost[1].listed(MARIA, LONG_AGO, sender="+15550100002")) == []


def test_a_text_that_the_carrier_never_saw_is_none(stand_in: StandIn) -> None:
    twilio = TwilioCarrier(stand_in.settings)
    assert twilio.fetch("SM" + "0" * 32) is None
    assert twilio.fetch("../Messages") is None


def test_a_number_of_ours_says_where_it_posts(stand_in: StandIn) -> None:
    setup = TwilioCarrier(stand_in.settings).webhook_of(SHOP)
    assert setup is not None
    assert (setup.number, setup.sms_method) == (SHOP, "POST")
    assert setup.sms_url.startswith("https://desk.example.com/webhooks/twilio/messages")


def test_a_question_to_a_carrier_that_is_away_has_one_error(stand_in: StandIn) -> None:
    twilio = TwilioCarrier(stand_in.settings, SHORT)
    with stand_in.carrier.refusing():
        for question in (
            lambda: list(twilio.listed(MARIA, LONG_AGO)),
            lambda: twilio.fetch("SM" + "0" * 32),
            lambda: twilio.webhook_of(SHOP),
        ):
            with pytest.raises(CarrierDown):
                question()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ngarbage",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n" + b'{"messages": [{"sid": "SM1", "body": null}]}',
    ],
)
def test_a_question_that_is_answered_oddly_has_the_same_error(desk_settings: Settings, answer: bytes) -> None:
    with server(answering(answer)) as port:
        twilio = TwilioCarrier(replace(desk_settings, twilio_api_base_url=f"http://127.0.0.1:{port}"), SHORT)
        with pytest.raises(CarrierDown):
            list(twilio.listed(MARIA, LONG_AGO))


def test_what_went_wrong_is_said_without_numbers(stand_in: StandIn) -> None:
    """Twilio's own words quote the address, and they would end up in logs."""
    outcome = sent_in("21211", stand_in)
    assert isinstance(outcome, Refused)
    assert MARIA not in repr(outcome)
    with pytest.raises(CarrierDown) as error:
        list(TwilioCarrier(replace(stand_in.settings, twilio_auth_tokens=("wrong",))).listed(MARIA, LONG_AGO))
    assert str(error.value) == "the carrier answered 401"
