"""More texts than can be stored (trust.md 6.3 J): none that was acknowledged is lost, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.engine import make_url

from bench import open_loop, posts
from tests.faults.ground import Ground
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
