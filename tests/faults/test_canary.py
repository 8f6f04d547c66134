"""Unusual words, a number, a name, passwords and tokens go through everything, errors too, and are found nowhere but where they belong (F57)."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from redis import Redis
from sqlalchemy import select, text, update

from smsdesk.adapters import clock, passwords
from smsdesk.desk import erase, remind, sign_in, take_along, tell
from smsdesk.models import (
    Agent,
    AlertDelivery,
    Conversation,
    Customer,
    DeliveryState,
    Erasure,
    ErasureState,
    ExportState,
    Message,
    PersonExport,
    TokenScope,
)
from smsdesk.rules.delivery_status import State
from smsdesk.up import leash
from tests.faults.ground import LONG, ROOT, Ground, end
from tests.listeners import postbox
from tests.servers import until

BODY, NAME, LABEL = "kumquat-harmonica-93", "Zerubbabel Quux", "marzipan-secret"
PHONE, COLLEAGUE = "+14155550187", "+14155550186"
PASSWORD, MAIL_PASSWORD = "staple-walrus-71-ocean", "aubergine-relay-44"
ONE_OR_BOTH = ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.skipif(not LONG, reason="long")])]  # fmt: skip


class House:
    """The processes, what each of them wrote, and a person and a program that call the web."""

    def __init__(self, ground: Ground, folder: Path) -> None:
        self.ground, self.folder = ground, folder
        self.running: list[subprocess.Popen[bytes]] = []

    def starts(self, *arguments: str, failpoint: str = "") -> subprocess.Popen[bytes]:
        broken = {"SMSDESK_TESTING": "1", "SMSDESK_FAILPOINT": failpoint} if failpoint else {}
        log = (self.folder / f"{len(self.running)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**self.ground.environ, **broken, "PATH": "/usr/bin:/bin"},
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=leash.tied_to_this_process(),
            start_new_session=True,
        )
        self.running.append(process)
        self.ground.stack.callback(end, process)
        return process

    def logs(self) -> str:
        return "\n".join(log.read_text() for log in sorted(self.folder.glob("*.log")))

    def arguments(self) -> str:
        """Of every process of the house, children too."""
        ours = {process.pid for process in self.running}
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError, ValueError):
                session = int((place / "stat").read_text().rsplit(")", 1)[1].split()[3])
                if session in ours:
                    found.append((place / "cmdline").read_bytes().decode())
        assert len(found) >= len(self.running) - 1
        return "\n".join(found)

    def asks(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        kind = {} if "Content-Type" in headers else {"Content-Type": "application/json"}
        ask = urllib.request.Request(self.ground.settings.public_url + path, raw, {**kind, **headers}, method=method)
        try:
            with urllib.request.urlopen(ask, timeout=30) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")


def in_redis(url: str) -> str:
    """Every key and every value, and what is packed inside them."""
    redis = Redis.from_url(url)
    pieces = [piece for key in redis.scan_iter(count=1000) for piece in (key, *_values(redis, key))]
    return "\n".join(word.decode("utf-8", "replace") for piece in pieces for word in _unpacked(piece))


def _values(redis: Any, key: bytes) -> list[bytes]:
    kind = redis.type(key).decode()
    read: dict[str, Callable[[], Any]] = {
        "string": lambda: [redis.get(key)],
        "list": lambda: redis.lrange(key, 0, -1),
        "set": lambda: redis.smembers(key),
        "zset": lambda: redis.zrange(key, 0, -1),
        "hash": lambda: [part for pair in redis.hgetall(key).items() for part in pair],
        "stream": lambda: [part for _, fields in redis.xrange(key) for pair in fields.items() for part in pair],
    }
    return [value for value in read.get(kind, list)() if value]  # it may be gone by now


def _unpacked(piece: bytes) -> Iterator[bytes]:
    yield piece
    with suppress(zlib.error):
        yield zlib.decompress(piece)
    with suppress(ValueError, zlib.error):
        yield zlib.decompress(base64.b64decode(piece, validate=True))


def with_break(ground: Ground, *statements: str) -> None:
    with ground.shop.wiring.database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize("database_url", ONE_OR_BOTH, indirect=True)
def test_f57_no_log_no_queue_no_argument_no_figure_and_no_letter_holds_what_it_should_not(ground: Ground, tmp_path: Path) -> None:  # fmt: skip
    (tmp_path / "logs").mkdir()
    house = House(ground, tmp_path / "logs")
    with postbox(MAIL_PASSWORD) as box:
        box.says = [f"554 we know no {PHONE} here"]
        ground.environ |= {
            "WEB_CONCURRENCY": "1",
            "SMTP_URL": f"smtp://desk:{MAIL_PASSWORD}@{box.host}:{box.port}",
            "MAIL_FROM": "The desk <desk@shop.test>",
        }
        secrets = _goes_through_everything(ground, house, box)
        figures = house.asks("GET", "/metrics")
        logs, queue, arguments = house.logs(), in_redis(ground.settings.redis_url), house.arguments()
        letters = "\n".join(letter.as_string() for letter in box.letters)

    assert figures[0] == 200
    assert {"IntegrityError", "FailpointReached"} <= set(re.findall(r"\w+", logs)), "the errors left their traces"
    nowhere = [BODY, LABEL, PASSWORD, MAIL_PASSWORD, *secrets]
    people = [NAME, NAME.split()[0], *(form for one in (PHONE, COLLEAGUE) for form in _written(one))]
    for where, words in {"logs": logs, "redis": queue, "arguments": arguments, "figures": figures[1]}.items():
        assert [one for one in [*nowhere, *people] if one in words] == [], where
    assert [one for one in nowhere if one in letters] == [], "letters"


def _written(phone: str) -> tuple[str, ...]:
    digits = phone[2:]
    return phone[1:], digits, f"{digits[:3]} {digits[3:6]} {digits[6:]}", f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def _goes_through_everything(ground: Ground, house: House, box: Any) -> list[str]:
    """All flows and their errors; the tokens that were used."""
    shop = ground.shop
    with shop.session() as session:
        maya, sam = (session.get_one(Agent, shop.people[name]) for name in ("Maya", "Sam"))
        maya.password_hash, maya.phone, sam.phone = passwords.hashed(PASSWORD), COLLEAGUE, COLLEAGUE
        maya.alert_channels = sam.alert_channels = ["email", "phone"]
        token = sign_in.issue_token(session, sam, "a program", TokenScope.WRITE, clock.now(), None)
        link, cookie = sign_in.issue_link(session, maya, clock.now()), sign_in.begin(session, sam, "b", clock.now())
        email = maya.email
    web = house.starts("gunicorn", "-c", "config/gunicorn.py", "wsgi:app")
    until(lambda: ground.web_answers() or web.poll() is not None, 40, "the web did not start")
    for queue in ("outbound", "alerts"):
        house.starts("workers.start", queue)
    _customer_texts(ground)
    conversation = shop.all(select(Conversation))[0]
    _somebody_signs_in(house, email, link, token)
    _program_writes(ground, house, conversation, {"Authorization": f"Bearer {token}"})
    _carrier_refuses(ground, conversation.id)
    _alerts_fail(ground, house, box)
    _person_is_exported_and_erased(ground, house, conversation.customer_id)
    return [token, link, cookie, ground.settings.secret_key, *ground.settings.twilio_auth_tokens]


def _customer_texts(ground: Ground) -> None:
    form = ground.form(0xF001, BODY, PHONE)
    assert ground.post(form) == 200
    assert ground.post(ground.form(0xF002, f"{BODY} to nobody", PHONE, "+14155559999")) == 200
    assert ground.post({"From": PHONE, "Body": BODY, "AccountSid": form["AccountSid"]}) in {200, 400}
    assert ground.post(ground.form(0xF003, "HELP", PHONE)) == 200
    bad = urllib.request.Request(ground.settings.public_url + "/webhooks/twilio/messages", urllib.parse.urlencode(form).encode(), {"X-Twilio-Signature": "no"})  # fmt: skip
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(bad, timeout=20)
    with_break(ground, "CREATE UNIQUE INDEX broken_text ON message (body) WHERE direction = 'in'")
    assert ground.post(ground.form(0xF004, BODY, PHONE)) == 200  # not stored, so it is in the spool
    with_break(ground, "DROP INDEX broken_text")
    assert ground.shop.wiring.spool.depth() == 1


def _somebody_signs_in(house: House, email: str, link: str, token: str) -> None:
    for body in (f"email={email}&password={PASSWORD}", f"email={email}&password=no-{PASSWORD}"):
        house.asks("POST", "/sign-in", body.encode(), **{"Content-Type": "application/x-www-form-urlencoded"})
    for path in (f"/sign-in/link/{link}", f"/nowhere/{BODY}?q={BODY}", f"/api/v1/customers?token={token}"):
        house.asks("GET", path)
    house.asks("GET", "/api/v1/customers", Authorization="Bearer not-" + token)


def _program_writes(ground: Ground, house: House, conversation: Conversation, me: dict[str, str]) -> None:
    here = f"/api/v1/conversations/{conversation.id}"

    def writes(body: str, key: str) -> int:
        return house.asks("POST", f"{here}/messages", {"body": body}, **me, **{"Idempotency-Key": key})[0]

    assert house.asks("PATCH", f"/api/v1/customers/{conversation.customer_id}", {"name": NAME}, **me)[0] == 200
    assert house.asks("GET", f"/api/v1/customers?address=%2B{PHONE[1:]}", **me)[0] == 200
    assert house.asks("POST", f"{here}/notes", {"body": f"note {BODY}"}, **me)[0] in {200, 201}
    assert house.asks("POST", f"{here}/notes", b'{"body": "' + BODY.encode(), **me)[0] in {400, 422}
    assert house.asks("POST", f"{here}/messages", {"body": BODY, BODY: PHONE}, **me)[0] in {400, 422}
    with_break(ground, "CREATE UNIQUE INDEX broken_note ON note (author_id)")
    assert house.asks("POST", f"{here}/notes", {"body": f"again {BODY}"}, **me)[0] == 409
    with_break(ground, "DROP INDEX broken_note", "CREATE UNIQUE INDEX broken_name ON customer (name)")
    ground.shop.hears("hello", sender="+14155550188")
    other = next(one for one in ground.shop.all(select(Customer)) if one.id != conversation.customer_id)
    assert house.asks("PATCH", f"/api/v1/customers/{other.id}", {"name": NAME}, **me)[0] == 409
    with_break(ground, "DROP INDEX broken_name", "UPDATE conversation SET priority = 'broken'")
    assert house.asks("POST", f"{here}/notes", {"body": f"once more {BODY}"}, **me)[0] == 500
    with_break(ground, "UPDATE conversation SET priority = 'normal'")
    assert writes(f"answer {BODY}", "one") in {200, 201, 202}


def _carrier_refuses(ground: Ground, conversation_id: UUID) -> None:
    ground.until_state(ground.shop.messages()[-1].id, State.ACCEPTED)
    for mode, ends in (("21211", State.FAILED), ("accept_500", State.UNKNOWN)):
        ground.witness.carrier.modes.next(mode)
        ground.until_state(ground.shop.answers(f"{mode} {BODY}", conversation_id), ends)


def _alerts_fail(ground: Ground, house: House, box: Any) -> None:
    """One letter is refused, the next arrives; a text to a colleague's phone meets a database that refuses it."""
    shop = ground.shop
    with_break(ground, "CREATE UNIQUE INDEX broken_alert ON message (author_kind) WHERE author_kind = 'system'")
    shop.hears(f"and now? {BODY}", sender=PHONE)
    late = clock.now() + timedelta(hours=3)
    with shop.session() as session:
        assert remind.claim_due(session, late)
        tell.tell_waiting(session, late)

    def arrived() -> bool:
        with shop.session() as session:
            waiting = select(AlertDelivery.id).where(AlertDelivery.state == DeliveryState.WAITING)
            free = waiting.with_for_update(skip_locked=True)  # the worker may hold some, in another order
            session.execute(update(AlertDelivery).where(AlertDelivery.id.in_(free)).values(not_before=clock.now()))
        return bool(box.letters)

    until(arrived, 30, "no letter arrived")

    def job_failed() -> bool:
        shop.wiring.wake_ups.ask(["alerts.drain"])
        return "Traceback" in in_redis(ground.settings.redis_url)

    until(job_failed, 20, "no job failed over a text to a phone")
    with_break(ground, "DROP INDEX broken_alert")


def _person_is_exported_and_erased(ground: Ground, house: House, customer_id: UUID) -> None:
    shop = ground.shop
    with shop.session() as session:
        sam, customer = session.get_one(Agent, shop.people["Sam"]), session.get_one(Customer, customer_id)
        take_along.ask(session, customer, sam, clock.now())
    house.starts("workers.start", "reports", failpoint="erase.mid:raise@2")
    until(lambda: shop.all(select(PersonExport.state)) == [ExportState.DONE], 30, "it was not written")
    with shop.session() as session:
        erase.ask(session, session.get_one(Customer, customer_id), None, clock.now())

    def is_done() -> bool:
        with shop.session() as session:
            running = Erasure.state == ErasureState.RUNNING
            session.execute(
                update(Erasure).where(running, Erasure.lease_until > clock.now()).values(lease_until=clock.now())
            )
            session.execute(update(Message).where(Message.state == State.SENDING).values(state=State.UNCONFIRMED))
        return shop.all(select(Erasure.state)) == [ErasureState.DONE]

    until(is_done, 40, "the erasure did not end")
