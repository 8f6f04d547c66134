"""Who may bring a text (trust.md 6.3 E): only what the carrier signed for our address, whatever else a post claims, and once."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from config.settings import Settings, load
from smsdesk.adapters import clock
from smsdesk.adapters.wiring import Wiring
from smsdesk.app import create_app
from smsdesk.desk import tell
from smsdesk.models import Alert
from tests.conftest import AUTH_TOKEN
from tests.faults.door import TEXTS, Door
from tests.workers.shop import NUMBER, Shop

STATUSES = "/webhooks/twilio/statuses/0190a0a0-0000-7000-8000-000000000000"
HELLO = ("Body", "hello?")
ALARM = ("alert", "heartbeat")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Trust is decided before the database is asked; F01 looks at what comes twice on both kinds."""
    return sqlite_url


@pytest.fixture
def door(app: Flask, settings: Settings) -> Door:
    wiring: Wiring = app.extensions["smsdesk"]
    return Door(app, settings, Shop(wiring, settings).opens())


def sha256(door: Door, form: dict[str, str]) -> str:
    words = door.settings.public_url + TEXTS + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(AUTH_TOKEN.encode(), words.encode(), hashlib.sha256).digest()).decode()


def test_f25_a_post_without_a_valid_signature_is_refused_and_changes_no_row(door: Door) -> None:
    form = door.form()
    good, before = door.signature(form), door.everything()
    wrong = {
        "empty": "",
        "of something else": "bm9uc2Vuc2U=",
        "cut short": good[:-1],
        "longer": good + "A",
        "in lower case": good.lower(),
        "a megabyte": "A" * 1_000_000,
        "not ASCII": "\u00e9" * 28,
        "with a line break in it": good.replace(good[3], "\t"),
        "of another account": door.signature(form, token="0" * 32),
        "by SHA-256": sha256(door, form),
        "for http": door.signature(form, url="http://desk.smsdesk.test"),
        "for another host": door.signature(form, url="https://elsewhere.test"),
        "for another path": door.signature(form, path=STATUSES),
        "for a slash more": door.signature(form, path=TEXTS + "/"),
    }
    answers = {name: door.post(form, signature=signature) for name, signature in wrong.items()}
    answers["none"] = door.bring(b"Body=hi", None)
    answers["a report"] = door.post(form, STATUSES, good)

    assert set(answers.values()) == {403}, answers
    assert door.everything() == before
    assert door.post(form) == 200


def test_f25_what_cannot_be_a_form_of_the_carrier_is_refused_and_never_breaks_the_check(door: Door) -> None:
    form, before = door.form(), door.everything()
    good = door.signature(form)
    bodies: dict[str, tuple[bytes, str, int]] = {
        "nothing": (b"", "application/x-www-form-urlencoded", 403),
        "JSON": (b'{"Body": "hi"}', "application/json", 415),
        "several parts": (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
        "no kind": (b"Body=hi", "", 415),
        "bytes that are no UTF-8": (b"Body=\xff\xfe&From=%FF%C0%AF", "application/x-www-form-urlencoded", 403),
        "half characters": (b"Body=%ED%A0%BD", "application/x-www-form-urlencoded", 403),
        "NUL": (b"Body=%00&\x00=1", "application/x-www-form-urlencoded", 403),
        "a thousand names": (b"&".join(b"a%d=1" % n for n in range(1001)), "application/x-www-form-urlencoded", 413),
        "too much": (b"Body=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
    }
    answers = {name: door.bring(body, good, content_type=kind) for name, (body, kind, _) in bodies.items()}

    assert {name: answer for name, answer in answers.items() if answer >= 500 or answer < 400} == {}
    assert {name: answer for name, answer in answers.items() if answer not in {403, 413, 415}} == {}, answers
    assert door.everything() == before


def test_f26_a_captured_post_that_is_brought_again_changes_nothing_here_or_anywhere_else(door: Door) -> None:
    form = door.form()
    captured = door.signature(form)
    assert door.post(form, signature=captured) == 200
    before = door.everything(*ALARM)

    again = [door.post(form, signature=captured) for _ in range(300)]
    a_month_later = post_after(door, timedelta(days=30), form)
    elsewhere = [door.post(form, path, captured) for path in (STATUSES, TEXTS + "/", "/sign-in", "/api/v1/alerts")]
    to_another_host = create_app(load_with(door, PUBLIC_URL="https://other.smsdesk.test"))

    assert {*again, a_month_later} == {200}
    assert not {200, 500} & set(elsewhere), elsewhere
    assert Door(to_another_host, door.settings, door.shop).post(form, signature=captured) == 403
    assert door.everything(*ALARM) == before


def test_f26_managers_are_told_once_where_posts_come_again_as_no_carrier_repeats_them(door: Door) -> None:
    form, later = door.form(), door.form(2, "later")
    assert {door.post(form) for _ in range(13)} == {200}, "six tries, and six at a second address"
    as_the_carrier_does = alarms(door)
    for _ in range(30):
        door.post(form)
    often = alarms(door)
    assert door.post(later) == 200
    late = [post_after(door, timedelta(days=days), later) for days in (2, 2, 2, 30, 30)]
    with door.shop.session() as session:
        tell.tell_waiting(session, clock.now())

    assert set(late) == {200}
    assert (as_the_carrier_does, len(often), len(alarms(door))) == ([], 1, 3)
    assert "TWILIO_AUTH_TOKEN" in str(often[0].words)
    assert "Repeated posts" in door.browser("Sam").get("/manager/alerts", base_url=door.settings.public_url).text
    assert len(door.bodies()) == 2


def test_f26_a_captured_post_that_is_cut_up_differently_is_kept_for_a_person_once(door: Door) -> None:
    """The signature has no marks between parameters, so a captured post can be read as other ones too."""
    form = door.form(1, "hi", From="+14155550199")
    captured = door.signature(form)
    rest = [(name, value) for name, value in form.items() if name not in {"Body", "From", "NumMedia"}]
    nameless = [(name, value) for name, value in rest if name != "MessageSid"]
    cut_up = [
        [*rest, ("Body", "hiFrom+14155550199"), ("NumMedia", "0")],
        [*nameless, ("Body", "hi"), ("From", "+14155550199MessageSid" + form["MessageSid"]), ("NumMedia", "0")],
        [*nameless, ("Body", "hiFrom+14155550199MessageSid" + form["MessageSid"]), ("NumMedia", "0")],
    ]

    answers = [door.post(pairs, signature=captured) for pairs in cut_up]

    assert answers == [200, 200, 200]
    assert door.bodies() == []
    assert len(door.in_quarantine()) == 2  # by its id, and by its signature
    assert door.post(form, signature=captured) == 200
    assert door.bodies() == ["hi"]


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_f28_what_a_post_claims_about_its_way_here_changes_nothing(door: Door, proxies: str) -> None:
    app = create_app(load_with(door, TRUSTED_PROXIES=proxies))
    behind = Door(app, door.settings, door.shop)
    claims: list[dict[str, str]] = [
        {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "elsewhere.test", "X-Forwarded-Port": "8443"},
        {"X-Forwarded-Host": "elsewhere.test, desk.smsdesk.test", "X-Forwarded-Prefix": "/other"},
        {"Forwarded": "for=1.2.3.4;host=elsewhere.test;proto=http", "X-Real-Ip": "1.2.3.4", "Via": "1.1 elsewhere"},
        {"X-Original-URL": STATUSES, "X-Rewrite-URL": STATUSES, "X-HTTP-Method-Override": "DELETE"},
        {"Host": "elsewhere.test"},
    ]
    for number, claim in enumerate(claims, start=1):
        form = behind.form(number, f"text {number}")
        for_elsewhere = behind.signature(form, url="https://elsewhere.test")

        assert behind.post(form, signature=for_elsewhere, headers=claim) == 403, claim
        assert behind.post(form, headers=claim) == 200, claim

    assert door.bodies() == [f"text {number}" for number in range(1, len(claims) + 1)]


@pytest.mark.parametrize("address", ["http://desk.smsdesk.test:8080", "https://elsewhere.test"])
def test_f28_the_address_that_a_post_came_to_is_not_asked(door: Door, address: str) -> None:
    """A proxy that ends TLS speaks http to us, to whatever name it likes."""
    assert door.post(door.form(), base_url=address) == 200


def test_f29_while_tokens_are_changed_no_text_is_refused_and_afterwards_the_old_one_opens_nothing(door: Door) -> None:
    old, new = AUTH_TOKEN, "0123456789abcdef" * 2
    steps = [(old, [old]), (f"{old},{new}", [old, new]), (f"{new}, {old}", [new, old]), (new, [new])]
    sent: list[int] = []
    for tokens, signers in steps:
        here = Door(create_app(load_with(door, TWILIO_AUTH_TOKEN=tokens)), door.settings, door.shop)
        for signer in signers:
            form = here.form(len(sent) + 1, f"text {len(sent) + 1}")
            sent.append(here.post(form, signature=here.signature(form, token=signer)))
    late = door.form(99)

    assert set(sent) == {200}
    assert len(door.bodies()) == len(sent) == 6
    assert here.post(late, signature=door.signature(late, token=old)) == 403


def test_f29_a_sub_account_or_another_number_of_ours_is_not_mistaken_for_this_one(door: Door) -> None:
    """A sub-account signs with a token of its own; with ours it is refused still. A pool's other number is kept."""
    theirs = door.form(1, AccountSid="AC" + "9" * 32)
    before = door.everything()
    pooled = door.form(2, "to the pool", To="+14155550188", MessagingServiceSid="MG" + "1" * 32)

    assert door.post(theirs, signature=door.signature(theirs, token="8" * 32)) == 403
    assert door.post(theirs) == 403
    assert door.post(theirs | {"MessageStatus": "sent"}, path=STATUSES) == 403
    assert door.post([*theirs.items(), HELLO]) == 403, "nor is it kept for a person, where it cannot be read"
    assert door.everything() == before
    assert door.post(pooled) == 200
    assert door.post(door.form(3, "here", MessagingServiceSid="MG" + "1" * 32, To=NUMBER)) == 200
    assert door.bodies() == ["here"]
    assert [text.body for text in door.in_quarantine()] == ["to the pool"]


def post_after(door: Door, time: timedelta, form: dict[str, str]) -> int:
    with clock.told_by(lambda at=clock.now() + time: at):  # type: ignore[misc]
        return door.post(form)


def alarms(door: Door) -> list[Alert]:
    return door.shop.all(select(Alert).where(Alert.step == "replayed"))


def load_with(door: Door, **change: str) -> Settings:
    settings = door.settings
    known = {
        "SMSDESK_VAR": str(settings.var),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "PUBLIC_URL": settings.public_url,
        "SECRET_KEY": settings.secret_key,
        "CARRIER": "pretend",
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": ",".join(settings.twilio_auth_tokens),
        "TWILIO_API_BASE_URL": settings.twilio_api_base_url,
    }
    return load(known | change)
