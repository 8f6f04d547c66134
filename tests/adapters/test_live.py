"""News reaches every open page of every process, in order, and a page that was away learns what it missed or that it must ask."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from uuid import uuid4

import pytest
from redis import Redis

from smsdesk.adapters.live import KEPT, STREAM, Announcer, Heard, Listener, newest_id
from smsdesk.adapters.promises import News


@pytest.fixture
def listener(redis_url: str) -> Iterator[Listener]:
    listener = Listener(redis_url)
    yield listener
    listener.close()


def some(count: int) -> list[News]:
    return [News("conversation", uuid4(), team_id=uuid4(), agent_id=uuid4()) for _ in range(count)]


def heard(box: queue.SimpleQueue[Heard], count: int) -> list[News]:
    return [box.get(timeout=5).news for _ in range(count)]


def test_every_open_page_hears_all_news_in_order_as_it_was_told(redis_url: str, listener: Listener) -> None:
    news = [News("quarantine", None), *some(20)]

    with listener.mailbox() as one, listener.mailbox() as another:
        Announcer(redis_url).tell(news)

        assert heard(one, 21) == heard(another, 21) == news


def test_a_first_page_misses_nothing_that_is_announced_while_it_opens(redis_url: str) -> None:
    for _ in range(5):
        listener = Listener(redis_url)
        news = some(1)
        with listener.mailbox() as box:
            Announcer(redis_url).tell(news)
            assert heard(box, 1) == news
        listener.close()


def test_a_page_that_has_closed_costs_nothing(redis_url: str, listener: Listener) -> None:
    with listener.mailbox():
        pass

    assert listener.mailboxes == set()


def test_a_page_that_was_away_gets_what_it_missed(redis_url: str, listener: Listener) -> None:
    announcer, redis = Announcer(redis_url), Redis.from_url(redis_url)
    first, missed = some(1), some(3)
    announcer.tell(first)
    last_seen = newest_id(redis)
    announcer.tell(missed)

    since = listener.since(last_seen)

    assert since is not None
    assert [one.news for one in since] == missed
    assert listener.since(since[-1].id) == []


def test_a_page_that_was_away_too_long_must_refetch(redis_url: str, listener: Listener) -> None:
    announcer, redis = Announcer(redis_url), Redis.from_url(redis_url)
    announcer.tell(some(1))
    last_seen = newest_id(redis)
    announcer.tell(some(KEPT + 300))

    assert redis.xlen(STREAM) < KEPT + 300
    assert listener.since(last_seen) is None


@pytest.mark.parametrize("last_id", ["", "nonsense", "1-", "-1", "(5", "99999999999999999999999-0", "1-1"])
def test_a_place_in_the_stream_that_cannot_be_known_means_refetch(
    redis_url: str, listener: Listener, last_id: str
) -> None:
    Announcer(redis_url).tell(some(1))

    assert listener.since(last_id) is None


def test_a_redis_that_lost_its_memory_means_refetch(redis_url: str, listener: Listener) -> None:
    Announcer(redis_url).tell(some(1))
    last_seen = newest_id(Redis.from_url(redis_url))
    Redis.from_url(redis_url).flushall()

    assert listener.since(last_seen) is None


def test_news_to_a_redis_that_is_away_is_lost_and_harms_nobody(tmp_path: object) -> None:
    Announcer(f"unix://{tmp_path}/nobody.sock").tell(some(1))

    assert Listener(f"unix://{tmp_path}/nobody.sock").since("1-0") is None
    assert newest_id(Redis.from_url(f"unix://{tmp_path}/nobody.sock")) == ""


def test_the_reader_gives_up_on_a_redis_that_says_nothing(listener: Listener) -> None:
    limit = listener.redis.connection_pool.connection_kwargs["socket_timeout"]

    assert limit is not None
    assert limit > 2  # a look that finds nothing new takes that long


def test_after_redis_was_away_every_page_is_told_to_refetch(tmp_path: object) -> None:
    import subprocess
    from pathlib import Path

    from smsdesk.adapters.live import REFRESH
    from smsdesk.up import leash, redis_server
    from tests import servers

    folder = Path(str(tmp_path))
    socket = Path("/tmp") / f"smsdesk-live-{uuid4().hex[:8]}.sock"

    def start() -> subprocess.Popen[bytes]:
        command = redis_server.command(redis_server.find(), socket, folder)
        server = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=leash.tied_to_this_process()
        )
        servers.until(lambda: redis_server.answers(socket), 10, "Redis did not start")
        return server

    server = start()
    listener = Listener(f"unix://{socket}")
    try:
        with listener.mailbox() as box:
            server.kill()
            server.wait()
            server = start()

            assert box.get(timeout=10).news == REFRESH
            news = some(1)
            Announcer(f"unix://{socket}").tell(news)
            assert heard(box, 1) == news
    finally:
        listener.close()
        server.kill()
        server.wait()
        socket.unlink(missing_ok=True)
