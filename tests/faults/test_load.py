"""More texts than can be stored (trust.md 6.3 J): none that was acknowledged is lost, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from http.client import HTTPConnection

import psycopg
from sqlalchemy.engine import make_url

from bench import open_loop, posts
from smsdesk.adapters import clock
from smsdesk.desk import sign_in
from smsdesk.models import Agent, TokenScope
from tests.faults.ground import Ground, every
from tests.faults.test_inbound import database_away, drained
from tests.servers import until
from tests.workers.shop import NUMBER


def texts(ground: Ground, count: int, phones: int = 50) -> list[tuple[str, bytes]]:
    """Sids, and the requests that bring them."""
    settings = ground.settings
    known = {"to": NUMBER, "account": settings.twilio_account_sid, "token": settings.twilio_auth_tokens[0]}
    return [
        posts.named(settings.port, f"+1415556{place % phones:04}", f"text {place}", **known) for place in range(count)
    ]


@contextmanager
def database_held(ground: Ground) -> Iterator[None]:
    """It answers nobody who wants to write."""
    url = make_url(ground.settings.database_url)
    if url.get_backend_name() == "sqlite":
        with database_away(ground):
            yield
        return
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as holder:
        holder.execute("LOCK TABLE message IN ACCESS EXCLUSIVE MODE")
        yield
        holder.rollback()


def test_f47_more_texts_than_threads_while_the_database_is_held_are_spooled_or_refused_in_time(ground: Ground) -> None:
    """Two threads at three seconds a text: whoever stood in line behind the others would wait for a minute and a half."""
    ground.environ |= {"WEB_CONCURRENCY": "1", "WEB_THREADS": "2"}
    ground.web()

    with database_held(ground):
        heard = open_loop.send(ground.settings.port, open_loop.at_rate(10, texts(ground, 60)))
    after = open_loop.send(ground.settings.port, open_loop.at_rate(20, texts(ground, 20)))
    ground.clock()
    until(lambda: drained(ground), 30)

    assert set(open_loop.statuses(heard)) == {200, 503}
    assert max(one.took for one in heard) < open_loop.PATIENCE
    assert open_loop.statuses(after) == {200: 20}
    ground.check(open_loop.acknowledged(heard) | open_loop.acknowledged(after))


GREEDY = (
    "/conversations?limit=1000000000",
    "/events?limit=1000",
    "/events?limit=1000000000",
    "/events?limit=100",
    "/conversations?state=all&limit=100",
    "/reports/response-times?first_day=0001-01-01&last_day=9999-12-31&group_by=hour_of_week",
    "/reports/response-times?first_day=2024-01-01&last_day=2026-12-31&group_by=day",
)


def test_f48_whoever_asks_for_everything_at_once_gets_no_more_than_a_page_and_holds_up_no_text(ground: Ground) -> None:
    ground.web()
    port, programs = ground.settings.port, [token_of(ground, f"program {number}") for number in range(12)]
    before = open_loop.send(port, open_loop.at_rate(50, texts(ground, 150)))

    answers: list[tuple[int, int]] = []
    with ExitStack() as stack:
        for program in programs:
            stack.enter_context(every(0.0, partial(keeps_asking, port, program, answers)))
        heard = open_loop.send(port, open_loop.at_rate(10, texts(ground, 210)[150:]))

    statuses = {status for status, _ in answers}
    assert {200, 400} <= statuses <= {200, 400, 429, 503}
    assert max(items for _, items in answers) == 100
    assert open_loop.statuses(heard) == {200: 60}
    ground.check(open_loop.acknowledged(before) | open_loop.acknowledged(heard))


def token_of(ground: Ground, label: str) -> str:
    with ground.shop.session() as session:
        person = session.get_one(Agent, ground.shop.people["Sam"])
        return sign_in.issue_token(session, person, label, TokenScope.READ, clock.now(), None)


def keeps_asking(port: int, token: str, answers: list[tuple[int, int]], turn: int) -> None:
    """Adds the status, and how many things were told."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        line.request("GET", f"/api/v1{GREEDY[turn % len(GREEDY)]}", headers={"Authorization": f"Bearer {token}"})
        answer = line.getresponse()
        answers.append((answer.status, answer.read().count(b'"id"')))
