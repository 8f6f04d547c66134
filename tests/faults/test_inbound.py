"""What breaks while a customer's text arrives (trust.md 6.3 A)."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from datetime import timedelta
from functools import partial
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.engine import make_url

from smsdesk.adapters import clock
from smsdesk.models import Clock, Conversation, Customer, DeliveryReport, Media, Number, Stop
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.rules.delivery_status import State
from smsdesk.simulator.ledger import Picture, Text
from tests.faults.ground import Ground, at_once, every, wait
from tests.servers import until
from tests.workers.shop import MARIA, NUMBER

SID = "SM" + "7" * 32
UNKNOWN_ID = UUID(int=7)


def test_f01_the_same_post_fifty_times_at_once_is_one_text_and_one_clock(ground: Ground) -> None:
    ground.web()
    form = ground.form(1)

    answers = at_once([partial(ground.post, form)] * 50)
    again = ground.post(form)

    assert answers == [200] * 50
    assert again == 200
    assert [len(ground.shop.messages()), len(ground.shop.all(select(Clock)))] == [1, 1]
    ground.check({form["MessageSid"]})


def test_f02_a_process_that_dies_after_its_commit_has_stored_the_text_once(ground: Ground) -> None:
    ground.web(failpoint="in.after_commit:kill")
    form = ground.form(1)

    first = ground.post(form)
    until(lambda: ground.post(form) == 200, 20)

    assert first is None
    assert len(ground.shop.messages()) == 1
    ground.check({form["MessageSid"]})


def test_f03_thirty_new_customers_text_three_times_at_the_same_instant(ground: Ground) -> None:
    ground.web()
    forms = [ground.form(n, sender=f"+1415555{n // 3:04}") for n in range(90)]

    answers = at_once([partial(ground.post, form) for form in forms])

    assert answers == [200] * 90
    assert drained(ground)  # none needed the spool's second try
    assert [len(ground.shop.all(select(thing))) for thing in (Customer, Conversation, Clock)] == [30, 30, 30]
    ground.check({form["MessageSid"] for form in forms})


def test_f03_texts_that_overtake_a_new_customers_first_one_join_its_conversation(ground: Ground) -> None:
    ground.environ["WEB_CONCURRENCY"] = "1"
    # The point is passed before the one-statement way, and again at the end of the long way, which keywords take
    ground.web(failpoint="in.before_commit:sleep=0.6@2")
    forms = [ground.form(n, body="HELP") for n in range(3)]

    def a_moment_later(form: dict[str, str]) -> int | None:
        wait(0.3)  # the first is written now, and not committed
        return ground.post(form)

    answers = at_once([partial(ground.post, forms[0]), *(partial(a_moment_later, form) for form in forms[1:])])

    assert answers == [200] * 3
    assert drained(ground)
    assert [len(ground.shop.all(select(thing))) for thing in (Customer, Conversation, Clock)] == [1, 1, 1]
    ground.check({form["MessageSid"] for form in forms})


@pytest.mark.parametrize("point", ["in.after_verify", "in.before_commit", "in.after_commit"])
def test_f05_whatever_is_acknowledged_is_stored_wherever_a_web_process_dies(ground: Ground, point: str) -> None:
    ground.web(failpoint=f"{point}:kill@4")
    acknowledged: dict[str, int] = {}

    def deliver(number: int) -> None:
        form = ground.form(number, sender=f"+1415555{number % 7:04}")
        for _ in range(8):  # the carrier comes again
            if ground.post(form) == 200:
                acknowledged[form["MessageSid"]] = number
                return

    with every(0.02, deliver):
        until(lambda: len(acknowledged) >= 30, 60)

    ground.check(set(acknowledged))


def test_f05_the_whole_web_dies_under_load_and_comes_back(ground: Ground) -> None:
    web = ground.web()
    acknowledged: set[str] = set()

    def deliver(number: int) -> None:
        form = ground.form(number)
        if ground.post(form) == 200:
            acknowledged.add(form["MessageSid"])

    with every(0.01, deliver):
        until(lambda: len(acknowledged) >= 15, 30)
        os.killpg(web.pid, signal.SIGKILL)
        web.wait()
        before = len(acknowledged)
        ground.web()
        until(lambda: len(acknowledged) >= before + 15, 30)

    ground.check(acknowledged)


def test_f06_texts_that_arrive_while_the_database_is_away_are_spooled_and_stored_later(ground: Ground) -> None:
    ground.web()
    forms = [ground.form(n, sender=f"+1415555{n:04}") for n in range(1, 13)]

    with database_away(ground):
        answers = at_once([partial(ground.post, form) for form in forms])
        spooled = len(list(ground.settings.spool.glob("text-*.json")))
    ground.clock()
    until(lambda: drained(ground), 30)

    assert answers == [200] * 12
    assert spooled == 12
    assert {message.source for message in ground.shop.messages()} == {"spool"}
    ground.check({form["MessageSid"] for form in forms})


def test_f06_reports_that_arrive_while_the_database_is_away_are_spooled_and_heard_later(ground: Ground) -> None:
    ground.web()
    known, unknown = ground.answered("Ready at five", "Or at six")
    assert ground.report(known, SID, "queued") == 200
    said = [
        (known, SID, "sent", None),
        (known, SID, "delivered", None),
        (unknown, "SM" + "8" * 32, "undelivered", 30003),
    ]

    with database_away(ground):
        answers = at_once([partial(ground.report, *one) for one in said * 3])
        spooled = sorted(path.name.split("-")[3] for path in ground.settings.spool.glob("report-*.json"))
    before = [ground.state(known), ground.state(unknown)]
    ground.clock()
    until(lambda: not list(ground.settings.spool.glob("report-*.json")), 30)

    assert answers == [200] * 9
    assert spooled == ["delivered", "sent", "undelivered"]
    assert before == [State.ACCEPTED, State.READY]
    assert [ground.state(known), ground.state(unknown)] == [State.DELIVERED, State.UNDELIVERED]
    assert len(ground.shop.all(select(DeliveryReport))) == 4


def test_f07_texts_that_the_carrier_gave_up_on_are_fetched_once_with_their_pictures_and_a_stop_among_them_is_obeyed(
    ground: Ground,
) -> None:
    """The web is off, every post fails, and two workers look at once afterwards."""
    an_hour_ago, ledger = clock.now() - timedelta(hours=1), ground.witness.carrier.ledger
    with ground.shop.session() as session:
        session.execute(update(Number).values(created_at=an_hour_ago))
        session.execute(delete(Heartbeat))
    for place in range(30):
        picture = [Picture(f"ME{place:032x}", f"MM{place:032x}", "image/png", an_hour_ago)] if place % 10 == 0 else []
        sid = f"{'MM' if picture else 'SM'}{place:032x}"
        at = an_hour_ago + timedelta(minutes=20, seconds=place)
        body = "STOP" if place == 29 else f"text {place}"
        ledger.write(Text(sid, "inbound", NUMBER, MARIA, body, created_at=at, state="received"), picture)

    for _ in range(2):
        ground.worker("outbound")
    until(lambda: len(ground.shop.messages()) == 30, 60)

    texts = sorted(ground.shop.messages(), key=lambda text: text.seq)
    assert [text.body for text in texts] == [*(f"text {place}" for place in range(29)), "STOP"]
    assert {text.source for text in texts} == {"fetched"}
    assert len(ground.shop.all(select(Media))) == 3
    assert len(ground.shop.all(select(Stop))) == 1
    ground.check({text.carrier_sid for text in texts if text.carrier_sid})


def test_f08_reports_repeat_overtake_and_come_too_early_and_none_is_answered_with_an_error(ground: Ground) -> None:
    ground.web()
    [answer] = ground.answered("Ready at five")

    early = [ground.report(answer, SID, "sent"), ground.report(UNKNOWN_ID, "SM" + "8" * 32, "delivered")]
    late = at_once([partial(ground.report, answer, SID, word) for word in ("delivered", "sent", "queued") * 3])
    wrong = [ground.report(answer, SID, "failed", 30003), ground.report(answer, SID, "delivered")]

    assert {*early, *late, *wrong} == {200}
    assert ground.state(answer) is State.DELIVERED
    reports = ground.shop.all(select(DeliveryReport))
    assert sorted((report.word, report.message_id == answer) for report in reports) == [
        ("delivered", False),
        ("delivered", True),
        ("failed", True),
        ("queued", True),
        ("sent", True),
    ]


def drained(ground: Ground) -> bool:
    return not list(ground.settings.spool.glob("text-*.json"))


class database_away:  # noqa: N801  # reads as a sentence where it is used
    """SQLite: somebody else holds the file. PostgreSQL: nobody may connect, and whoever had is thrown out."""

    def __init__(self, ground: Ground) -> None:
        self.url = make_url(ground.settings.database_url)
        self.own = ground.shop.wiring.database.engine

    def __enter__(self) -> None:
        if self.url.get_backend_name() == "sqlite":
            self.holder = sqlite3.connect(str(self.url.database), isolation_level=None)
            self.holder.execute("BEGIN EXCLUSIVE")
            return
        self.admin(f'ALTER DATABASE "{self.url.database}" ALLOW_CONNECTIONS false')
        self.admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.url.database}'")

    def __exit__(self, *_: object) -> None:
        if self.url.get_backend_name() == "sqlite":
            self.holder.execute("ROLLBACK")
            self.holder.close()
            return
        self.admin(f'ALTER DATABASE "{self.url.database}" ALLOW_CONNECTIONS true')
        self.own.dispose()  # the test's own lines were cut as well

    def admin(self, words: str) -> None:
        url = self.url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        with closing(psycopg.connect(url, autocommit=True)) as database:
            database.execute(words)
