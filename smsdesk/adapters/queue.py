"""RQ, the engine: a job says "look", and may run twice, late or never; the rows that it looks at are the truth."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry as NetworkRetry
from rq import Queue, Retry
from rq.serializers import JSONSerializer

from config.queues import QUEUES

log = logging.getLogger(__name__)

# What may be asked for later: its name, the queue that carries it, the function that does it
JOBS = {
    "routing.drain": ("routing", "workers.routing.drain"),
    "outbound.drain": ("outbound", "workers.outbound.drain"),
    "reminders.drain": ("reminders", "workers.reminders.drain"),
    "alerts.drain": ("alerts", "workers.alerts.drain"),
    "reports.drain": ("reports", "workers.reports.drain"),
    "media.drain": ("media", "workers.media.drain"),
}
USUALLY, LONG_WORK = 90, 3600  # seconds that a job may take: a file with years of texts is written in one go
PENDING_FOR = 5000  # milliseconds after which a wake-up that nobody picked up counts as lost


def connect(url: str, *, timeout: float | None = 1.0) -> Redis:
    """A Redis client that gives up soon: a slow Redis must never slow a webhook."""
    return Redis.from_url(
        url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=NetworkRetry(NoBackoff(), 0)
    )


class WakeUps:
    """Turns names of jobs into RQ jobs; a name that nobody has picked up yet is not asked for again."""

    def __init__(self, redis_url: str) -> None:
        self.redis = connect(redis_url)
        self.failures = 0

    def ask(self, names: Iterable[str]) -> None:
        """Enqueue; a Redis that is away costs a log line, since the sweep finds the rows."""
        for name in names:
            try:
                self._enqueue(name)
            except RedisError as error:
                self.failures += 1
                log.warning("wake-up %s not enqueued: %s", name, type(error).__name__)

    def _enqueue(self, name: str) -> None:
        # The job clears the flag before it looks, so a row written after its look always gets a new wake-up
        if not self.redis.set(f"wake:{name}", 1, nx=True, px=PENDING_FOR):
            return
        queue, function = JOBS[name]
        Queue(queue, connection=self.redis, serializer=JSONSerializer).enqueue(
            function,
            retry=Retry(max=3),
            result_ttl=0,
            failure_ttl=7 * 86400,
            job_timeout=LONG_WORK if queue == "reports" else USUALLY,
        )


def about_to_look(redis: Redis, name: str) -> None:
    """Called by a draining job before its first look."""
    try:
        redis.delete(f"wake:{name}")
    except RedisError:
        log.warning("wake-up flag of %s not cleared", name)


def depths(redis: Redis) -> dict[str, int]:
    """How many jobs wait in each queue. Raises RedisError."""
    return {name: Queue(name, connection=redis).count for name in QUEUES}
