"""Counts tries in a moving window: in Redis for all processes at once, in this process alone where Redis is away."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from smsdesk.adapters import clock
from smsdesk.adapters.queue import connect

log = logging.getLogger(__name__)

ASK_AGAIN_AFTER = timedelta(seconds=5)


class TooMany(Exception):
    """The tries are used up; `wait` is how long until there is another."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"Too many tries. Wait {_words(wait)}, then try again.")
        self.wait = wait


class Attempts:
    """`most` tries of one thing within a length of time; each is counted before it is made, so a hundred at once are too many."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._away_until = datetime.min.replace(tzinfo=UTC)

    def spend(self, what: str, most: int, within: timedelta) -> None:
        """Raises TooMany."""
        limit = _limit(most, within)
        for counter in self._counters():
            try:
                if counter.hit(limit, what):
                    return
                reset_at = counter.get_window_stats(limit, what).reset_time
            except RedisError as error:
                self._away_until = clock.now() + ASK_AGAIN_AFTER
                log.warning("tries are counted in this process only: %s", type(error).__name__)
                continue
            raise TooMany(timedelta(seconds=max(1, round(reset_at - clock.now().timestamp()))))

    def forget(self, what: str, most: int, within: timedelta) -> None:
        """The tries were honest: they no longer count."""
        for counter in self._counters():
            try:
                counter.clear(_limit(most, within), what)
            except RedisError:
                self._away_until = clock.now() + ASK_AGAIN_AFTER  # they run out by themselves

    def _counters(self) -> Iterator[MovingWindowRateLimiter]:
        """A Redis that says nothing costs a second each time it is asked: after that it is left alone for a while."""
        if clock.now() >= self._away_until:
            yield self._shared
        yield self._here

    @cached_property
    def _shared(self) -> MovingWindowRateLimiter:
        pool = connect(self._redis_url).connection_pool
        return MovingWindowRateLimiter(RedisStorage("redis://", connection_pool=pool, key_prefix="smsdesk:tries"))

    @cached_property
    def _here(self) -> MovingWindowRateLimiter:
        return MovingWindowRateLimiter(MemoryStorage())


def _limit(most: int, within: timedelta) -> RateLimitItem:
    return RateLimitItemPerSecond(most, round(within.total_seconds()))


def _words(wait: timedelta) -> str:
    seconds = round(wait.total_seconds())
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"
