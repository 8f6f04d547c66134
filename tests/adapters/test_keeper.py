"""What a commit promised leaves in the background, soon, all of it, and together."""

from __future__ import annotations

from uuid import uuid4

from redis import Redis

from smsdesk.adapters.keeper import Keeper
from smsdesk.adapters.live import STREAM, Announcer
from smsdesk.adapters.promises import News, Promises
from smsdesk.adapters.queue import WakeUps
from tests import servers
from tests.cast import at_once


def keeper_at(redis_url: str) -> Keeper:
    return Keeper(WakeUps(redis_url), Announcer(redis_url))


def some_news() -> Promises:
    return Promises({"routing.drain": None}, {News("conversation", uuid4()): None})


def test_promises_leave_by_themselves(redis_url: str) -> None:
    redis = Redis.from_url(redis_url)
    keeper_at(redis_url).keep(some_news())

    servers.until(lambda: redis.xlen(STREAM) == 1 and redis.llen("rq:queue:routing") == 1, 5, "nothing left")


def test_nothing_is_lost_however_many_commit_at_once(redis_url: str) -> None:
    redis, keeper = Redis.from_url(redis_url), keeper_at(redis_url)

    def commit_often() -> None:
        for _ in range(50):
            keeper.keep(some_news())

    at_once([commit_often] * 8)
    keeper.flush()

    assert redis.xlen(STREAM) == 400


def test_after_flush_nothing_is_left_behind(redis_url: str) -> None:
    redis, keeper = Redis.from_url(redis_url), keeper_at(redis_url)
    for _ in range(20):
        keeper.keep(some_news())

    keeper.flush()

    assert (redis.xlen(STREAM), redis.llen("rq:queue:routing")) == (20, 1)


def test_a_redis_that_is_away_holds_nobody_up_and_is_used_again_when_it_is_back(
    redis_url: str, tmp_path: object
) -> None:
    keeper = keeper_at(f"unix://{tmp_path}/nobody.sock")
    keeper.keep(some_news())
    keeper.flush()

    back = keeper_at(redis_url)
    keeper.wake_ups, keeper.announcer = back.wake_ups, back.announcer
    keeper.keep(some_news())
    keeper.flush()

    servers.until(lambda: Redis.from_url(redis_url).xlen(STREAM) == 1, 5, "the keeper gave up")


def test_promising_nothing_starts_no_thread(redis_url: str) -> None:
    keeper = keeper_at(redis_url)
    keeper.keep(Promises())

    assert keeper._thread is None
