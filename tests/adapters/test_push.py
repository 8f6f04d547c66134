"""What is pushed can be read by the browser that it is for, and proves who sent it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from config.settings import Settings
from smsdesk.adapters.ids import new_id
from smsdesk.adapters.push import Browser, Gone, NotASubscription, Pusher
from smsdesk.adapters.strangers import Strangers
from smsdesk.rules.alert_tries import Ended
from tests.listeners import receiver

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AUTH = b"0123456789abcdef"
KEY = ec.derive_private_key(123456789, ec.SECP256R1())
POINT = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def pusher(settings: Settings) -> Pusher:
    return Pusher(settings, Strangers(may_be_local=True, total=timedelta(seconds=2)))


def browser(url: str) -> Browser:
    return Browser(f"{url}/push/abc", text(POINT), text(AUTH))


def test_the_browser_can_read_it_and_knows_who_sent_it(pusher: Pusher) -> None:
    id = new_id()
    with receiver() as service:
        service.usually = 201
        outcome = pusher.push(browser(service.url), {"title": "Late ✓"}, id, NOON)

    (post,) = service.posts
    read = http_ece.decrypt(post.body, private_key=KEY, auth_secret=AUTH, version="aes128gcm")
    assert json.loads(read) == {"title": "Late ✓"}
    assert outcome.ended is Ended.TAKEN
    assert post.headers["content-encoding"] == "aes128gcm"
    assert post.headers["topic"] == text(id.bytes)
    assert len(post.headers["topic"]) <= 32
    assert (post.headers["ttl"], post.headers["urgency"]) == ("14400", "high")
    assert Vapid02.verify(post.headers["authorization"])
    token = post.headers["authorization"].split("t=")[1].split(",")[0].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(token + "=="))
    assert claims == {
        "aud": service.url,
        "exp": int((NOON + timedelta(hours=12)).timestamp()),
        "sub": "https://desk.smsdesk.test",
    }
    assert f"k={pusher.public_key}" in post.headers["authorization"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_no_more_is_told_of(pusher: Pusher, status: int) -> None:
    with receiver() as service:
        service.usually = status
        with pytest.raises(Gone):
            pusher.push(browser(service.url), {}, new_id(), NOON)


@pytest.mark.parametrize(
    ("status", "ended"), [(429, Ended.LATER), (503, Ended.IN_DOUBT), (403, Ended.NEVER), (302, Ended.NEVER)]
)
def test_what_the_service_answers_decides_whether_it_goes_again(pusher: Pusher, status: int, ended: Ended) -> None:
    with receiver() as service:
        service.usually = status
        assert pusher.push(browser(service.url), {}, new_id(), NOON).ended is ended


@pytest.mark.parametrize(
    "brought",
    [
        Browser("http://push.example.com/x", text(POINT), text(AUTH)),
        Browser("https://192.168.1.1/x", text(POINT), text(AUTH)),
        Browser("https://push.example.com/x", text(POINT[:-1]), text(AUTH)),
        Browser("https://push.example.com/x", text(b"\x04" + b"\x01" * 64), text(AUTH)),
        Browser("https://push.example.com/x", "not base64!", text(AUTH)),
        Browser("https://push.example.com/x", text(POINT), text(AUTH[:-1])),
        Browser("https://push.example.com/x", text(POINT), "§"),
        Browser("", "", ""),
    ],
)
def test_what_a_browser_brings_is_looked_at(pusher: Pusher, brought: Browser) -> None:
    with pytest.raises(NotASubscription):
        pusher.ensure_usable(brought)


def test_a_good_browser_is_taken(pusher: Pusher) -> None:
    pusher.ensure_usable(Browser("https://push.example.com/x", text(POINT), text(AUTH) + "=="))
