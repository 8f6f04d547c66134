"""Alerts leave by mail, push and to programs from a real worker, whatever happens to it: nothing is dropped, and ids stay."""

from __future__ import annotations

import base64
import json
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from uuid import UUID

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters import clock
from smsdesk.models import AlertDelivery, Channel, DeliveryState, OutgoingWebhook, PushSubscription, WebhookStyle
from smsdesk.rules.webhook_signatures import secret_of, signature
from tests.desk import alerts
from tests.desk.alerts import program, reached_by
from tests.listeners import Postbox, Receiver, postbox, receiver
from tests.servers import until
from tests.workers.processes import process
from tests.workers.shop import Shop

KEY = ec.derive_private_key(987654321, ec.SECP256R1())
POINT = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
AUTH = b"0123456789abcdef"


class Opened:
    """The shop as the helpers of the desk's tests want it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self.shop.session() as session:
            yield session


def raised(shop: Shop, who: str, count: int = 1) -> list[UUID]:
    return alerts.raised(Opened(shop), [shop.people[who]], clock.now(), count)


def rows(shop: Shop, channel: Channel) -> list[AlertDelivery]:
    return shop.all(select(AlertDelivery).where(AlertDelivery.channel == channel).order_by(AlertDelivery.id))


def states(shop: Shop, channel: Channel) -> Counter[str]:
    with shop.wiring.database.reading() as session:
        counted = select(AlertDelivery.state, func.count()).where(AlertDelivery.channel == channel)
        return Counter({row[0].value: row[1] for row in session.execute(counted.group_by(AlertDelivery.state))})


def with_mail(environ: dict[str, str], box: Postbox) -> dict[str, str]:
    return environ | {"SMTP_URL": f"smtp://{box.host}:{box.port}", "MAIL_FROM": "The desk <desk@shop.test>"}


def browser(shop: Shop, who: str, url: str) -> None:
    keys = [base64.urlsafe_b64encode(raw).decode().rstrip("=") for raw in (POINT, AUTH)]
    with shop.session() as session:
        session.add(PushSubscription(agent_id=shop.people[who], endpoint=url, public_key=keys[0], auth=keys[1],
                                     browser="Firefox", created_at=clock.now()))  # fmt: skip


def leases_end(shop: Shop) -> None:
    with shop.session() as session:
        session.execute(
            update(AlertDelivery)
            .where(AlertDelivery.state == DeliveryState.SENDING)
            .values(lease_until=clock.now() - timedelta(seconds=1))
        )


def test_a_letter_arrives_and_its_fate_is_written_down(shop: Shop, environ: dict[str, str]) -> None:
    reached_by(Opened(shop), shop.people["Sam"], "email")
    raised(shop, "Sam")

    with postbox() as box, process(with_mail(environ, box), "workers.start", "alerts"):
        until(lambda: states(shop, Channel.EMAIL) == {"sent": 1}, 20)

    (letter,), (row,) = box.letters, rows(shop, Channel.EMAIL)
    assert letter["Message-ID"] == f"<{row.id}@desk.smsdesk.test>"
    assert letter["To"] == "sam@shop.test"
    assert letter["Subject"] == "Watch: Figure 0"
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Figure 0 is over its limit. Told 1 hour late." in text
    assert "https://desk.smsdesk.test/manager/alerts" in text


def test_a_worker_killed_between_call_and_record_sends_again_under_the_same_id(
    shop: Shop, environ: dict[str, str]
) -> None:
    reached_by(Opened(shop), shop.people["Sam"], "email")
    program(Opened(shop), "http://127.0.0.1:9/", clock.now())
    with postbox() as box, receiver() as wallboard:
        with shop.session() as session:
            session.execute(update(OutgoingWebhook).values(url=wallboard.url))
        raised(shop, "Sam", 3)
        for _ in range(3):
            with process(
                with_mail(environ, box), "workers.start", "alerts", failpoint="alert.after_send:kill"
            ) as dying:
                assert dying.wait(30) == -signal.SIGKILL
            leases_end(shop)
        with process(with_mail(environ, box), "workers.start", "alerts"):
            until(lambda: states(shop, Channel.EMAIL) == states(shop, Channel.WEBHOOK) == {"sent": 3}, 30)

    letters = Counter(letter["Message-ID"] for letter in box.letters)
    posts = Counter(post.headers["idempotency-key"] for post in wallboard.posts)
    assert set(letters) == {f"<{row.id}@desk.smsdesk.test>" for row in rows(shop, Channel.EMAIL)}
    assert set(posts) == {str(row.id) for row in rows(shop, Channel.WEBHOOK)}
    assert max(letters.values()) > 1 or max(posts.values()) > 1


def test_a_thousand_alerts_at_once_are_one_letter_and_one_push(shop: Shop, environ: dict[str, str]) -> None:
    reached_by(Opened(shop), shop.people["Sam"], "email", "push")
    with postbox() as box, receiver() as wallboard:
        browser(shop, "Sam", f"{wallboard.url}/push")
        raised(shop, "Sam", 1000)
        with process(with_mail(environ, box), "workers.start", "alerts"):
            until(lambda: states(shop, Channel.EMAIL) == states(shop, Channel.PUSH) == {"sent": 1, "digested": 999}, 60)

    (letter,) = box.letters
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert letter["Subject"] == "1000 alerts: 1000 watch"
    assert all(f"Figure {place} is over its limit." in text for place in range(1000))
    (push,) = wallboard.posts
    shown = json.loads(http_ece.decrypt(push.body, private_key=KEY, auth_secret=AUTH, version="aes128gcm"))
    assert (shown["title"], shown["url"]) == ("1000 alerts: 1000 watch", "https://desk.smsdesk.test/manager/alerts")
    assert shown["body"].endswith("and 996 more")
    assert all(row.told_at for row in rows(shop, Channel.EMAIL))


def test_a_program_can_check_who_posted(shop: Shop, environ: dict[str, str]) -> None:
    with receiver() as wallboard:
        program(Opened(shop), wallboard.url, clock.now())
        raised(shop, "Sam")
        with process(environ, "workers.start", "alerts"):
            until(lambda: wallboard.posts, 20)

    (post,) = wallboard.posts
    given = dict(part.split("=", 1) for part in post.headers["smsdesk-signature"].split(","))
    at = clock.now().fromtimestamp(int(given["t"]), tz=clock.now().tzinfo)
    assert post.headers["smsdesk-signature"] == signature(secret_of(environ["SECRET_KEY"], "salt"), post.body, at)
    assert abs(clock.now() - at) < timedelta(minutes=1)
    told = json.loads(post.body)
    assert (told["type"], told["alert"]["kind"], told["alert"]["late_seconds"] >= 3600) == ("alert", "watch", True)


def test_slack_and_its_like_are_told_in_their_own_form(shop: Shop, environ: dict[str, str]) -> None:
    with receiver() as wallboard:
        program(Opened(shop), wallboard.url, clock.now(), WebhookStyle.SLACK)
        raised(shop, "Sam")
        with process(environ, "workers.start", "alerts"):
            until(lambda: wallboard.posts, 20)

    (post,) = wallboard.posts
    told = json.loads(post.body)
    assert told["text"].startswith("Watch: Figure 0 — Figure 0 is over its limit.")
    assert told["blocks"][0]["text"]["type"] == "mrkdwn"
    assert "smsdesk-signature" not in post.headers


def test_a_browser_that_is_gone_is_taken_off_and_the_others_are_told(shop: Shop, environ: dict[str, str]) -> None:
    reached_by(Opened(shop), shop.people["Sam"], "push")
    with receiver() as gone, receiver() as here:
        gone.usually = 410
        browser(shop, "Sam", f"{gone.url}/a")
        browser(shop, "Sam", f"{here.url}/b")
        raised(shop, "Sam")
        with process(environ, "workers.start", "alerts"):
            until(lambda: states(shop, Channel.PUSH) == {"sent": 1}, 20)

    left = {row.endpoint: row.gone_at for row in shop.all(select(PushSubscription))}
    assert left[f"{gone.url}/a"] is not None
    assert left[f"{here.url}/b"] is None


@pytest.mark.parametrize("channel", ["email", "push"])
def test_a_way_that_leads_nowhere_says_so(shop: Shop, environ: dict[str, str], channel: str) -> None:
    reached_by(Opened(shop), shop.people["Sam"], channel)
    raised(shop, "Sam")

    with process(environ, "workers.start", "alerts"):
        until(lambda: states(shop, Channel(channel)) == {"failed": 1}, 20)

    assert rows(shop, Channel(channel))[0].error in {
        "E-mail is not set up here: SMTP_URL is missing.",
        "None of their browsers takes alerts any more.",
    }


def test_a_program_that_hangs_holds_up_nobody_else_and_is_seen_to_fail(shop: Shop, environ: dict[str, str]) -> None:
    import threading

    over = threading.Event()

    def hang(_: BaseHTTPRequestHandler) -> None:
        over.wait(30)

    with receiver() as hanging, postbox() as box:
        hanging.usually = hang
        reached_by(Opened(shop), shop.people["Sam"], "email")
        id = program(Opened(shop), hanging.url, clock.now())
        raised(shop, "Sam", 30)
        with process(with_mail(environ, box), "workers.start", "alerts"):
            until(lambda: states(shop, Channel.EMAIL) == {"sent": 1, "digested": 29}, 30)
            until(lambda: shop.all(select(OutgoingWebhook.failing_since).where(OutgoingWebhook.id == id))[0], 30)
        over.set()

    assert states(shop, Channel.WEBHOOK)["sent"] == 0
    assert len(hanging.posts) <= 12


def test_a_program_that_comes_back_hears_everything(shop: Shop, environ: dict[str, str]) -> None:
    with receiver() as wallboard:
        wallboard.answers = [503, 500]
        program(Opened(shop), wallboard.url, clock.now())
        ids = raised(shop, "Sam", 60)
        with process(environ, "workers.start", "alerts"):
            until(lambda: states(shop, Channel.WEBHOOK) == {"sent": 60}, 60)

    heard: Receiver = wallboard
    assert {json.loads(post.body)["alert"]["id"] for post in heard.posts} == {str(id) for id in ids}
    assert shop.all(select(OutgoingWebhook.last_error)) == [None]
